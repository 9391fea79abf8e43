import { Fault, type Phrase, phrase } from '../../fault.ts';
import type { Channel } from '../contract.ts';

/** One answer that the CDN gave from its cache. Nothing is kept about who fetched it, from where and with what. */
export interface Hit {
  /** `2026-11-22`, Japan Standard Time. */
  readonly day: string;
  readonly channel: Extract<Channel, 'ocsp' | 'crl' | 'certificate'>;
  readonly method: string;
  /** The decoded path below the channel's own path: `organisation-1/full.crl`, or an OCSP request as a URL has it. */
  readonly object: string;
}

const NEEDED = ['date', 'time', 'cs-method', 'cs-uri-stem', 'sc-status', 'x-edge-result-type'] as const;
type Needed = (typeof NEEDED)[number];

/** Where each needed field stands in a line. */
export type Fields = Readonly<Record<Needed, number>>;

const malformed = (why: Phrase): Fault =>
  new Fault('malformed-cdn-log', phrase`The file is no CloudFront standard log: ${why}.`);

/** The names in a `#Fields:` line; undefined for other comments. Fault: `malformed-cdn-log`. */
export const readFields = (comment: string): Fields | undefined => {
  const names = /^#Fields:\s+(.*)$/.exec(comment)?.[1]?.split(/\s+/);
  if (!names) return undefined;
  const missing = NEEDED.find((name) => !names.includes(name));
  if (missing !== undefined) throw malformed(phrase`it has no field ${missing}`);
  return Object.fromEntries(NEEDED.map((name) => [name, names.indexOf(name)])) as Record<Needed, number>;
};

/**
 * Only these were answered without the service. The CDN asked the service for everything else, and the service has
 * recorded its answer. That includes `RefreshHit`, where the CDN asked whether its copy was still valid.
 */
const FROM_CACHE: ReadonlySet<string> = new Set(['Hit', 'OriginShieldHit']);
const ASKED: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const TOLD: ReadonlySet<string> = new Set(['200', '206', '304']);

const PATHS: readonly (readonly [RegExp, Hit['channel']])[] = [
  [/^\/crl\/([a-z0-9-]{1,64}\/[a-z0-9-]{1,64}\.crl)$/, 'crl'],
  [/^\/ca\/([a-z0-9-]{1,64}\.(?:cer|p7c|pem))$/, 'certificate'],
  // The service accepts at most 16 KiB of headers, the URL included: it has answered nothing longer.
  [/^\/ocsp\/(.{1,16384})$/s, 'ocsp'],
];

const JST_AHEAD_MS = 9 * 3_600_000;

/**
 * CloudFront writes a `%` of the URL as `%25`, but has not always done so. None of the paths above has a `%` of its
 * own, so a path that still has one after one decoding was encoded twice.
 */
const decoded = (path: string): string => {
  try {
    const once = decodeURIComponent(path);
    return once.includes('%') ? decodeURIComponent(once) : once;
  } catch {
    return path;
  }
};

/** Undefined for a line that is not about an answer from the cache. Fault: `malformed-cdn-log`. */
export const readHit = (fields: Fields, line: string): Hit | undefined => {
  const cells = line.split('\t');
  const cell = (name: Needed): string => {
    const value = cells[fields[name]];
    if (value === undefined) throw malformed(phrase`a line has fewer fields than it says`);
    return value;
  };
  const ms = Date.parse(`${cell('date')}T${cell('time')}Z`);
  if (Number.isNaN(ms)) throw malformed(phrase`a line has no time`);
  const method = cell('cs-method');
  if (!ASKED.has(method) || !TOLD.has(cell('sc-status')) || !FROM_CACHE.has(cell('x-edge-result-type'))) {
    return undefined;
  }
  const path = decoded(cell('cs-uri-stem'));
  for (const [pattern, channel] of PATHS) {
    const object = pattern.exec(path)?.[1];
    if (object === undefined) continue;
    return { day: new Date(ms + JST_AHEAD_MS).toISOString().slice(0, 10), channel, method, object };
  }
  return undefined;
};
