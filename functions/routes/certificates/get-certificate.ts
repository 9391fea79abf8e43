import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, certificateView, serial } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'getCertificate',
  method: 'GET',
  path: '/api/v1/certificates/{ca}/{serial}',
  summary: 'A certificate and its status',
  description:
    'With its profile, its office, its validity, its status as OCSP gives it, and the certificate in PEM. Officers see those of their own office, operators and auditors those of their tenant, and those of the service all. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  params: z.strictObject({ ca: caId, serial }),
  responses: { 200: { description: 'The certificate.', headers: namesRecord, schema: certificateView } },
  faults: ['malformed-serial', 'unknown-authority', 'unknown-certificate'],
  handle: async ({ authority, ledger }, { params, request }, caller) => {
    const certificate = await authority.certificate(caller, params);
    return provide(ledger, caller, certificate, {
      channel: 'status',
      method: request.method,
      ...(certificate.tenant !== undefined && { tenant: certificate.tenant }),
      certificates: [params],
      // Where no sub-office asked, that is no request's id.
      ...(certificate.office !== undefined && { requests: [certificate.request] }),
      provided: {
        status: certificate.status,
        ...(certificate.revocation ? { revocation: { ...certificate.revocation } } : {}),
      },
      count: 1,
    });
  },
});
