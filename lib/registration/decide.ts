import { officesOf } from '../acting-office.ts';
import { Fault, phrase } from '../fault.ts';
import type { Duty, Principal } from '../principal.ts';
import { serves } from '../tenant.ts';
import type { KeyClaim } from '../used-key.ts';
import type { Examination, MeantStep, RequestState } from './contract.ts';
import { assertAnotherPerson, stepAtCentre, stepAtOffice, wrongState } from './examination-steps.ts';

/**
 * The rules of registration, without a store, a clock or a key: what a command makes of a request, or why it is refused.
 *
 *   submitted ── officer approves ──▶ examined ── operator approves ──▶ approved ── issuing ──▶ issued
 *       │  ▲                             │                                 │ │
 *       │  └────────────────── lapses, unused ─────────────────────────────┘ └─ cannot be issued ──▶ failed
 *       └──── rejected, withdrawn ◀──────┘
 *
 * With office approval:
 *
 *   submitted ── officer approves ──▶ examined-once ── another officer approves ──▶ examined
 *
 * Issued, rejected, withdrawn, failed and lapsed are ends (ends.ts): whichever is put first is what happened, whatever state
 * a row says.
 */

/**
 * A submission, after its bytes and fields were checked, without what names somebody: that stands apart (request-data.ts). Everything
 * here is decided by pseudonyms.
 */
export type Application = {
  /** That of the office. */
  readonly tenant: string;
  readonly profile: string;
  readonly profileVersion: number;
  readonly holder?: string;
  readonly issuedTo?: string;
  readonly keyAlgorithm: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
  readonly publicKeyDigest: string;
  /** SHA-256, hex, of all that was applied for, with a salt that stands apart (application-digest.ts). */
  readonly applicationDigest: string;
  /** The key in the index of used keys. */
  readonly key: KeyClaim;
};

export type Request = Application & {
  readonly state: RequestState;
  readonly office: string;
  readonly submittedBy: string;
  readonly submittedAt: string;
  readonly examinations: readonly Pick<Examination, keyof Examination>[];
  /** The persons who acted, in the order of their acts. All are different. */
  readonly persons: readonly string[];
  /** `reason` is in words, and stands apart once the request is stored. */
  readonly withdrawal?: { readonly by: string; readonly at: string; readonly reason?: string };
  readonly certificate?: { readonly ca: string; readonly serial: string };
  /** The reason why no certificate can be issued for it: a fault's code and its sentence. */
  readonly failure?: { readonly at: string; readonly code: string; readonly reason: string };
  /** When approvals of the request lapsed unused, oldest first. Each begins a new round of examinations. */
  readonly lapses?: readonly string[];
};

/** 1, and 1 more for each approval that lapsed. Taken from a row it is a hint: issuing verifies that the earlier ones lapsed. */
export const roundOf = ({ lapses }: Pick<Request, 'lapses'>): number =>
  1 + (Array.isArray(lapses) ? lapses.length : 0);

/** The records of acts that come from a file of requests name it. In this room nothing is decided by it. */
export interface InBatch {
  readonly batch: string;
  readonly row: number;
  readonly batchAct: string;
}

/** `at`: RFC 3339 UTC. `batchAct`: the id of the record of the act by which many were examined together. */
export type Command =
  | {
      readonly command: 'submit';
      readonly actor: Principal;
      readonly at: string;
      readonly application: Application;
      readonly inBatch?: InBatch;
    }
  | {
      readonly command: 'examine';
      readonly actor: Principal;
      readonly at: string;
      readonly decision: 'approve' | 'reject';
      readonly reason?: string;
      /** The profile or the office asks for a second examination at the office. */
      readonly officeApproval?: boolean;
      readonly batchAct?: string;
      readonly meant?: MeantStep;
    }
  | {
      readonly command: 'withdraw';
      readonly actor: Principal;
      readonly at: string;
      readonly reason: string;
      /** The request's office has ended, and no other one has its affairs. */
      readonly isUnserved?: true;
      readonly batchAct?: string;
    };

/** How a round of a request ended. `reason` is in words: the end itself does not have it, so it may be gone. */
export type Ending =
  | { readonly state: 'issued'; readonly certificate: { readonly ca: string; readonly serial: string } }
  | {
      readonly state: 'rejected';
      readonly stage: Examination['stage'];
      readonly by: string;
      readonly at: string;
      readonly reason?: string;
    }
  | { readonly state: 'withdrawn'; readonly by: string; readonly at: string; readonly reason?: string }
  | { readonly state: 'failed'; readonly at: string; readonly code: string; readonly reason?: string }
  /** The number of the round, and the person who submitted. */
  | { readonly state: 'lapsed'; readonly at: string; readonly round: number; readonly submitter: string };

const unknown = (): Fault => new Fault('unknown-request', 'There is no such request.');

const MAX_REASON = 1000;

const assertReason = (reason: string | undefined): void => {
  if (reason === undefined || reason.trim() === '' || reason.length > MAX_REASON) {
    throw new Fault('invalid-input', phrase`A reason of 1 to ${MAX_REASON} characters is needed.`, {
      path: 'reason',
    });
  }
};

/** The office that the principal acts for. Fault: `forbidden`. */
export const assertOfficer = (actor: Principal): string => {
  if (actor.role === 'officer' && actor.office !== undefined) return actor.office;
  throw new Fault('forbidden', 'Only an officer of a registration sub-office may do this.');
};

/** The office of an officer who has this duty there. Fault: `forbidden`. */
export const assertDuty = (actor: Principal, duty: Duty): string => {
  const office = assertOfficer(actor);
  if (actor.duties?.includes(duty)) return office;
  throw new Fault(
    'forbidden',
    phrase`Your office has not given you the duty "${duty}"; ask its responsible person.`,
    { duty },
  );
};

/**
 * The offices whose requests the principal may read: the own one, and those whose affairs it has taken over. Undefined where it
 * may read those of every office of its tenant. Fault: `forbidden`.
 */
export const readableOffices = (actor: Principal): readonly string[] | undefined => {
  if (actor.role === 'operator' || actor.role === 'auditor') return undefined;
  assertOfficer(actor);
  return officesOf(actor);
};

/** Which requests the principal may read. Fault: `forbidden`. */
export const readableBy = (actor: Principal): ((request: Pick<Request, 'office' | 'tenant'>) => boolean) => {
  const offices = readableOffices(actor);
  return ({ office, tenant }) => offices?.includes(office) !== false && serves(actor, tenant);
};

/**
 * The request, if the principal may read it. Another office's or another tenant's request is `unknown-request`, as if it did
 * not exist.
 */
export const assertReadable = (actor: Principal, request: Request | undefined): Request => {
  const isReadable = readableBy(actor);
  if (request === undefined || !isReadable(request)) throw unknown();
  return request;
};

const submit = ({ actor, at, application }: Extract<Command, { command: 'submit' }>): Request => ({
  ...application,
  state: 'submitted',
  office: assertDuty(actor, 'receive'),
  submittedBy: actor.id,
  submittedAt: at,
  examinations: [],
  persons: [actor.person],
});

export type Examine = Extract<Command, { command: 'examine' }>;

const examine = (request: Request, command: Examine): Request => {
  const { actor, at, decision, reason, meant } = command;
  if (actor.role !== 'officer' && actor.role !== 'operator') {
    throw new Fault('forbidden', 'Only officers and operators examine requests.');
  }
  const isOfficer = actor.role === 'officer';
  if (isOfficer && !actor.duties?.includes('approve')) assertDuty(actor, 'examine');
  if (decision === 'reject' || reason !== undefined) assertReason(reason);
  const step = isOfficer ? stepAtOffice(request, command) : stepAtCentre(request, command);
  if (meant && (meant.stage !== step.stage || meant.round !== roundOf(request)))
    throw wrongState(request.state, 'in the step that was decided on');
  // First, because another duty would not help the same person.
  assertAnotherPerson(request, actor, step);
  if (step.duty !== undefined) assertDuty(actor, step.duty);
  const { stage, gives } = step;
  const examination = { stage, by: actor.id, at, decision, ...(reason !== undefined && { reason }) };
  return {
    ...request,
    state: decision === 'approve' ? gives : 'rejected',
    examinations: [...request.examinations, examination],
    persons: [...request.persons, actor.person],
  };
};

/** Before the centre has approved. */
const WITHDRAWABLE: ReadonlySet<RequestState> = new Set(['submitted', 'examined-once', 'examined']);

const withdraw = (
  request: Request,
  { actor, at, reason, isUnserved }: Extract<Command, { command: 'withdraw' }>,
): Request => {
  if (actor.role !== 'operator' || !isUnserved) assertOfficer(actor);
  assertReason(reason);
  if (!WITHDRAWABLE.has(request.state)) throw wrongState(request.state, 'submitted or examined');
  return { ...request, state: 'withdrawn', withdrawal: { by: actor.id, at, reason } };
};

const NO_REASON = 'No certificate can be issued for this request.';

/** The request after its end, whatever state it was said to be in. The one given is not changed. */
export const ended = (request: Request, ending: Ending): Request => {
  const { certificate: _, failure: __, withdrawal: ___, ...rest } = request;
  switch (ending.state) {
    case 'issued':
      return { ...rest, state: 'issued', certificate: ending.certificate };
    case 'rejected': {
      const { stage, by, at, reason } = ending;
      const examination = {
        stage,
        by,
        at,
        decision: 'reject',
        ...(reason !== undefined && { reason }),
      } as const;
      return { ...rest, state: 'rejected', examinations: [...request.examinations, examination] };
    }
    case 'withdrawn': {
      const { state, ...withdrawal } = ending;
      return { ...rest, state, withdrawal };
    }
    case 'failed': {
      const { state, reason = NO_REASON, ...failure } = ending;
      return { ...rest, state, failure: { ...failure, reason } };
    }
    case 'lapsed': {
      const { at, submitter, round } = ending;
      const lapses = [...(request.lapses ?? []).slice(0, round - 1), at];
      return { ...rest, state: 'submitted', examinations: [], persons: [submitter], lapses };
    }
  }
};

/**
 * The request after the command; the one given is not changed. Faults: `unknown-request`, `forbidden`,
 * `wrong-state`, `same-person`, `invalid-input`.
 */
export const decide = (request: Request | undefined, command: Command): Request => {
  if (command.command === 'submit') {
    if (request !== undefined) throw wrongState(request.state, 'not there yet');
    return submit(command);
  }
  const readable = assertReadable(command.actor, request);
  return command.command === 'examine' ? examine(readable, command) : withdraw(readable, command);
};
