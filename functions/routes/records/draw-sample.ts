import * as z from 'zod';
import { MAX_SAMPLE } from '../../../lib/ledger/ledger.ts';
import { recipientOf } from '../../../lib/recipient.ts';
import { json } from '../../http/http.ts';
import { namesRecord, recordHeader } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import {
  caId,
  officeId,
  pageLimit,
  principalId,
  recordId,
  sha256,
  tenantId,
  utc,
} from '../../http/schemas.ts';
import { evidencePeriod } from './evidence-period.ts';
import { tenantFilter, tenantScope } from './record-query.ts';

const recorded = { record: recordId, leaf: z.int().exactOptional() };

const certificateEvidence = z
  .object({
    evidence: z.literal('certificate'),
    ca: caId,
    serial: z.string(),
    record: recordId,
    leaf: z.int().exactOptional(),
    issuedAt: utc,
    issuedBy: z.string(),
    tenant: tenantId.exactOptional(),
    office: officeId.exactOptional(),
    profile: z.string(),
    profileVersion: z.int(),
    tbsDigest: sha256,
    request: z
      .object({
        id: z.string(),
        submission: z.object({ by: principalId, at: utc, ...recorded }).exactOptional(),
        examinations: z.array(
          z.object({
            stage: z.string(),
            by: principalId,
            at: utc,
            decision: z.string(),
            actingOffice: z.string().exactOptional().meta({
              description:
                "The examiner's office, where it has taken over the affairs of the one that submitted.",
            }),
            ...recorded,
          }),
        ),
        missing: z.array(z.string()),
      })
      .exactOptional(),
    linted: z.array(z.string()),
  })
  .meta({ id: 'CertificateEvidence' });

export const route = defineRoute({
  id: 'drawSample',
  method: 'GET',
  path: '/api/v1/evidence/sample',
  summary: 'A random sample of the certificates issued in a period, drawn by a published seed',
  description:
    'The answer says how to repeat the draw without this service. Auditors of a tenant draw from its certificates alone.',
  lane: 'api',
  access: ['auditor'],
  query: z.strictObject({
    ...evidencePeriod,
    seed: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[^\r\n]*$/, 'Must be one line.')
      .meta({ description: 'Choose it in public, after the period is over.' }),
    size: pageLimit(MAX_SAMPLE, 25),
    tenant: tenantFilter,
  }),
  responses: {
    200: {
      description: 'The sample, in the order of the draw.',
      headers: namesRecord,
      schema: z.object({
        from: utc,
        to: utc,
        tenant: tenantId.exactOptional(),
        seed: z.string(),
        method: z.string(),
        population: z.int(),
        sample: z.array(certificateEvidence.extend({ draw: sha256 })),
      }),
    },
  },
  faults: [],
  // `sample` resolves when the record of this answer is durable.
  handle: async (
    { evidence, names },
    { query: { from, to, tenant, ...draw }, request: { method } },
    caller,
  ) => {
    if (tenant !== undefined) await names.assertKnown(caller, { tenant });
    const asked = { ...recipientOf(caller), method };
    const scope = tenantScope(caller, tenant);
    const { record, ...sample } = await evidence.sample(asked, { from, to }, draw, scope);
    return json(200, sample, recordHeader(record));
  },
});
