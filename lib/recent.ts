/** What was read within the last `ms` milliseconds: at most `most` values, those that were read last. */
export class ReadLately<V> {
  readonly #clock: () => number;
  readonly #ms: number;
  readonly #most: number;
  readonly #kept = new Map<string, { readonly value: Promise<V>; readonly readAt: number }>();

  constructor(clock: () => number, ms: number, most: number) {
    this.#clock = clock;
    this.#ms = ms;
    this.#most = most;
  }

  /** The value of that name, as `read` gave it within the time. An error is not kept. */
  of(name: string, read: () => Promise<V>): Promise<V> {
    const now = this.#clock();
    const known = this.#kept.get(name);
    // A reading later than the clock shows means that the clock was set back.
    if (known && now >= known.readAt && now < known.readAt + this.#ms) return known.value;
    this.#kept.delete(name);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= this.#most && !oldest.done) this.#kept.delete(oldest.value);
    const reading = { value: read(), readAt: now };
    this.#kept.set(name, reading);
    reading.value.catch(() => {
      if (this.#kept.get(name) === reading) this.#kept.delete(name);
    });
    return reading.value;
  }
}

/** As many keys as are on their way at once, and those of the CAs. */
const KEPT = 64;

/**
 * What was made of the octets that were asked about last. Every value depends on its octets alone, so an entry can be old and
 * never wrong. All callers get the same value: who keeps bytes here hands out copies of them.
 */
export class Recent<V> {
  readonly #kept = new Map<string, V>();

  /** The value for these octets: the one that was made of them before, or what `make` gives now. An error is not kept. */
  of(octets: Uint8Array, make: () => V): V {
    const name = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
    const known = this.#kept.get(name);
    const value = known ?? make();
    // Moved to the end of the map, which forgets from its beginning: a CA's key stays, however many requests come between.
    if (known !== undefined) this.#kept.delete(name);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= KEPT && !oldest.done) this.#kept.delete(oldest.value);
    this.#kept.set(name, value);
    return value;
  }
}
