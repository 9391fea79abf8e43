import * as z from 'zod';
import type { HolderView } from '../../../lib/enrolment/enrolment.ts';
import { principalId, utc } from '../../http/schemas.ts';
import { step } from './names.ts';
import { standing } from './principal-schemas.ts';

export const holderView = z
  .object({
    id: principalId.meta({ description: 'The pseudonym.', example: 'holder-tanabe' }),
    standing,
    since: utc.meta({
      description:
        "When a submission of the officer's office first named the holder; for operators and auditors, when the enrolment began.",
    }),
    number: z.int().min(1).exactOptional().meta({
      description: 'The number of the newest act on the holder. For operators and auditors.',
    }),
    changed: step.exactOptional().meta({
      description: 'Who did the newest act, and when. For operators and auditors.',
    }),
  })
  .meta({ id: 'Holder' }) satisfies z.ZodType<HolderView>;
