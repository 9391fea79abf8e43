import * as z from 'zod';
import { MAX_CERTIFICATES_PER_RECORD } from '../../../lib/ledger/ledger.ts';
import type { CertificateRef } from '../../../lib/principal.ts';
import { provide, type Told } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { certificateRef, profileId, utc } from '../../http/schemas.ts';

const certificate = certificateRef
  .extend({
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
    const told = (part: readonly CertificateRef[]): Told => ({
      channel: 'own',
      method,
      certificates: part.map(({ ca, serial }) => ({ ca, serial })),
      provided: { certificates: certificates.length },
      count: part.length,
    });
    const rest: Told[] = [];
    for (
      let from = MAX_CERTIFICATES_PER_RECORD;
      from < certificates.length;
      from += MAX_CERTIFICATES_PER_RECORD
    )
      rest.push(told(certificates.slice(from, from + MAX_CERTIFICATES_PER_RECORD)));
    return provide(
      ledger,
      caller,
      { certificates },
      told(certificates.slice(0, MAX_CERTIFICATES_PER_RECORD)),
      ...rest,
    );
  },
});
