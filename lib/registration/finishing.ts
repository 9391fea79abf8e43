import { Fault, type FaultCode } from '../fault.ts';
import type { Item } from '../store/store.ts';
import { type Approval, readApproval } from './approval.ts';
import type { Changes } from './changes.ts';
import type { Registration } from './contract.ts';
import type { Request } from './decide.ts';
import type { RegistrationDeps } from './deps.ts';
import { type Ended, type Ends, withReason } from './ends.ts';
import { outcomeRecord } from './records.ts';
import type { RequestData, RequestDataStore } from './request-data.ts';
import { listingPk, type RequestRow } from './rows.ts';

const PAGE = 100;

/** Faults of the request itself, or of a CA that issues no more: the next attempt would end in the same one. */
const FINAL: ReadonlySet<string> = new Set<FaultCode>([
  'lint-failed',
  'invalid-field',
  'invalid-input',
  'malformed-name',
  'malformed-der',
  'weak-key',
  'compromised-key',
  'duplicate-key',
  'unsupported-algorithm',
  'key-algorithm-not-allowed',
  'value-too-large',
  'authority-revoked',
]);

/**
 * Faults of the trust domain. While an amendment is being applied, processes with two different files run side by side, and
 * one may know a profile that the other does not. An hour after the approval such a fault is final.
 */
const FINAL_LATER: ReadonlySet<string> = new Set<FaultCode>([
  'unknown-profile',
  'unknown-authority',
  'issuance-not-rebuilt',
]);
const LATER_MS = 3_600_000;

const isFinal = (error: unknown, sinceApproval: () => number): error is Fault =>
  Fault.is(error) &&
  (FINAL.has(error.code) ||
    // No open office has the affairs of the request's office, and an end is for good.
    (error.code === 'not-in-force' && error.facts.standing === 'ended') ||
    (FINAL_LATER.has(error.code) && sinceApproval() >= LATER_MS));

/** Takes approved requests on to their end: issued, failed, or lapsed. */
export interface Finishing extends Pick<Registration, 'recover'> {
  /**
   * The request after its end: issued as a rule, failed where no certificate can ever be issued for it, submitted again where
   * the approval lapsed. Undefined where it will be tried again; the fault is then logged once.
   */
  tryToFinish(id: string, approved: Item<RequestRow>): Promise<Request | undefined>;
  /**
   * Makes the rows of an end that stands in the bucket, whatever the request's row says. Faults: those of `Issuing.resume`
   * where a certificate was issued that cannot be handed over; the request then stays as it is.
   */
  takeUp(id: string, end: Ended, before: Item<RequestRow>): Promise<Item<RequestRow>>;
}

export const openFinishing = (
  deps: Pick<
    RegistrationDeps,
    'table' | 'clock' | 'log' | 'ledger' | 'issuing' | 'retries' | 'lapsesAt' | 'succession'
  >,
  { read }: Pick<Changes, 'read'>,
  ends: Ends,
  data: Pick<RequestDataStore, 'read' | 'find'>,
): Finishing => {
  const { table, clock, log, issuing, retries } = deps;

  const tryToFinish = async (id: string, approved: Item<RequestRow>): Promise<Request | undefined> => {
    if (!retries.isDue(id)) return undefined;
    const settle = (settled: Request): Request => {
      retries.done(id);
      return settled;
    };
    try {
      return settle(await finish(id, approved));
    } catch (error) {
      const { examinations, submittedAt } = approved.value;
      const sinceApproval = (): number => clock() - Date.parse(examinations.at(-1)?.at ?? submittedAt);
      if (isFinal(error, sinceApproval)) {
        const failed = await giveUp(id, approved, error).catch(() => undefined);
        if (failed) {
          const what = { request: id, error: error.code };
          if (failed.state === 'failed')
            log('warn', 'An approved request cannot be issued and has failed', what);
          return settle(failed);
        }
      }
      const code = Fault.is(error) ? error.code : 'internal';
      if (retries.failed(id, code)) {
        log('error', 'An approved request is not issued yet; it is taken up again', {
          request: id,
          error: code,
          ...(Fault.is(error) && { detail: error.message }),
        });
      }
      return undefined;
    }
  };

  /** From approved to its end. Two processes that finish the same request come to the same end, and both make its rows. */
  const finish = async (id: string, approved: Item<RequestRow>): Promise<Request> => {
    const row = approved.value;
    let approval: Approval;
    let about: RequestData;
    try {
      about = await data.read(id, row);
      approval = await readApproval(deps, id, row, about);
    } catch (error) {
      return takeUpInstead(id, approved, error);
    }
    if (clock() >= deps.lapsesAt(approval.at)) return lapse(id, approved, approval);
    const { closes } = approval;
    try {
      const certificate = await issuing.issue({
        order: id,
        closes,
        profile: row.profile,
        office: approval.office,
        fields: about.fields,
        examined: { salt: about.salt, digest: approval.digest },
        ...(row.holder !== undefined && { holder: row.holder }),
        ...(row.issuedTo !== undefined && { issuedTo: row.issuedTo }),
        subjectPublicKeyInfo: Buffer.from(about.subjectPublicKeyInfo, 'base64'),
        actor: approval.examiner,
        basis: approval.records,
      });
      return (await ends.settle(id, { closes, ending: { state: 'issued', certificate } }, approved)).value;
    } catch (error) {
      if (!Fault.is(error, 'wrong-state')) throw error;
      return takeUpInstead(id, approved, error);
    }
  };

  /** The request after the end that stands; throws the error where none does. */
  const takeUpInstead = async (id: string, item: Item<RequestRow>, error: unknown): Promise<Request> => {
    if (!Fault.is(error)) throw error;
    const opening = await ends.openingOf(id, item.value).catch(() => undefined);
    const end = opening && (await ends.find(opening, await ends.closesOf(opening, item.value)));
    if (end === undefined) throw error;
    return (await takeUp(id, end, item)).value;
  };

  /**
   * An approval that waited too long is not used any more, and the request is examined again. Where its use was recorded
   * first, it never lapses.
   */
  const lapse = async (id: string, approved: Item<RequestRow>, { closes }: Approval): Promise<Request> => {
    const opening = await ends.openingOf(id, approved.value);
    const end = await ends.conclude(opening, outcomeRecord(id, approved.value, { act: 'lapsed' }), closes);
    if (end.isOurs) log('warn', 'An approval lapsed before it was used', { request: id });
    return (await takeUp(id, end, approved)).value;
  };

  /** From approved to failed. Undefined where a certificate was recorded for the request; that certificate will be signed. */
  const giveUp = async (
    id: string,
    approved: Item<RequestRow>,
    { code, message }: Fault,
  ): Promise<Request | undefined> => {
    const opening = await ends.openingOf(id, approved.value);
    const closes = await issuing.giveUp(await ends.closesOf(opening, approved.value));
    if (closes === undefined) return undefined;
    const draft = outcomeRecord(id, approved.value, { act: 'failed', fault: code });
    const end = await ends.conclude(opening, draft, closes);
    return (await takeUp(id, end.isOurs ? withReason(end, message) : end, approved)).value;
  };

  const takeUp: Finishing['takeUp'] = async (id, end, before) => {
    const { value: row } = before;
    if (end.ending.state === 'issued') {
      // A certificate that has its rows is finished without them.
      const found = await data.find(id, row);
      const { fields, subjectPublicKeyInfo } =
        found.state === 'kept' ? found.value : { fields: {}, subjectPublicKeyInfo: '' };
      await issuing.resume({
        order: id,
        closes: end.closes,
        profile: row.profile,
        office: end.record.office ?? row.office,
        fields,
        subjectPublicKeyInfo: Buffer.from(subjectPublicKeyInfo, 'base64'),
        actor: end.record.actor ?? 'service',
      });
    }
    return ends.settle(id, end, before);
  };

  return {
    tryToFinish,
    takeUp,

    recover: async () => {
      const finished: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await table.query({
          pk: listingPk({ state: 'approved' }),
          limit: PAGE,
          ...(cursor !== undefined && { cursor }),
        });
        for (const { sk: id } of page.items) {
          const request = await read(id);
          if (request?.value.state !== 'approved') continue;
          if ((await tryToFinish(id, request))?.state === 'issued') finished.push(id);
        }
        cursor = page.cursor;
      } while (cursor !== undefined);
      return finished;
    },
  };
};
