import * as z from 'zod';
import { principalId, recordId, sha256, tenantId, utc } from '../../http/schemas.ts';

export const DISCLOSURES = '/api/v1/disclosures';

export const disclosureView = z
  .object({
    id: recordId,
    holder: principalId,
    tenant: tenantId.exactOptional().meta({
      description: 'Present where an operator of this tenant asked. It is about what concerns the tenant.',
    }),
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
