import { Fault, phrase } from '../fault.ts';
import { IDEMPOTENCY_KEY, MAX_IDEMPOTENCY_KEY } from '../idempotency-key.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { Principal } from '../principal.ts';
import type { Condition, Item, Write } from '../store/store.ts';
import type { Changes } from './changes.ts';
import type { Registration, RequestView, Submission } from './contract.ts';
import { assertDuty, type InBatch, type Request, readableBy, roundOf } from './decide.ts';
import type { RegistrationDeps } from './deps.ts';
import { readApplication } from './intake.ts';
import type { RequestData } from './request-data.ts';
import { newRequestId } from './request-id.ts';
import {
  IDEMPOTENCY_SECONDS,
  type IdempotencyRow,
  idempotencyRowKey,
  type RequestRow,
  submissionDigest,
} from './rows.ts';
import { openTakenKey } from './taken-key.ts';

/** Where the row of a file leads to. */
type ClaimRow = { readonly request: string };

/** The key that another request or certificate has, as the fault of the claim names it. */
const keyOf = ({ facts }: Fault): string | undefined =>
  typeof facts.keyIdentity === 'string' ? facts.keyIdentity : undefined;

/** Takes submissions, one by one or as rows of a file. */
export const openSubmitting = (
  deps: RegistrationDeps,
  {
    changes,
    leavers,
    viewsFor,
    readFor,
  }: {
    readonly changes: Changes;
    readonly leavers: { expect(office: string, officer: string): Promise<void> };
    readonly viewsFor: (
      actor: Principal,
    ) => (id: string, request: Request, known?: RequestData) => Promise<RequestView>;
    readonly readFor: (actor: Principal, id: string) => Promise<Request>;
  },
): Pick<Registration, 'submit' | 'ofBatches'> => {
  const { table, clock, random } = deps;
  const takenKey = openTakenKey(deps, changes);

  const nowSeconds = (): number => Math.floor(clock() / 1000);

  /** The request that was submitted with the idempotency key before. Fault: `idempotency-key-reused`. */
  const replayOf = async (
    actor: Principal,
    found: Item<IdempotencyRow> | undefined,
    digest: string,
  ): Promise<RequestView | undefined> => {
    if (found === undefined || found.value.until <= nowSeconds()) return undefined;
    if (found.value.submission !== digest) {
      throw new Fault(
        'idempotency-key-reused',
        'This idempotency key was used for another submission; take a new one.',
      );
    }
    return viewsFor(actor)(found.value.request, await readFor(actor, found.value.request));
  };

  /** Faults: those of `Registration.submit`; `condition-failed` where one of the further writes is not possible. */
  const store = async <R>(
    actor: Principal,
    id: string,
    submission: Submission,
    writes: readonly Write[],
    replay: () => Promise<R | undefined>,
    inBatch?: InBatch,
  ): Promise<
    { readonly request: Item<RequestRow>; readonly data: RequestData } | { readonly earlier: R }
  > => {
    const office = assertDuty(actor, 'receive');
    let identity = '';
    try {
      const { application, data, signsIn } = await readApplication(deps, office, submission);
      identity = application.key.identity;
      // A crash after this leaves a holder whom no request names yet. The same submission goes on with it.
      if (application.holder !== undefined) await deps.holders.name(actor, application.holder, { signsIn });
      if (application.issuedTo !== undefined) await leavers.expect(office, application.issuedTo);
      const at = rfc3339(new Date(clock()));
      const request = await changes.change(
        id,
        { command: 'submit', actor, at, application, ...(inBatch && { inBatch }) },
        { data, writes },
      );
      return { request, data };
    } catch (error) {
      if (!Fault.is(error, 'duplicate-key') && !Fault.is(error, 'condition-failed')) throw error;
      // The same submission may have been first, at the same moment.
      const earlier = await replay();
      if (earlier !== undefined) return { earlier };
      throw await takenKey(actor, keyOf(error) ?? identity);
    }
  };

  return {
    submit: async (actor, submission, idempotencyKey) => {
      assertDuty(actor, 'receive');
      if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
        throw new Fault(
          'idempotency-key-invalid',
          phrase`An idempotency key is 1 to ${MAX_IDEMPOTENCY_KEY} visible ASCII characters.`,
        );
      }
      const row = idempotencyKey === undefined ? undefined : idempotencyRowKey(actor.id, idempotencyKey);
      const digest = submissionDigest(submission);
      const standing = row && (await table.get<IdempotencyRow>(row));
      const replay = await replayOf(actor, standing, digest);
      if (replay) return { request: replay, replayed: true };

      const id = newRequestId(clock, random);
      const until = nowSeconds() + IDEMPOTENCY_SECONDS;
      const value: IdempotencyRow = { submission: digest, request: id, until };
      const condition: Condition = standing ? { version: standing.version } : 'absent';
      const stored = await store(
        actor,
        id,
        submission,
        row ? [{ put: row, value, if: condition, expires: until }] : [],
        async () => row && replayOf(actor, await table.get<IdempotencyRow>(row), digest),
      );
      if ('earlier' in stored) return { request: stored.earlier, replayed: true };
      return { request: await viewsFor(actor)(id, stored.request.value, stored.data), replayed: false };
    },

    ofBatches: {
      check: async (actor, submission) => {
        const office = assertDuty(actor, 'receive');
        try {
          await readApplication(deps, office, submission);
        } catch (error) {
          if (!Fault.is(error, 'duplicate-key')) throw error;
          throw await takenKey(actor, keyOf(error) ?? '');
        }
      },

      submit: async (actor, submission, { claim, ...inBatch }) => {
        const led = async (): Promise<string | undefined> =>
          (await table.get<ClaimRow>(claim))?.value.request;
        const earlier = await led();
        if (earlier !== undefined) return earlier;
        const id = newRequestId(clock, random);
        const writes: Write[] = [{ put: claim, value: { request: id }, if: 'absent' }];
        const stored = await store(actor, id, submission, writes, led, inBatch);
        return 'earlier' in stored ? stored.earlier : id;
      },

      outline: async (actor, id) => {
        const request = (await changes.read(id))?.value;
        if (request === undefined || !readableBy(actor)(request)) return undefined;
        const { state, office, applicationDigest, examinations, persons, certificate, records } = request;
        const [submission] = records;
        return {
          state,
          office,
          ...(submission !== undefined && { submission }),
          applicationDigest,
          round: roundOf(request),
          examinations,
          persons,
          ...(certificate && { certificate }),
        };
      },
    },
  };
};
