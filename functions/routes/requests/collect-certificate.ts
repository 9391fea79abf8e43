import * as z from 'zod';
import { defineRoute } from '../../http/route.ts';
import { requestId } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'collectCertificate',
  method: 'GET',
  path: '/api/v1/requests/{id}/certificate.pem',
  summary: 'The issued certificate followed by its chain, in PEM',
  description:
    'Officers collect what their own office asked for, operators any. Each hand-over is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator'],
  params: z.strictObject({ id: requestId }),
  responses: { 200: { description: 'The chain.', contentType: 'application/pem-certificate-chain' } },
  faults: ['unknown-request', 'not-issued'],
  handle: async ({ registration }, { params, request }, caller) => {
    const { pem } = await registration.collect(caller, params.id, request.method);
    return { status: 200, headers: { 'content-type': 'application/pem-certificate-chain' }, body: pem };
  },
});
