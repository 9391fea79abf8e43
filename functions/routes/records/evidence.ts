import * as z from 'zod';
import { MAX_SAMPLE } from '../../../lib/ledger/ledger.ts';
import { handedOver } from '../../http/elsewhere.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, officeId, pageLimit, principalId, recordId, sha256, utc } from '../../http/schemas.ts';

const period = {
  from: utc.meta({ description: 'The earliest time, inclusive.' }),
  to: utc.meta({ description: 'The latest time, exclusive.' }),
};

const said = { record: recordId, leaf: z.int().exactOptional() };

const certificateEvidence = z
  .object({
    evidence: z.literal('certificate'),
    ca: caId,
    serial: z.string(),
    record: recordId,
    leaf: z.int().exactOptional(),
    issuedAt: utc,
    issuedBy: z.string(),
    office: officeId.exactOptional(),
    profile: z.string(),
    profileVersion: z.int(),
    tbsDigest: sha256,
    request: z
      .object({
        id: z.string(),
        submission: z.object({ by: principalId, at: utc, ...said }).exactOptional(),
        examinations: z.array(
          z.object({ stage: z.string(), by: principalId, at: utc, decision: z.string(), ...said }),
        ),
        missing: z.array(z.string()),
      })
      .exactOptional(),
    linted: z.array(z.string()),
  })
  .meta({ id: 'CertificateEvidence' });

const CONTENT_TYPE = 'application/x-ndjson';

const file = defineRoute({
  id: 'getEvidence',
  method: 'GET',
  path: '/api/v1/evidence.ndjson',
  summary: 'Evidence for an audit of the authority (WebTrust for CA and its like), of one period',
  description:
    'A line each, streamed: every certificate issued with who examined it and the lint rules that it passed, ceremonies, changes of configuration, reports, exports, and every access to records. Recorded like an export.',
  lane: 'api',
  access: ['auditor'],
  query: z.strictObject(period),
  responses: { 200: { description: 'The evidence.', contentType: CONTENT_TYPE }, ...handedOver },
  faults: ['value-too-large'],
  handle: async ({ evidence }, { query, request: { method } }, caller) => {
    const { id, bytes } = await evidence.file({ recipient: caller.id, method }, query);
    return {
      status: 200,
      headers: {
        'content-type': CONTENT_TYPE,
        'content-disposition': `attachment; filename="akashi-evidence-${id}.ndjson"`,
        'akashi-export': id,
      },
      body: '',
      stream: bytes,
    };
  },
});

const sample = defineRoute({
  id: 'drawSample',
  method: 'GET',
  path: '/api/v1/evidence/sample',
  summary: 'A random sample of the certificates issued in a period, drawn by a seed that is published',
  description: 'The answer says how to draw it again without this service.',
  lane: 'api',
  access: ['auditor'],
  query: z.strictObject({
    ...period,
    seed: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[^\r\n]*$/, 'Must be one line.')
      .meta({ description: 'Drawn after the period is over, where everybody sees it.' }),
    size: pageLimit(MAX_SAMPLE, 25),
  }),
  responses: {
    200: {
      description: 'The sample, in the order of the draw.',
      schema: z.object({
        from: utc,
        to: utc,
        seed: z.string(),
        method: z.string(),
        population: z.int(),
        sample: z.array(certificateEvidence.extend({ draw: sha256 })),
      }),
    },
  },
  faults: [],
  // The record of this answer is made with the sample, before it is given here.
  handle: async ({ evidence }, { query: { from, to, ...draw }, request: { method } }, caller) =>
    json(200, await evidence.sample({ recipient: caller.id, method }, { from, to }, draw)),
});

export const evidenceRoutes = [file, sample];
