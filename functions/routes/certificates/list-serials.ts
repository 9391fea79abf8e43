import * as z from 'zod';
import type { SerialView } from '../../../lib/authority/authority.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, cursor, digest, pageLimit, utc } from '../../http/schemas.ts';

const serialView = z
  .object({
    serial: z.string(),
    state: z.enum(['good', 'hold', 'revoked']).exactOptional().meta({
      description: 'In the status register. Absent if the register does not have the number.',
    }),
    notAfter: utc.exactOptional(),
    revocationTime: utc.exactOptional().meta({
      description:
        'In the status register, if the certificate is revoked or on hold; the same holds for `reason` and `invalidityDate`.',
    }),
    reason: z.string().exactOptional(),
    invalidityDate: utc.exactOptional(),
    order: z
      .string()
      .exactOptional()
      .meta({ description: 'The order for which the certificate was issued; absent without a certificate.' }),
    profile: z.string().exactOptional(),
    tenant: z.string().exactOptional(),
    office: z.string().exactOptional(),
    holder: z.string().exactOptional(),
    issuedTo: z.string().exactOptional(),
    tbsDigest: digest.exactOptional().meta({
      description:
        'SHA-256 of the TBSCertificate, as in the record of its issuance; absent if no certificate can be read.',
    }),
    digest: digest
      .exactOptional()
      .meta({ description: 'SHA-256 of the certificate; absent until it is signed.' }),
    crlAddresses: z
      .array(z.string())
      .readonly()
      .exactOptional()
      .meta({ description: 'The addresses in the cRLDistributionPoints of the certificate.' }),
    differs: z.array(z.string()).readonly().exactOptional().meta({
      description: 'Stored values that differ from the certificate; `signature` if the CA did not sign it.',
    }),
    ended: z
      .object({
        key: z.string().exactOptional().meta({ description: 'The data key that an act destroyed.' }),
        record: z
          .string()
          .exactOptional()
          .meta({ description: 'The record of the order by which they were erased.' }),
      })
      .exactOptional()
      .meta({ description: "The certificate's data have ended, so there is no digest." }),
    unreadable: z.string().exactOptional().meta({
      description: "The certificate's data cannot be read, so there is no digest: the code of the fault.",
    }),
  })
  .meta({ id: 'Serial' }) satisfies z.ZodType<SerialView>;

export const route = defineRoute({
  id: 'listSerials',
  method: 'GET',
  path: '/api/v1/certificates/{ca}',
  summary: 'Every serial number of a CA that the service knows',
  description:
    'From the status register and the stored certificates, for an audit that compares them with the records. It has nothing about subjects. The order has no meaning. An auditor of a tenant sees the numbers of that tenant, so a page may be shorter than `limit` and still have a cursor.',
  lane: 'api',
  access: ['auditor'],
  params: z.strictObject({ ca: caId }),
  query: z.strictObject({ limit: pageLimit(1000, 100), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ serials: z.array(serialView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['unknown-authority', 'cursor-invalid'],
  handle: async ({ authority, status, ledger }, { params: { ca }, query, request }, caller) => {
    const ofTenant = await status.authorityFor(caller, ca);
    const { tenant } = caller;
    const page = await authority.serials(ca, { ...query, ...(tenant !== undefined && { tenant }) });
    return provide(ledger, caller, page, {
      channel: 'records',
      method: request.method,
      ...ofTenant,
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
