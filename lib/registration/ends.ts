import { Fault } from '../fault.ts';
import { textIn } from '../members.ts';
import { rfc3339 } from '../pki/pki.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Item, Write } from '../store/store.ts';
import { EXAMINATION_STAGES } from './contract.ts';
import { type Ending, ended, roundOf } from './decide.ts';
import type { ActRecord, Closes, Concluded, KeptRecord, RegistrationDeps } from './deps.ts';
import { type RequestDataStore, withoutReasons } from './request-data.ts';
import { freedKey, type RequestRow, repairWrites, requestKey, requestWrites, storeRow } from './rows.ts';

/*
 * The ends of requests. A request is opened by the record of its submission. What ends it (issuance, rejection, withdrawal,
 * failure, lapse) is one object under that record's id and the number of the round, and is put before any row says so. So a
 * row that somebody puts back opens nothing: whoever touches the request next makes the rows of its end again. After a lapse,
 * and only then, the next number opens.
 */

/** Row changes can only lose to others a few times. */
const MAX_ATTEMPTS = 8;

/** The submission that opened the request, as its signed record says. */
export interface Opening {
  readonly act: string;
  readonly submitter: string;
}

export interface Ended extends Concluded {
  readonly closes: Closes;
  readonly ending: Ending;
}

export interface Ends {
  /** Fault: `submission-not-recorded`. */
  openingOf(id: string, row: RequestRow): Promise<Opening>;
  /**
   * The name of the end of the round that is open. The row's round is a hint: a round is open only after all earlier ones
   * have lapsed, so a withdrawal never misses the round that counts.
   */
  closesOf(opening: Opening, row: RequestRow): Promise<Closes>;
  /** The end of that name; undefined while the round is open. */
  find(opening: Opening, closes: Closes): Promise<Ended | undefined>;
  /** Puts this end, unless another stands there. Gives the one that stands; no row is made yet. */
  conclude(opening: Opening, record: ActRecord, closes: Closes): Promise<Ended>;
  /**
   * Makes the rows of an end, and resolves with the request's row. `before` spares a read. Where the end is an issuance, its
   * certificate is signed already.
   */
  settle(
    id: string,
    end: Pick<Ended, 'closes' | 'ending'> & Partial<Ended>,
    before?: Item<RequestRow>,
  ): Promise<Item<RequestRow>>;
}

/** The end with what its record does not say. */
export const withReason = (end: Ended, reason: string | undefined): Ended =>
  reason === undefined ? end : { ...end, ending: { ...end.ending, reason } as Ending };

export const isLapse = ({ kind, details }: Pick<KeptRecord, 'kind' | 'details'>): boolean =>
  kind === 'submission' && details?.act === 'lapsed';

const isFailure = ({ kind, details }: Pick<KeptRecord, 'kind' | 'details'>): boolean =>
  kind === 'submission' && details?.act === 'failed';

export const openEnds = (
  { table, random, ledger }: Pick<RegistrationDeps, 'table' | 'random' | 'ledger'>,
  data: Pick<RequestDataStore, 'settle'>,
): Ends => {
  const endedBy = (end: Concluded, closes: Closes, { submitter }: Opening): Ended => ({
    ...end,
    closes,
    ending: endingOf(end.record, closes, submitter),
  });

  const openingOf: Ends['openingOf'] = async (id, { records, office, tenant }) => {
    const act = await readRecordedAct(ledger, records?.[0], {
      kind: 'submission',
      office,
      details: { act: 'submitted', request: id },
    });
    const submitter = act?.details.person;
    if (act && act.tenant === tenant && typeof submitter === 'string') return { act: act.id, submitter };
    throw new Fault(
      'submission-not-recorded',
      'The ledger lacks the submission of this request; it has to be submitted again.',
      { request: id },
    );
  };

  const closesOf: Ends['closesOf'] = async ({ act }, row) => {
    const said = roundOf(row);
    for (let number = 1; number < said; number++) {
      const end = await ledger.conclusion({ act, number });
      if (end === undefined || !isLapse(end.record)) return { act, number };
    }
    return { act, number: said };
  };

  const find: Ends['find'] = async (opening, closes) => {
    const end = await ledger.conclusion(closes);
    if (end === undefined) return undefined;
    if (end.record.kind === 'issuance') {
      // A certificate that could not be built again has failed under the next number.
      const after = { act: opening.act, number: closes.number + 1 };
      const failed = await ledger.conclusion(after);
      if (failed && isFailure(failed.record)) return endedBy(failed, after, opening);
    }
    return endedBy(end, closes, opening);
  };

  const settle: Ends['settle'] = async (id, { closes, ending, record, writes: given = [] }, known) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const isFirst = attempt === 0;
      const before = (isFirst && known) || (await table.get<RequestRow>(requestKey(id)));
      if (before === undefined) throw new Fault('unknown-request', 'There is no such request.');
      if (isSettled(before.value, ending)) return before;
      const next = rowOf(before.value, ending, closes.act, record?.id);
      await data.settle(id, next, ending);
      const row: RequestRow = {
        ...withoutReasons(next),
        change: Buffer.from(random(16)).toString('hex'),
      };
      const writes = isFirst
        ? [
            ...requestWrites(id, before, row, await freedKey(table, row)),
            ...(ending.state === 'issued' ? [] : given),
          ]
        : [...(await repairWrites(table, id, before, row)), ...(await stagingOf(closes, ending))];
      if (await storeRow(table, id, row, writes)) {
        return { ...requestKey(id), version: before.version + 1, value: row };
      }
    }
    throw new Fault('store-unavailable', 'The request kept changing; try again.');
  };

  /** An end stages its record with its rows, unless another run did. An issuance did so with the certificate's rows. */
  const stagingOf = async (closes: Closes, { state }: Ending): Promise<readonly Write[]> =>
    state === 'issued' ? [] : ((await ledger.conclusion(closes))?.writes ?? []);

  return {
    openingOf,
    closesOf,
    find,
    conclude: async (opening, record, closes) => {
      const end = await ledger.conclude(record, closes);
      return (!end.isOurs && (await find(opening, closes))) || endedBy(end, closes, opening);
    },
    settle,
  };
};

const isSettled = (row: RequestRow, ending: Ending): boolean => {
  if (ending.state === 'lapsed') return roundOf(row) > ending.round;
  if (ending.state !== 'issued') return row.state === ending.state;
  const { ca, serial } = ending.certificate;
  return row.state === 'issued' && row.certificate?.ca === ca && row.certificate.serial === serial;
};

const rowOf = (
  before: RequestRow,
  ending: Ending,
  submission: string,
  record: string | undefined,
): Omit<RequestRow, 'change'> => {
  const { records = [] } = before;
  const next = ended(before, ending);
  if (ending.state === 'lapsed') return { ...next, records: [submission] };
  const isExamination = ending.state === 'rejected' && record !== undefined;
  return { ...next, records: isExamination ? [...records, record] : records };
};

const endingOf = (record: KeptRecord, closes: Closes, submitter: string): Ending => {
  const { kind, actor: by = 'service', details = {} } = record;
  const at = rfc3339(new Date(record.time));
  const [certificate] = record.certificates ?? [];
  if (kind === 'issuance' && certificate) return { state: 'issued', certificate };
  if (isLapse(record)) return { state: 'lapsed', at, round: closes.number, submitter };
  if (isFailure(record)) return { state: 'failed', at, code: textIn(details.fault) ?? 'internal' };
  if (kind === 'submission' && details.act === 'withdrawn') return { state: 'withdrawn', by, at };
  if (kind === 'examination' && details.decision === 'reject') {
    const stage = EXAMINATION_STAGES.find((one) => one === details.stage) ?? 'office';
    return { state: 'rejected', stage, by, at };
  }
  throw new Fault('act-object-invalid', 'The end of a request is of a kind that ends none.', {
    record: record.id,
  });
};
