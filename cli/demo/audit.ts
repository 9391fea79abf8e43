import { z } from 'zod';
import { type RecordAnswer, recordPage } from '../answers.ts';
import { table } from '../output.ts';
import { broken } from './shell.ts';

/** An answer that the demo received. */
export interface GivenAnswer {
  /** For people: who asked, with what. */
  readonly what: string;
  readonly channel: string;
  /** The recipient that its record must name. */
  readonly recipient: string;
  /** SHA-256 of its bytes. */
  readonly digest: string;
}

const listed = recordPage.extend({ records: z.array(recordPage.shape.records.element) });

/** What `akashi provisions --json` wrote. */
export const readRecords = (text: string): readonly RecordAnswer[] => listed.parse(JSON.parse(text)).records;

/**
 * Finds one record for every answer; no record serves two answers. Throws if a record is missing. Gives the pairs, and
 * the records that match no answer.
 */
export const matchRecords = (
  given: readonly GivenAnswer[],
  records: readonly RecordAnswer[],
): {
  readonly pairs: readonly (readonly [GivenAnswer, RecordAnswer])[];
  readonly rest: readonly RecordAnswer[];
} => {
  const rest = [...records];
  const pairs = given.map((answer) => {
    const at = rest.findIndex(
      ({ channel, recipient, responseDigest }) =>
        channel === answer.channel && recipient === answer.recipient && responseDigest === answer.digest,
    );
    const [record] = at < 0 ? [] : rest.splice(at, 1);
    if (!record)
      throw broken(`There is no record of this answer: ${answer.what} (SHA-256 ${answer.digest}).`);
    return [answer, record] as const;
  });
  return { pairs, rest };
};

export const pairsText = (pairs: readonly (readonly [GivenAnswer, RecordAnswer])[]): string =>
  table(
    pairs.map(([{ what, digest }, record]) => [
      `    ${what}`,
      `SHA-256 ${digest.slice(0, 16)}…`,
      `record ${record.id}`,
      record.time,
      `to ${record.recipient}`,
    ]),
  );
