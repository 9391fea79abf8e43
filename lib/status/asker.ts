import type { SignedRequestFacts } from '../ledger/ledger.ts';
import type { Caller, Principal } from '../principal.ts';
import { recipientOf } from '../recipient.ts';
import { recordedPurpose } from '../recorded-purpose.ts';
import type { AcceptedRequest } from './request.ts';
import { signedRequestFacts } from './signed-request.ts';

/** Who is recorded as the recipient, and the signed request if nothing else names it. */
export interface Asker {
  readonly caller: Caller;
  readonly signed?: SignedRequestFacts;
}

/** The signer is the recorded recipient. The purpose that HTTP names counts only if the same principal sent the request. */
const signedBy = (requestor: Principal, caller: Caller): Caller => ({
  ...recipientOf({ ...requestor, door: 'signed-request' }),
  method: caller.method,
  ...(caller.unproven !== undefined && { unproven: caller.unproven }),
  // The signature covers no purpose.
  ...recordedPurpose(requestor, undefined),
});

/** A principal that HTTP names as well has proved that it asks now. */
export const askerOf = (
  requestor: Principal | undefined,
  { signed }: AcceptedRequest,
  caller: Caller,
): Asker =>
  signed === undefined || requestor === undefined || caller.recipient === requestor.id
    ? { caller }
    : { caller: signedBy(requestor, caller), signed: signedRequestFacts(signed) };
