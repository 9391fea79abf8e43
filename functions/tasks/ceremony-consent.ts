import type { PrincipalKey } from '../../lib/principal.ts';
import { loadRowsCore, type TaskContext } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { invokedByHand, readEvent } from './ceremony-event.ts';

/** What the opener consented to, for the written protocol. */
export interface ConsentOutcome {
  /** SHA-256 of the event (lib/authority/consent.ts), hex. */
  readonly event: string;
  readonly trustDomain: string;
  readonly credentials: readonly Pick<PrincipalKey, 'principal' | 'publicKeyDigest'>[];
  readonly operator?: Pick<PrincipalKey, 'principal' | 'publicKeyDigest'> & { readonly person: string };
}

/**
 * The opener's half of a ceremony on AWS: consent to one event, the only one that the holder can then have carried out.
 * It signs nothing and certifies nobody.
 */
export const consent = async (event: unknown, context: TaskContext): Promise<ConsentOutcome> => {
  const { agreed } = await readEvent(event, context);
  const digest = await context.core.authority.consents.give(agreed);
  context.log('info', 'Consent to a ceremony', { event: digest });
  const { trustDomain, credentials, operator } = agreed;
  return {
    event: digest,
    trustDomain,
    credentials: credentials.map(({ principal, publicKeyDigest }) => ({ principal, publicKeyDigest })),
    ...(operator && {
      operator: {
        principal: operator.principal,
        person: operator.person,
        publicKeyDigest: operator.publicKeyDigest,
      },
    }),
  };
};

export const handler = taskPipeline(invokedByHand(loadRowsCore, consent, 'The consent was refused'));
