import * as z from 'zod';
import { provide, toldByTenant } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { certificateRef, profileId, tenantId, utc } from '../../http/schemas.ts';

const certificate = certificateRef
  .extend({
    tenant: tenantId.exactOptional().meta({ description: 'That of the office which asked for it.' }),
    profile: profileId,
    notBefore: utc,
    notAfter: utc,
    status: z.enum(['good', 'revoked', 'hold', 'expired']),
  })
  .meta({ id: 'OwnCertificate' });

export const route = defineRoute({
  id: 'listOwnCertificates',
  method: 'GET',
  path: '/api/v1/own/certificates',
  summary: 'My own certificates and their status, newest first',
  description: 'For holders. The answer is recorded as a provision.',
  lane: 'api',
  access: ['holder'],
  responses: {
    200: {
      description: 'All certificates that were issued to the holder.',
      headers: namesRecord,
      schema: z.object({ certificates: z.array(certificate) }),
    },
  },
  faults: ['input-too-large'],
  handle: async ({ disclosures, ledger }, { request: { method } }, caller) => {
    const certificates = await disclosures.certificates(caller);
    const told = toldByTenant(
      certificates,
      ({ tenant }) => tenant,
      (shown) => ({
        channel: 'own',
        method,
        certificates: shown.map(({ ca, serial }) => ({ ca, serial })),
        provided: { certificates: certificates.length },
        count: shown.length,
      }),
    );
    return provide(ledger, caller, { certificates }, ...told);
  },
});
