import type { Principal } from '../../../lib/principal.ts';
import { recipientOf } from '../../../lib/recipient.ts';
import { sha256Hex } from '../../http/provide.ts';
import type { Visit } from '../visit.ts';

/** The record of a session's beginning, or of an end that somebody else's sessions came to. */
export const recorded = async (
  { app, request: { method } }: Pick<Visit, 'app' | 'request'>,
  caller: Principal,
  provided: Readonly<Record<string, string>>,
  answer: string,
): Promise<void> => {
  await app.ledger.append({
    kind: 'provision',
    ...recipientOf(caller),
    ...(caller.tenant !== undefined && { tenant: caller.tenant }),
    channel: 'sign-in',
    method,
    certificates: [],
    provided,
    responseDigest: sha256Hex(answer),
    count: 1,
  });
};
