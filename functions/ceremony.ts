import * as z from 'zod';
import { Fault } from '../lib/fault.ts';
import { encodePem } from '../lib/pki/pki.ts';
import { loadCeremonyWorks, type Workshop } from './aws.ts';
import { certifyPrincipal } from './principal-certificate.ts';
import { errorFacts } from './problems.ts';

/**
 * The key ceremony on AWS, invoked by hand. Two persons are needed by how the deployment grants it: one may open the
 * function for a while and not invoke it, the other may invoke it and not open it. What they have compared on paper, the
 * digest of the trust domain's file, is in the event, so a deployment that brought another file does nothing.
 */
const Event = z.strictObject({
  /** SHA-256 of the trust domain's file, hex. */
  trustDomain: z.string().regex(/^[0-9a-f]{64}$/),
  /** Keys of principals that are to be certified, in this or a later run. */
  credentials: z
    .array(z.strictObject({ principal: z.string().max(64), csr: z.string().max(64 * 1024) }))
    .max(100)
    .default([]),
});

export interface CeremonyOutcome {
  /** What was done, in order; empty where all had been done before. */
  readonly steps: readonly string[];
  readonly authorities: readonly {
    readonly ca: string;
    readonly fingerprint: string;
    readonly pem: string;
  }[];
  readonly credentials: readonly { readonly principal: string; readonly pem: string }[];
}

const hold = async (event: unknown, workshop: Workshop): Promise<CeremonyOutcome> => {
  const { works, trustDomain, trustDomainDigest, log } = workshop;
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
  const steps: string[] = [];
  await works.authority.holdCeremony((step) => {
    log('info', `Ceremony: ${step}`);
    steps.push(step);
  });
  const credentials: { principal: string; pem: string }[] = [];
  for (const request of asked.data.credentials) {
    credentials.push({
      principal: request.principal,
      pem: await certifyPrincipal(works, trustDomain, request),
    });
  }
  const authorities = await Promise.all(
    (await works.authority.authorities()).map(async ({ id: ca, fingerprint }) => ({
      ca,
      fingerprint,
      pem: encodePem('CERTIFICATE', await works.authority.caCertificate(ca)),
    })),
  );
  return { steps, authorities, credentials };
};

let loading: Promise<Workshop> | undefined;

export const handler = async (event: unknown): Promise<CeremonyOutcome> => {
  try {
    loading ??= loadCeremonyWorks();
    return await hold(event, await loading);
  } catch (error) {
    loading = undefined;
    process.stdout.write(
      `${JSON.stringify({ level: 'error', message: 'The ceremony was interrupted', ...errorFacts(error) })}\n`,
    );
    throw error;
  }
};
