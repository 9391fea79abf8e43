import * as z from 'zod';
import type { SerialView } from '../../../lib/authority/authority.ts';
import { provide } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, cursor, digest, pageLimit, utc } from '../../http/schemas.ts';

const serialView = z
  .object({
    serial: z.string(),
    state: z.enum(['good', 'hold', 'revoked']).exactOptional().meta({
      description: 'In the status register. Absent where the register does not know the number.',
    }),
    notAfter: utc.exactOptional(),
    revocationTime: utc.exactOptional().meta({
      description: 'In the status register, of one that is revoked or on hold; so with the next two.',
    }),
    reason: z.string().exactOptional(),
    invalidityDate: utc.exactOptional(),
    order: z
      .string()
      .exactOptional()
      .meta({ description: 'What the certificate was issued for; absent without one.' }),
    profile: z.string().exactOptional(),
    office: z.string().exactOptional(),
    tbsDigest: digest.exactOptional().meta({
      description:
        'Of the TBSCertificate, as in the record of its issuance; absent where there is none to be read.',
    }),
    digest: digest
      .exactOptional()
      .meta({ description: 'Of the certificate; absent while it is not signed.' }),
    differs: z.array(z.string()).readonly().exactOptional().meta({
      description:
        'What is stored beside the certificate and is not as the certificate has it; `signature` where its signature is not by the CA.',
    }),
  })
  .meta({ id: 'Serial' }) satisfies z.ZodType<SerialView>;

export const route = defineRoute({
  id: 'listSerials',
  method: 'GET',
  path: '/api/v1/certificates/{ca}',
  summary: 'Every serial number of a CA that the service knows',
  description:
    'By the status register and by the certificates that are stored, for an audit that holds them against the records: nothing about their subjects. In an order of its own.',
  lane: 'api',
  access: ['auditor'],
  params: z.strictObject({ ca: caId }),
  query: z.strictObject({ limit: pageLimit(1000, 100), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      schema: z.object({ serials: z.array(serialView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['unknown-authority', 'cursor-invalid'],
  handle: async ({ authority, ledger }, { params: { ca }, query, request }, caller) => {
    const page = await authority.serials(ca, query);
    return provide(ledger, caller, page, {
      channel: 'records',
      method: request.method,
      certificates: [],
      provided: {
        serials: { ca, continued: query.cursor !== undefined },
        first: page.serials[0]?.serial,
        last: page.serials.at(-1)?.serial,
      },
      count: page.serials.length,
    });
  },
});
