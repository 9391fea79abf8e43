import * as z from 'zod/mini';
import { Fault } from '../../lib/fault.ts';
import type { Caller, Principal } from '../../lib/principal.ts';
import type { Input } from './route.ts';

const PURPOSE_HEADER = 'akashi-purpose';

/** For routes that answer relying parties: the header that names one of the caller's declared purposes. */
export const purposeHeader = z.object({
  [PURPOSE_HEADER]: z.optional(z.string()).register(z.globalRegistry, {
    description:
      'The id of one of the purposes that the trust domain declares for the caller. The default is the first one.',
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
  const { id, purposes = [], office } = caller;
  const named = headers[PURPOSE_HEADER];
  const purpose = named === undefined ? purposes[0] : purposes.find((one) => one.id === named);
  if (named !== undefined && purpose === undefined) {
    throw new Fault(
      'purpose-not-declared',
      'The trust domain declares no such purpose for this caller; leave the header out or name one of its purposes.',
      { declared: purposes.map((one) => one.id) },
    );
  }
  return {
    recipient: id,
    method,
    ...(office !== undefined && { office }),
    ...(purpose && { purpose: purpose.id, legalBasis: purpose.legalBasis }),
  };
};
