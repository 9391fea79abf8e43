import { hash } from 'node:crypto';
import { Fault, phrase } from '../fault.ts';
import type { Found } from '../personal/personal.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { Principal } from '../principal.ts';
import { recipientOf } from '../recipient.ts';
import { openChanges } from './changes.ts';
import type { Registration, RequestView } from './contract.ts';
import { assertReadable, type Request } from './decide.ts';
import type { RegistrationDeps } from './deps.ts';
import { openEnds } from './ends.ts';
import { openExamining } from './examining.ts';
import { openFinishing } from './finishing.ts';
import { openHolderData } from './holder-data.ts';
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
import { holderListingPk } from './rows.ts';
import { openSubmitting } from './submitting.ts';

export {
  EXAMINATION_STAGES,
  type ExaminationStage,
  type HolderData,
  type OfBatches,
  type ProposedRevocation,
  REQUEST_STATES,
  type Registration,
  type RequestOutline,
  type RequestState,
  type RequestView,
  type Submission,
} from './contract.ts';
export { assertDuty, readableBy, readableOffices } from './decide.ts';
export { hasIndividualNumber } from './individual-number.ts';
export { requestItem } from './request-data.ts';
export { newRequestId, timeOfRequestId } from './request-id.ts';
export { namesIndividualNumber } from './requested-names.ts';
export { openCertificateOfRequest } from './rows.ts';

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
  const { table, clock, ledger, issuing } = deps;
  const data = openRequestData(deps);
  const changes = openChanges(deps, data);
  const { read } = changes;
  const issuedTo = openIssuedTo(table, changes);
  const leavers = openLeavers(deps, changes);
  const ends = openEnds(deps, data);
  const finishing = openFinishing(deps, changes, ends, data);
  const examining = openExamining(deps, changes, ends, finishing, data);

  const view = async (id: string, request: Request, known?: RequestData): Promise<RequestView> =>
    viewOf(id, request, known ? { state: 'kept', value: known, month: '' } : await data.find(id, request));

  const now = (): string => rfc3339(new Date(clock()));

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

  const submitting = openSubmitting(deps, { changes, leavers, viewsFor, readFor });

  return {
    submit: submitting.submit,
    ofBatches: submitting.ofBatches,

    examine: async (actor, id, { decision, reason, batchAct, meant }) => {
      const given = {
        actor,
        at: now(),
        ...(reason !== undefined && { reason }),
        ...(batchAct !== undefined && { batchAct }),
        ...(meant && { meant }),
      };
      const examined =
        decision === 'approve'
          ? await examining.approve(id, { command: 'examine', decision, ...given })
          : await examining.close(id, { command: 'examine', decision, ...given });
      return view(id, examined);
    },

    withdraw: async (actor, id, reason, batchAct) => {
      const isOperator = actor.role === 'operator';
      const { office } = isOperator ? await readFor(actor, id) : {};
      const isUnserved = office !== undefined && !(await deps.succession(office)).isServed;
      const command = {
        command: 'withdraw',
        actor,
        at: now(),
        reason,
        ...(batchAct !== undefined && { batchAct }),
      } as const;
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
