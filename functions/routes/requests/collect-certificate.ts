import * as z from 'zod';
import { namesRecord, recordHeader } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { requestId } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'collectCertificate',
  method: 'GET',
  path: '/api/v1/requests/{id}/certificate.pem',
  summary: 'The issued certificate followed by its chain, in PEM',
  description:
    'Officers collect what their own office asked for, operators any. The chain is without its root unless the query asks for it. Each hand-over is recorded as a provision. Where the data of the certificate have ended, nothing is handed over.',
  lane: 'api',
  access: ['officer', 'operator'],
  params: z.strictObject({ id: requestId }),
  query: z.strictObject({
    root: z.enum(['true', 'false']).exactOptional().meta({
      description: 'Whether the chain has its root too. A server does not send it (RFC 8446 4.4.2).',
    }),
  }),
  responses: {
    200: {
      description: 'The chain.',
      contentType: 'application/pem-certificate-chain',
      headers: namesRecord,
    },
  },
  faults: [
    'unknown-request',
    'not-issued',
    'personal-data-ended',
    'data-key-missing',
    'data-key-damaged',
    'personal-data-damaged',
  ],
  handle: async ({ registration }, { params, query, request }, caller) => {
    const withRoot = query.root === 'true';
    const { pem, record } = await registration.collect(caller, params.id, request.method, { withRoot });
    return {
      status: 200,
      headers: { 'content-type': 'application/pem-certificate-chain', ...recordHeader(record) },
      body: pem,
    };
  },
});
