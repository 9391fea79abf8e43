import * as z from 'zod';
import type { CeremonyEvent } from '../../lib/authority/authority.ts';
import { Fault } from '../../lib/fault.ts';
import { errorFacts } from '../http/problems.ts';
import type { TaskContext } from '../lambda/parts.ts';
import { type Applicant, readApplicant } from './principal-certificate.ts';

/** What the opener consents to and the holder has done: both send the same event, and it is read here for both. */
const Event = z.strictObject({
  /** SHA-256 of the trust domain's file, hex. */
  trustDomain: z.string().regex(/^[0-9a-f]{64}$/),
  /** Keys of principals that are to be certified, in this or a later run. */
  credentials: z
    .array(z.strictObject({ principal: z.string().max(64), csr: z.string().max(64 * 1024) }))
    .max(100)
    .default([]),
});

export interface ReadEvent {
  readonly applicants: readonly Applicant[];
  /** What the two persons have to agree on. */
  readonly agreed: CeremonyEvent;
}

/** Faults: `invalid-input`, `trust-domain-changed`, and those of `readApplicant`. */
export const readEvent = async (
  event: unknown,
  { trustDomain, trustDomainDigest }: TaskContext,
): Promise<ReadEvent> => {
  const asked = Event.safeParse(event);
  if (!asked.success) {
    throw new Fault('invalid-input', 'The event must be { "trustDomain": "<SHA-256>", "credentials": […] }.');
  }
  if (asked.data.trustDomain !== trustDomainDigest) {
    throw new Fault(
      'trust-domain-changed',
      'The digest in the event is not that of the trust domain which is deployed; compare the files.',
      { deployed: trustDomainDigest },
    );
  }
  const applicants = await Promise.all(
    asked.data.credentials.map((request) => readApplicant(trustDomain, request)),
  );
  const credentials = applicants.map(({ principal, publicKeyDigest }) => ({ principal, publicKeyDigest }));
  return { applicants, agreed: { trustDomain: trustDomainDigest, credentials } };
};

/** A function that one person invokes by hand. A failure is logged and thrown on, so that the person sees it as well. */
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
      process.stdout.write(`${JSON.stringify({ level: 'error', message: failed, ...errorFacts(error) })}\n`);
      throw error;
    }
  };
};
