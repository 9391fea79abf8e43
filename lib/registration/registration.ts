import { hash } from 'node:crypto';
import { Fault, phrase } from '../fault.ts';
import { IDEMPOTENCY_KEY, MAX_IDEMPOTENCY_KEY } from '../idempotency-key.ts';
import type { Found } from '../personal/personal.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { Principal } from '../principal.ts';
import { recipientOf } from '../recipient.ts';
import type { Condition, Item } from '../store/store.ts';
import { openChanges } from './changes.ts';
import type { Registration, RequestView } from './contract.ts';
import { assertDuty, assertReadable, type Request } from './decide.ts';
import type { RegistrationDeps } from './deps.ts';
import { openEnds } from './ends.ts';
import { openExamining } from './examining.ts';
import { openFinishing } from './finishing.ts';
import { openHolderData } from './holder-data.ts';
import { readApplication } from './intake.ts';
import { openIssuedTo } from './issued-to.ts';
import { openLeavers } from './leavers.ts';
import { openLists } from './lists.ts';
import {
  examinationReason,
  openRequestData,
  personalDataOf,
  type RequestData,
  WITHDRAWAL_REASON,
} from './request-data.ts';
import { newRequestId } from './request-id.ts';
import {
  holderListingPk,
  IDEMPOTENCY_SECONDS,
  type IdempotencyRow,
  idempotencyRowKey,
  submissionDigest,
} from './rows.ts';
import { openTakenKey } from './taken-key.ts';

export {
  EXAMINATION_STAGES,
  type HolderData,
  type ProposedRevocation,
  REQUEST_STATES,
  type Registration,
  type RequestState,
  type RequestView,
  type Submission,
} from './contract.ts';
export { hasIndividualNumber } from './individual-number.ts';
export { requestItem } from './request-data.ts';
export { timeOfRequestId } from './request-id.ts';
export { openCertificateOfRequest } from './rows.ts';

/** The key that another request or certificate has, as the fault of the claim names it. */
const keyOf = ({ facts }: Fault): string | undefined =>
  typeof facts.keyIdentity === 'string' ? facts.keyIdentity : undefined;

/** With the data where they are kept, and otherwise with why they are not. */
const viewOf = (id: string, request: Request, found: Found<RequestData>): RequestView => ({
  id,
  tenant: request.tenant,
  office: request.office,
  profile: request.profile,
  profileVersion: request.profileVersion,
  state: request.state,
  ...(found.state === 'kept'
    ? { fields: found.value.fields, subject: found.value.subject }
    : { personalData: personalDataOf(found) }),
  ...(found.state === 'kept' && found.value.searched.length > 0 && { searched: found.value.searched }),
  ...(request.holder !== undefined && { holder: request.holder }),
  ...(request.issuedTo !== undefined && { issuedTo: request.issuedTo }),
  ...(found.state === 'kept' && found.value.ignored && { ignored: found.value.ignored }),
  keyAlgorithm: request.keyAlgorithm,
  publicKeyDigest: request.publicKeyDigest,
  submittedBy: request.submittedBy,
  submittedAt: request.submittedAt,
  examinations: request.examinations.map((examination, place) => ({
    ...examination,
    ...reasonIn(found, examinationReason(request, place)),
  })),
  ...(request.certificate && { certificate: request.certificate }),
  ...(request.withdrawal && {
    withdrawal: { ...request.withdrawal, ...reasonIn(found, WITHDRAWAL_REASON) },
  }),
  ...(request.failure && { failure: request.failure }),
  ...(request.lapses && { lapses: request.lapses }),
});

const reasonIn = (found: Found<RequestData>, name: string): { readonly reason?: string } => {
  const reason = found.state === 'kept' ? found.value.reasons?.[name] : undefined;
  return reason === undefined ? {} : { reason };
};

export const openRegistration = (deps: RegistrationDeps): Registration => {
  const { table, clock, random, ledger, issuing } = deps;
  const data = openRequestData(deps);
  const changes = openChanges(deps, data);
  const { read, change } = changes;
  const issuedTo = openIssuedTo(table, changes);
  const leavers = openLeavers(deps, changes);
  const takenKey = openTakenKey(deps, changes);
  const ends = openEnds(deps, data);
  const finishing = openFinishing(deps, changes, ends, data);
  const examining = openExamining(deps, changes, ends, finishing, data);

  const view = async (id: string, request: Request, known?: RequestData): Promise<RequestView> =>
    viewOf(id, request, known ? { state: 'kept', value: known, month: '' } : await data.find(id, request));

  const now = (): string => rfc3339(new Date(clock()));

  const nowSeconds = (): number => Math.floor(clock() / 1000);

  const readFor = async (actor: Principal, id: string): Promise<Request> =>
    assertReadable(actor, (await read(id))?.value);

  /** As the reader may see requests, with whether the holder is new to the requests that this reader may see. */
  const viewsFor = (
    actor: Principal,
  ): ((id: string, request: Request, known?: RequestData) => Promise<RequestView>) => {
    const known = new Map<string, ReturnType<typeof issuedTo>>();
    return async (id, request, data) => {
      const shown = await view(id, request, data);
      const { holder } = request;
      if (holder === undefined) return shown;
      const issued = known.get(holder) ?? issuedTo(actor, holder);
      known.set(holder, issued);
      return (await issued).some((other) => other !== id) ? shown : { ...shown, newHolder: true };
    };
  };

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

  const submit: Registration['submit'] = async (actor, submission, idempotencyKey) => {
    const office = assertDuty(actor, 'receive');
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
    let identity = '';
    try {
      const { application, data: about, signsIn } = await readApplication(deps, office, submission);
      identity = application.key.identity;
      // A crash after this leaves a holder whom no request names yet. The same submission goes on with it.
      if (application.holder !== undefined) await deps.holders.name(actor, application.holder, { signsIn });
      if (application.issuedTo !== undefined) await leavers.expect(office, application.issuedTo);
      const request = await change(
        id,
        { command: 'submit', actor, at: now(), application },
        { data: about, writes: row ? [{ put: row, value, if: condition, expires: until }] : [] },
      );
      return { request: await viewsFor(actor)(id, request.value, about), replayed: false };
    } catch (error) {
      if (!Fault.is(error, 'duplicate-key') && !Fault.is(error, 'condition-failed')) throw error;
      // The same submission may have been first, at the same moment.
      const earlier = row && (await replayOf(actor, await table.get<IdempotencyRow>(row), digest));
      if (earlier) return { request: earlier, replayed: true };
      throw await takenKey(actor, keyOf(error) ?? identity);
    }
  };

  return {
    submit,

    examine: async (actor, id, { decision, reason }) => {
      const given = { actor, at: now(), ...(reason !== undefined && { reason }) };
      const examined =
        decision === 'approve'
          ? await examining.approve(id, { command: 'examine', decision, ...given })
          : await examining.close(id, { command: 'examine', decision, ...given });
      return view(id, examined);
    },

    withdraw: async (actor, id, reason) => {
      const isOperator = actor.role === 'operator';
      const { office } = isOperator ? await readFor(actor, id) : {};
      const isUnserved = office !== undefined && !(await deps.succession(office)).isServed;
      const command = { command: 'withdraw', actor, at: now(), reason } as const;
      return view(id, await examining.close(id, { ...command, ...(isUnserved && { isUnserved }) }));
    },

    get: async (actor, id) => viewsFor(actor)(id, await readFor(actor, id)),

    knowsHolder: async (holder) => {
      const { items } = await table.query({ pk: holderListingPk(holder), limit: 1 });
      return items.length > 0;
    },

    list: openLists(deps, changes, viewsFor),

    collect: async (actor, id, method, { withRoot = false } = {}) => {
      const { state, tenant, certificate } = await readFor(actor, id);
      if (certificate === undefined) {
        throw new Fault('not-issued', phrase`The request is ${state}; there is no certificate to collect.`, {
          state,
        });
      }
      const pem = await issuing.chainPem(certificate, { withRoot, order: id });
      const [record] = await ledger.append({
        kind: 'provision',
        ...recipientOf(actor),
        tenant,
        channel: 'certificate',
        method,
        requests: [id],
        certificates: [certificate],
        provided: withRoot ? { withRoot } : {},
        responseDigest: hash('sha256', pem),
        count: 1,
      });
      return { pem, certificate, record: record?.id as string };
    },

    leavers,

    holderData: openHolderData(deps, changes),

    recover: finishing.recover,
  };
};
