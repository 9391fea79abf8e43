import type { Source } from './sources.ts';

interface Bucket {
  left: number;
  /** When `left` was right. */
  at: number;
}

/** What a source does not use it saves for so many seconds: a page that checks many certificates at once is no flood. */
const SAVED_SECONDS = 10;

/** Buckets in one of two generations. */
const MOST = 32_768;

/**
 * A token bucket for each source. Memory is bounded, however many sources there are: when a generation of buckets is full,
 * the one before it is forgotten. A source that was not heard of for so long begins again with a full bucket.
 */
export const openRates = (elapsedMs: () => number, most = MOST) => {
  let recent = new Map<string, Bucket>();
  let older = new Map<string, Bucket>();

  const bucketOf = ({ key, rate }: Source, now: number): Bucket => {
    const known = recent.get(key);
    if (known) return known;
    const bucket = older.get(key) ?? { left: rate * SAVED_SECONDS, at: now };
    if (recent.size >= most) [older, recent] = [recent, new Map()];
    recent.set(key, bucket);
    return bucket;
  };

  return {
    /** Whether the source may send a request now; counts that request. */
    take: (source: Source): boolean => {
      const now = elapsedMs();
      const bucket = bucketOf(source, now);
      const { rate } = source;
      bucket.left = Math.min(rate * SAVED_SECONDS, bucket.left + ((now - bucket.at) * rate) / 1000);
      bucket.at = now;
      if (bucket.left < 1) return false;
      bucket.left--;
      return true;
    },
    /** Buckets that are held. */
    size: (): number => recent.size + older.size,
  };
};
