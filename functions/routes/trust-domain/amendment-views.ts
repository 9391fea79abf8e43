import * as z from 'zod';
import { AMENDMENT_STATES, type AmendmentView } from '../../../lib/trust-domain/trust-domain.ts';
import { principalId, sha256, utc } from '../../http/schemas.ts';

export const AMENDMENTS = '/api/v1/trust-domain/amendments';

const amendmentId = z
  .string()
  .regex(/^[0-9a-f]{20}$/, 'Must be the id of an amendment.')
  .meta({ description: "An amendment's id; ids sort by the time of the proposal." });

export const amendmentParams = z.strictObject({ id: amendmentId });

const step = z.object({ by: principalId, at: utc });

export const amendmentView = z
  .object({
    id: amendmentId,
    state: z.enum(AMENDMENT_STATES),
    before: sha256.meta({ description: 'SHA-256 of the file that was in force when it was proposed.' }),
    after: sha256.meta({ description: 'SHA-256 of the proposed file.' }),
    proposed: step,
    approved: step.exactOptional(),
    lapses: utc
      .exactOptional()
      .meta({ description: 'The approval counts until then, unless the amendment is applied.' }),
    rejected: step.exactOptional(),
    appliedAt: utc.exactOptional(),
    changed: z.int().meta({ description: 'The number of changes.' }),
  })
  .meta({ id: 'Amendment' }) satisfies z.ZodType<AmendmentView>;
