import * as z from 'zod';
import { recipientOf } from '../../../lib/recipient.ts';
import { archiveKey, listId } from '../../../lib/status/status.ts';
import { published } from '../../http/large-answers.ts';
import { named, sha256Hex } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, crlPartition } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'getArchivedCrl',
  method: 'GET',
  path: '/api/v1/crls/{ca}/{partition}/{number}.crl',
  summary: 'A CRL that a CA has signed, in DER',
  description:
    'From the archive, by its partition and number, for an audit that compares its entries with the records.',
  lane: 'api',
  access: ['auditor'],
  params: z.strictObject({
    ca: caId,
    partition: crlPartition,
    number: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'Must be a CRL number.')
      .transform(Number)
      .meta({
        type: 'integer',
        minimum: 1,
        maximum: 999_999_999_999_999,
        description: 'The CRL number.',
        example: 1,
      }),
  }),
  responses: {
    200: { description: 'The CRL (RFC 5280 5).', contentType: 'application/pkix-crl', headers: namesRecord },
    ...published,
  },
  faults: ['unknown-authority', 'unknown-crl'],
  handle: async ({ status, ledger }, { params: { ca, partition, number }, request }, caller) => {
    const ofTenant = await status.authorityFor(caller, ca);
    const body = await status.archivedCrl(ca, partition, number);
    const [record] = await ledger.append({
      kind: 'provision',
      ...recipientOf(caller),
      channel: 'records',
      method: request.method,
      ...ofTenant,
      certificates: [],
      provided: { crl: { ca, partition, number } },
      responseDigest: sha256Hex(body),
      count: 1,
    });
    return named(
      {
        status: 200,
        headers: { 'content-type': 'application/pkix-crl' },
        body,
        object: archiveKey(listId(ca, partition), number),
      },
      record,
    );
  },
});
