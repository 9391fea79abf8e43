import { type LedgerRecord, monthOf, partyOf, timeOfId } from '../ledger/ledger.ts';
import type { Learner, Report } from './contract.ts';

/** A query of the service's API, by the names of its parameters. */
export type Question = Readonly<Record<string, string>>;

export interface QueryCheckOptions {
  readonly report: Report;
  /** Leaves of the tree; newer records are not spoken of. */
  readonly size: number;
  /** With more questions than these none is asked, and nothing is kept for them. */
  readonly most: number;
  /** The id of the record that a leaf was made of. */
  readonly idOfLeaf: (leaf: number) => Promise<string>;
}

/**
 * Works out from the records what each query by recipient, actor, purpose, office, channel and kind finds in each month,
 * and each by certificate and by holder at all; then asks them, and names what they leave out and what they find besides.
 *
 * The service finds records by pointers, in rows of their own that no leaf speaks of. A pointer also says the kind of its
 * record, by which queries leave records out unread; so each query is asked by kind, and that by certificate without one
 * as well.
 */
export interface QueryCheck extends Learner {
  /** How many there are to ask, or would have been. */
  count(): number;
  questions(): Iterable<Question>;
  /** The whole answer of one of them. */
  answer(question: Question, records: AsyncIterable<LedgerRecord>): Promise<void>;
}

/** What the API takes: a ceremony is held by several persons at once, by whom nobody can ask. */
const NAME = /^[a-z0-9-]{1,64}$/;
const SERIAL = /^[0-9a-f]{1,40}$/;

const period = (month: string): Question => {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const from = (m: number): string => new Date(Date.UTC(year, m, 1)).toISOString();
  return { from: from(number - 1), to: from(number) };
};

export const openQueryCheck = ({ report, size, most, idOfLeaf }: QueryCheckOptions): QueryCheck => {
  /** By question in JSON: the leaves of what it finds. */
  const expected = new Map<string, number[]>();
  /** Ids of records that are damaged: whether queries find them says nothing more. */
  const distrusted = new Set<string>();
  let questions = 0;
  const isTooMany = (): boolean => questions > most;

  const expect = (question: Question, leaf: number): void => {
    const key = JSON.stringify(question);
    const leaves = expected.get(key);
    if (leaves) leaves.push(leaf);
    else {
      questions++;
      expected.set(key, [leaf]);
    }
  };

  /** All queries that find the record, each by its narrowest index. */
  const questionsOf = function* (record: LedgerRecord): Generator<Question> {
    const { kind, office } = record;
    const month = period(monthOf(timeOfId(record.id)));
    const party = partyOf(record);
    if (NAME.test(party)) yield { [kind === 'provision' ? 'recipient' : 'actor']: party, kind, ...month };
    if (office !== undefined && NAME.test(office)) yield { office, kind, ...month };
    if (record.kind === 'provision') {
      yield { channel: record.channel, kind, ...month };
      if (record.purpose !== undefined && NAME.test(record.purpose)) {
        yield { purpose: record.purpose, kind, ...month };
      }
    } else {
      yield { kind, ...month };
      if (record.kind === 'issuance' && record.holder !== undefined && NAME.test(record.holder)) {
        yield { holder: record.holder, kind };
      }
    }
    const named = new Set((record.certificates ?? []).map(({ ca, serial }) => `${ca}/${serial}`));
    for (const certificate of named) {
      const [ca = '', serial = ''] = certificate.split('/');
      if (!NAME.test(ca) || !SERIAL.test(serial)) continue;
      yield { ca, serial };
      yield { ca, serial, kind };
    }
  };

  return {
    record: (record, newer) => {
      if (newer || record.leaf === undefined || isTooMany()) return;
      for (const question of questionsOf(record)) expect(question, record.leaf);
      if (isTooMany()) expected.clear();
    },

    lost: ({ id }) => {
      distrusted.add(id);
    },

    count: () => questions,

    questions: function* () {
      for (const key of expected.keys()) yield JSON.parse(key);
    },

    answer: async (question, records) => {
      const missing = new Set(expected.get(JSON.stringify(question)));
      const wanted = new Set(missing);
      const query = Object.entries(question)
        .map(([name, value]) => `${name}=${value}`)
        .join('&');
      for await (const { id, leaf } of records) {
        if (leaf === undefined || leaf >= size || distrusted.has(id)) continue;
        if (!wanted.has(leaf)) report('query-excess', { query, record: id });
        missing.delete(leaf);
      }
      for (const leaf of missing) report('query-incomplete', { query, record: await idOfLeaf(leaf) });
    },
  };
};
