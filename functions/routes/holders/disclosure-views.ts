import * as z from 'zod';
import { principalId, recordId, sha256, utc } from '../../http/schemas.ts';

export const DISCLOSURES = '/api/v1/disclosures';

export const disclosureView = z
  .object({
    id: recordId,
    holder: principalId,
    requestedBy: principalId,
    requestedAt: utc,
    deadline: utc.meta({
      description: 'The end of the 30th day after the request, Japan Standard Time, or as extended.',
    }),
    extension: z.object({ by: principalId, at: utc, reason: z.string() }).exactOptional(),
    disclosedAt: utc.exactOptional(),
    bundle: sha256.exactOptional().meta({ description: 'SHA-256 of the bundle that was handed over first.' }),
    state: z.enum(['open', 'overdue', 'disclosed']),
  })
  .meta({ id: 'Disclosure' });
