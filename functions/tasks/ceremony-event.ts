import * as z from 'zod';
import type { CeremonyEvent } from '../../lib/authority/authority.ts';
import { Fault } from '../../lib/fault.ts';
import { assertKmsAlgorithms } from '../../lib/trust-domain/trust-domain.ts';
import { errorFacts } from '../http/problems.ts';
import type { TaskContext } from '../lambda/parts.ts';
import { telemetry } from '../lambda/powertools.ts';
import { agreedOf, assertMayAppoint } from './appointing.ts';
import { type Applicant, type NewOperator, readApplicant, readOperator } from './principal-certificate.ts';

/** The opener consents to this event, and the holder has it carried out. Both send the same event. */
const Event = z.strictObject({
  /** SHA-256 of the trust domain's file, hex. */
  trustDomain: z.string().regex(/^[0-9a-f]{64}$/),
  /** The principals' keys to certify, in this run or a later one. */
  credentials: z
    .array(z.strictObject({ principal: z.string().max(64), csr: z.string().max(64 * 1024) }))
    .max(100)
    .default([]),
  /** Where no two operators are left: the one whom both persons enrol. */
  operator: z
    .strictObject({
      principal: z.string().max(64),
      person: z.string().max(64).optional(),
      csr: z.string().max(64 * 1024),
    })
    .optional(),
});

export interface ReadEvent {
  readonly applicants: readonly Applicant[];
  readonly operator: NewOperator | undefined;
  /** Both persons must send the same. */
  readonly agreed: CeremonyEvent;
}

/** Faults: `trust-domain-invalid`, `invalid-input`, `trust-domain-changed`, and those of `readApplicant` and `Appointments`. */
export const readEvent = async (
  event: unknown,
  { core, trustDomain, trustDomainDigest }: TaskContext,
): Promise<ReadEvent> => {
  // The synthesis asks the same. Here it is asked again, before anybody consents and before a key is used.
  assertKmsAlgorithms(trustDomain);
  const asked = Event.safeParse(event);
  if (!asked.success) {
    throw new Fault(
      'invalid-input',
      'The event must be { "trustDomain": "<SHA-256>", "credentials": […] }, and may have an "operator".',
    );
  }
  if (asked.data.trustDomain !== trustDomainDigest) {
    throw new Fault(
      'trust-domain-changed',
      'The digest in the event is not the digest of the deployed trust domain; compare the files.',
      { deployed: trustDomainDigest },
    );
  }
  const applicants = await Promise.all(
    asked.data.credentials.map((request) => readApplicant(trustDomain, request)),
  );
  const credentials = applicants.map(({ principal, publicKeyDigest, keyIdentity }) => ({
    principal,
    publicKeyDigest,
    keyIdentity,
  }));
  const operator = asked.data.operator && (await readOperator(trustDomain, asked.data.operator));
  const agreed = {
    trustDomain: trustDomainDigest,
    credentials,
    ...(operator && { operator: agreedOf(operator) }),
  };
  if (operator) await assertMayAppoint(core, operator, agreed);
  return { applicants, operator, agreed };
};

/** A function that one person invokes by hand. It logs a failure and throws it again, so that the person sees it too. */
export const invokedByHand = <T>(
  load: () => Promise<TaskContext>,
  act: (event: unknown, context: TaskContext) => Promise<T>,
  failed: string,
): ((event: unknown) => Promise<T>) => {
  let loading: Promise<TaskContext> | undefined;
  return async (event) => {
    try {
      loading ??= load();
      return await act(event, await loading);
    } catch (error) {
      loading = undefined;
      telemetry.log('error', failed, errorFacts(error));
      throw error;
    }
  };
};
