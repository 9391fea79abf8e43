import * as z from 'zod';
import { recipientOf } from '../../../lib/recipient.ts';
import { streamedFile } from '../../http/large-answers.ts';
import { recordHeader } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { evidencePeriod } from './evidence-period.ts';
import { tenantFilter, tenantScope } from './record-query.ts';

const CONTENT_TYPE = 'application/x-ndjson';

export const route = defineRoute({
  id: 'getEvidence',
  method: 'GET',
  path: '/api/v1/evidence.ndjson',
  summary: 'Evidence of one period, for an audit of the authority (WebTrust for CA and the like)',
  description:
    'Streamed, one line for each: every issued certificate with its examiners and the lint rules that it passed, ceremonies, changes of configuration, reports, exports, and every access to records. Auditors of a tenant get what concerns the tenant. Recorded like an export.',
  lane: 'api',
  access: ['auditor'],
  query: z.strictObject({ ...evidencePeriod, tenant: tenantFilter }),
  responses: streamedFile('The evidence.', CONTENT_TYPE),
  faults: ['value-too-large'],
  handle: async ({ evidence, names }, { query: { tenant, ...period }, request: { method } }, caller) => {
    if (tenant !== undefined) await names.assertKnown(caller, { tenant });
    const asked = { ...recipientOf(caller), method };
    const { id, bytes } = await evidence.file(asked, period, tenantScope(caller, tenant));
    return {
      status: 200,
      headers: {
        'content-type': CONTENT_TYPE,
        'content-disposition': `attachment; filename="akashi-evidence-${id}.ndjson"`,
        ...recordHeader(id),
      },
      body: '',
      stream: bytes,
    };
  },
});
