import { encodePem } from '../../lib/pki/pki.ts';
import { personalData } from '../lambda/function-ports.ts';
import { loadCeremonyCore, type TaskContext } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { appointOperator } from './appointing.ts';
import { invokedByHand, readEvent } from './ceremony-event.ts';
import { certifyApplicant } from './principal-certificate.ts';

export interface CeremonyOutcome {
  /** SHA-256 of the event (lib/authority/consent.ts), hex: the same that the opener's consent resulted in. */
  readonly event: string;
  /** The steps that were taken, in order; empty where every step was taken before. */
  readonly steps: readonly string[];
  readonly authorities: readonly {
    readonly ca: string;
    readonly fingerprint: string;
    readonly pem: string;
  }[];
  readonly credentials: readonly { readonly principal: string; readonly pem: string }[];
}

/**
 * The holder's half of a ceremony on AWS, invoked by hand. It takes two persons, by the deployment's grants and by the
 * code here. The opener may open this function for a while and consent to one event (ceremony-consent.ts), and may not
 * invoke it. The holder may invoke it, for that event and no other. The event has the digest of the trust domain's file,
 * which both compared on paper, so a deployment that brought another file does nothing.
 */
export const hold = async (event: unknown, context: TaskContext): Promise<CeremonyOutcome> => {
  const { core, trustDomain, log } = context;
  const { applicants, operator, agreed } = await readEvent(event, context);
  const consent = await core.authority.consents.use(agreed);
  const steps: string[] = [];
  await core.authority.holdCeremony((step) => {
    log('info', `Ceremony: ${step}`);
    steps.push(step);
  });
  const credentials: { principal: string; pem: string }[] = [];
  for (const applicant of applicants) {
    credentials.push({
      principal: applicant.principal,
      pem: await certifyApplicant(core, trustDomain, applicant, consent.records),
    });
  }
  if (operator) {
    const pem = await appointOperator(core, trustDomain, operator, consent);
    credentials.push({ principal: operator.principal, pem });
  }
  const authorities = await Promise.all(
    (await core.authority.authorities()).map(async ({ id: ca, fingerprint }) => ({
      ca,
      fingerprint,
      pem: encodePem('CERTIFICATE', await core.authority.caCertificate(ca)),
    })),
  );
  return { event: consent.event, steps, authorities, credentials };
};

export const handler = taskPipeline(
  invokedByHand(() => loadCeremonyCore(personalData), hold, 'The ceremony was interrupted'),
);
