import * as z from 'zod';
import type { ProposedRevocation } from '../../../lib/registration/registration.ts';
import { certificateRef, principalId, recordId, requestId, utc } from '../../http/schemas.ts';

export const proposedRevocation = certificateRef
  .extend({
    request: requestId,
    issuedTo: principalId.meta({ description: 'The officer to whom the office gave the certificate.' }),
    reason: z
      .enum(['affiliationChanged', 'cessationOfOperation'])
      .meta({ description: 'The reason that fits: the officer was transferred, or the enrolment ended.' }),
    effectiveFrom: utc.meta({ description: 'From when on the officer is not at the office.' }),
    because: recordId.meta({ description: 'The record of the act by which the officer leaves.' }),
  })
  .meta({ id: 'ProposedRevocation' }) satisfies z.ZodType<ProposedRevocation>;
