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
  /** The purpose that its record must have; none where the recipient named none. */
  readonly purpose?: string;
  /** SHA-256 of its bytes. */
  readonly digest: string;
}

const listed = recordPage.extend({ records: z.array(recordPage.shape.records.element) });

/** What `akashi provisions --json` wrote. */
export const readRecords = (text: string): readonly RecordAnswer[] => listed.parse(JSON.parse(text)).records;

const digestsOf = ({ shared, responseDigest }: RecordAnswer): readonly string[] =>
  shared?.map((answer) => answer.responseDigest) ?? (responseDigest === undefined ? [] : [responseDigest]);

/**
 * Finds the record of every answer; no digest in a record serves two answers. Throws if a record is missing. Gives the pairs,
 * and the records that match no answer.
 */
export const matchRecords = (
  given: readonly GivenAnswer[],
  records: readonly RecordAnswer[],
): {
  readonly pairs: readonly (readonly [GivenAnswer, RecordAnswer])[];
  readonly rest: readonly RecordAnswer[];
} => {
  const open = records.map((record) => ({ record, digests: [...digestsOf(record)] }));
  const matched = new Set<RecordAnswer>();
  const pairs = given.map((answer) => {
    const found = open.find(
      ({ record: { channel, recipient, purpose }, digests }) =>
        channel === answer.channel &&
        recipient === answer.recipient &&
        purpose === answer.purpose &&
        digests.includes(answer.digest),
    );
    if (!found) throw broken(`There is no record of this answer: ${answer.what} (SHA-256 ${answer.digest}).`);
    found.digests.splice(found.digests.indexOf(answer.digest), 1);
    matched.add(found.record);
    return [answer, found.record] as const;
  });
  return { pairs, rest: records.filter((record) => !matched.has(record)) };
};

export const pairsText = (pairs: readonly (readonly [GivenAnswer, RecordAnswer])[]): string =>
  table(
    pairs.map(([{ what, digest }, record]) => [
      `    ${what}`,
      `SHA-256 ${digest.slice(0, 16)}…`,
      `record ${record.id}`,
      record.time,
      `to ${record.recipient}${record.purpose === undefined ? '' : ` for ${record.purpose}`}`,
    ]),
  );
