import { Fault, wentThrough } from '../fault.ts';
import type { Clock, Log } from '../ports.ts';
import { MAX_PAGE, type Objects } from '../store/store.ts';
import type { Closes, Closing, Ledger, LedgerRecord, RecordKind } from './contract.ts';

/*
 * Acts that close something stand in the bucket a second time, under the minute of the act. So they are found without any
 * row, and without reading every end that there ever was:
 *
 *   closings/{hour}/{minute}/{record id}.{number}.{act}  empty: the name says which end the act is
 *   closings-followed/{hour}                             empty: a run that began in this hour looked at every closing
 *
 * The first object is put before the end. A crash between the two leaves a name of an end that never was, or that another
 * act took.
 */

/** A closing that somebody erases leaves a certificate good, or shows somebody as able to act. */
const CLOSING: ReadonlySet<RecordKind> = new Set(['revocation', 'hold']);
const CLOSING_ACTS: ReadonlySet<unknown> = new Set(['suspended', 'ended']);

export const isClosing = (record: LedgerRecord): boolean =>
  CLOSING.has(record.kind) || (record.kind === 'enrolment' && CLOSING_ACTS.has(record.details.act));

const HOUR_MS = 3_600_000;
/** A run looks at the last day, even if an earlier one has looked at a part of it: rows may be erased at any time. */
const DAY_HOURS = 24;

const CLOSINGS = 'closings/';
const EMPTY = new Uint8Array();
const NAME = /^closings\/[\dT-]+\/\d\d\/([0-9a-f]{32})\.([1-9]\d{0,5})\.(.+)$/;

/** `2026-11-29T09`. */
const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13);
const followedPath = (hour: string): string => `closings-followed/${hour}`;

export const openClosings = ({
  objects,
  clock,
  log,
}: {
  readonly objects: Objects;
  readonly clock: Clock;
  readonly log: Log;
}) => {
  /** Before the act is put as the end. Acts of other kinds are named nowhere. */
  const announce = async (record: LedgerRecord, { act, number }: Closes): Promise<void> => {
    if (!isClosing(record)) return;
    const { id, time } = record;
    const path = `${CLOSINGS}${time.slice(0, 13)}/${time.slice(14, 16)}/${id}.${number}.${act}`;
    await wentThrough(objects.put(path, EMPTY, { if: 'absent' }));
  };

  /** The hours to look at, newest first: back to the last run that ended, to `since`, and a day at least. */
  const hours = async (now: number, since: string | undefined): Promise<readonly string[]> => {
    const [first] = (await objects.list(CLOSINGS, { limit: 1 })).keys;
    if (first === undefined) return [];
    const oldest = Date.parse(`${first.slice(CLOSINGS.length, CLOSINGS.length + 13)}:00Z`);
    const found: string[] = [];
    let isFollowed = false;
    // What a table lost whose last leaf is of that time. Its act may be older than its leaf.
    const until = since === undefined ? now : since === '' ? oldest : Date.parse(since) - HOUR_MS;
    // The clock of another process may be ahead.
    for (let at = now + HOUR_MS; at >= oldest; at -= HOUR_MS) {
      const hour = hourOf(at);
      found.push(hour);
      isFollowed ||= at <= now && (await objects.get(followedPath(hour))) !== undefined;
      if (isFollowed && found.length > DAY_HOURS + 1 && at < until) break;
    }
    return found;
  };

  async function* closingsOf(hour: string): AsyncGenerator<Closing> {
    let cursor: string | undefined;
    do {
      const from = cursor === undefined ? {} : { cursor };
      const page = await objects.list(`${CLOSINGS}${hour}/`, { limit: MAX_PAGE, ...from });
      yield* page.keys.flatMap((key) => closingOf(key) ?? []);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  const followClosings: Ledger['followClosings'] = async (follow, since) => {
    const now = clock();
    const failures: unknown[] = [];
    for (const hour of await hours(now, since)) {
      for await (const closing of closingsOf(hour)) {
        try {
          await follow(closing);
        } catch (error) {
          const code = Fault.is(error) ? error.code : 'internal';
          log('error', 'A closing could not be compared with the table', { ...closing, error: code });
          failures.push(error);
        }
      }
    }
    if (failures.length > 0) throw failures[0];
    await wentThrough(objects.put(followedPath(hourOf(now)), EMPTY, { if: 'absent' }));
  };

  return { announce, followClosings };
};

const closingOf = (key: string): Closing | undefined => {
  const [, record, number, act] = NAME.exec(key) ?? [];
  return record === undefined || act === undefined
    ? undefined
    : { record, closes: { act, number: Number(number) } };
};
