import { isRefusedSignIn, type LedgerRecord, monthOf, partyOf, timeOfId } from '../ledger/ledger.ts';
import type { RecordObserver, Report } from './contract.ts';

/** A query of the service's API, by the names of its parameters. */
export type Question = Readonly<Record<string, string>>;

export interface QueryCheckOptions {
  readonly report: Report;
  /** Leaves of the tree; newer records are left out. */
  readonly size: number;
  /** Where there are more questions than this, none is asked and nothing is kept. */
  readonly most: number;
  /** The id of the record that a leaf was made of. */
  readonly idOfLeaf: (leaf: number) => Promise<string>;
}

/**
 * Works out from the records what queries must find: by recipient, actor, purpose, office, tenant, channel and kind in each
 * month, by certificate, by request and by holder over all time. It then compares the answers, and reports records that they leave
 * out or should not contain.
 *
 * The service finds records by pointers, which are rows without leaves. A pointer also has the kind and the tenant of its
 * record, by which a query skips others. Each query is therefore asked by kind, and those by certificate and by tenant also
 * without a kind.
 */
export interface QueryCheck extends RecordObserver {
  /** How many questions the records make, whether they are asked or not. */
  count(): number;
  questions(): Iterable<Question>;
  /** Compares the whole answer to one of them. */
  answer(question: Question, records: AsyncIterable<LedgerRecord>): Promise<void>;
}

/** Names that the API takes. The actor of a ceremony is several persons at once, so no query can name it. */
const NAME = /^[a-z0-9-]{1,64}$/;
const SERIAL = /^[0-9a-f]{1,40}$/;

const period = (month: string): Question => {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const from = (m: number): string => new Date(Date.UTC(year, m, 1)).toISOString();
  return { from: from(number - 1), to: from(number) };
};

export const openQueryCheck = ({ report, size, most, idOfLeaf }: QueryCheckOptions): QueryCheck => {
  /** By question in JSON: the leaves of the records that it must find. */
  const expected = new Map<string, number[]>();
  /** Ids of damaged records: it does not matter whether queries find them. */
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

  /** Every query that must find the record, each by its narrowest index. */
  const questionsOf = function* (record: LedgerRecord): Generator<Question> {
    const { kind, office, tenant } = record;
    const month = period(monthOf(timeOfId(record.id)));
    const party = partyOf(record);
    if (NAME.test(party) && !isRefusedSignIn(record))
      yield { [kind === 'provision' ? 'recipient' : 'actor']: party, kind, ...month };
    if (office !== undefined && NAME.test(office)) yield { office, kind, ...month };
    if (tenant !== undefined && NAME.test(tenant)) {
      yield { tenant, ...month };
      yield { tenant, kind, ...month };
    }
    if (record.kind === 'provision') {
      yield { channel: record.channel, kind, ...month };
      for (const request of new Set(record.requests)) if (NAME.test(request)) yield { request, kind };
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
    observe: (record, newer) => {
      if (newer || record.leaf === undefined || isTooMany()) return;
      for (const question of questionsOf(record)) expect(question, record.leaf);
      if (isTooMany()) expected.clear();
    },

    retract: ({ id }) => {
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
