import { Fault, type FaultCode } from '../fault.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { Item } from '../store/store.ts';
import { readApproval } from './approval.ts';
import type { Changes } from './changes.ts';
import type { Registration } from './contract.ts';
import type { Request } from './decide.ts';
import type { RegistrationDeps } from './deps.ts';
import { listingPk, type RequestRow } from './rows.ts';

const PAGE = 100;

/** Faults of the request itself: the next attempt would end in the same one. */
const FINAL: ReadonlySet<string> = new Set<FaultCode>([
  'lint-failed',
  'invalid-field',
  'invalid-input',
  'malformed-name',
  'malformed-der',
  'weak-key',
  'unsupported-algorithm',
  'key-algorithm-not-allowed',
  'value-too-large',
]);

/**
 * Faults of the trust domain. While an amendment is being applied, processes with two different files run side by side, and
 * one may know a profile that the other does not. An hour after the approval such a fault is final.
 */
const FINAL_LATER: ReadonlySet<string> = new Set<FaultCode>(['unknown-profile', 'unknown-authority']);
const LATER_MS = 3_600_000;

const isFinal = (error: unknown, sinceApproval: () => number): error is Fault =>
  Fault.is(error) && (FINAL.has(error.code) || (FINAL_LATER.has(error.code) && sinceApproval() >= LATER_MS));

/** Takes approved requests on to issued or failed. */
export interface Finishing extends Pick<Registration, 'recover'> {
  /**
   * The request, issued; or failed where no certificate can ever be issued for it. Undefined where it will be tried
   * again; the fault is then logged once.
   */
  tryToFinish(id: string, approved: Item<RequestRow>): Promise<Request | undefined>;
}

export const openFinishing = (
  deps: Pick<RegistrationDeps, 'table' | 'clock' | 'log' | 'ledger' | 'issuing' | 'retries'>,
  { read, change }: Changes,
): Finishing => {
  const { table, clock, log, ledger, issuing, retries } = deps;

  const now = (): string => rfc3339(new Date(clock()));

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
        const failed = await giveUp(id, error).catch(() => undefined);
        if (failed) {
          log('warn', 'An approved request cannot be issued and has failed', {
            request: id,
            error: error.code,
          });
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

  /**
   * From approved to issued, if the ledger has the approval. Two processes that finish the same request get the same
   * certificate, and one of them stores it.
   */
  const finish = async (id: string, approved: Item<RequestRow>): Promise<Request> => {
    const request = approved.value;
    const approval = await readApproval(ledger, id, request);
    const certificate = await issuing.issue({
      order: id,
      profile: request.profile,
      profileVersion: request.profileVersion,
      office: approval.office,
      fields: request.fields,
      subjectDigest: request.subjectDigest,
      ...(request.holder !== undefined && { holder: request.holder }),
      subjectPublicKeyInfo: Buffer.from(request.subjectPublicKeyInfo, 'base64'),
      actor: approval.examiner,
      basis: approval.records,
    });
    try {
      return (await change(id, { command: 'finish', certificate }, { before: approved })).value;
    } catch (error) {
      const item = Fault.is(error, 'wrong-state') ? await read(id) : undefined;
      if (item?.value.state !== 'issued') throw error;
      return item.value;
    }
  };

  /** From approved to failed. Undefined where a certificate was recorded for the request; that certificate will be signed. */
  const giveUp = async (id: string, { code, message }: Fault): Promise<Request | undefined> => {
    const writes = await issuing.abandonWrites(id);
    if (!writes) return undefined;
    return (await change(id, { command: 'fail', at: now(), code, reason: message }, { writes })).value;
  };

  return {
    tryToFinish,

    recover: async () => {
      const finished: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await table.query({
          pk: listingPk(undefined, 'approved'),
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
