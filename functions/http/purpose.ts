import * as z from 'zod/mini';
import type { Caller, Principal } from '../../lib/principal.ts';
import { recipientOf } from '../../lib/recipient.ts';
import { recordedPurpose } from '../../lib/recorded-purpose.ts';
import type { Input } from './route.ts';

const PURPOSE_HEADER = 'akashi-purpose';

/** For routes that answer relying parties: the header that names one of the caller's declared purposes. */
export const purposeHeader = z.object({
  [PURPOSE_HEADER]: z.optional(z.string()).register(z.globalRegistry, {
    description:
      'The id of one of the purposes that the trust domain declares for the caller. Without it the record of the answer has no purpose, or the one that the trust domain assumes for the caller, marked as assumed.',
  }),
});

/**
 * The recipient and the purpose for the record of an answer. The purpose counts only if the caller is identified. `HEAD`
 * is recorded as `HEAD`: the caller got the headers of the answer, and did not get the content that the digest covers.
 * Fault: `purpose-not-declared`.
 */
export const recordedCaller = (
  caller: Principal | undefined,
  { request: { method, headers }, unproven }: Pick<Input<unknown, unknown, unknown>, 'request' | 'unproven'>,
): Caller => {
  if (caller === undefined) {
    return { recipient: 'public', method, ...(unproven && { unproven }) };
  }
  return {
    ...recipientOf(caller),
    method,
    ...recordedPurpose(caller, headers[PURPOSE_HEADER]),
  };
};
