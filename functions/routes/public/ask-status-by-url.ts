import * as z from 'zod/mini';
import { ocspRequestOfPath } from '../../../lib/pki/pki.ts';
import type { ResponderApp } from '../../../lib/responder-app.ts';
import { versioned } from '../../http/conditional.ts';
import { purposeHeader, recordedCaller } from '../../http/purpose.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { ocspResponse, tryLater } from './ocsp-answer.ts';

export const route = defineRoute({
  id: 'askStatusByUrl',
  method: 'GET',
  path: '/ocsp/{request+}',
  summary: 'The status of certificates by OCSP, with the request in the address (RFC 6960 A.1)',
  description:
    'Answers without a nonce may be cached as their headers say (RFC 9919 6.2). A cache may keep an answer, even after a revocation, for as long after its signature as the profile of the CA allows. An answer that no cache may keep, such as one with a nonce, names its record in the header `akashi-record`.',
  lane: 'status',
  access: 'optional',
  recorded: true,
  tryLater,
  params: z.strictObject({
    request: z.string().register(z.globalRegistry, {
      description: 'DER OCSPRequest in base64, percent-encoded; a "/" need not be encoded.',
    }),
  }),
  responses: {
    200: {
      description: 'An OCSPResponse.',
      contentType: 'application/ocsp-response',
      headers: {
        ...versioned,
        ...namesRecord,
        expires: 'The nextUpdate, where caches may keep the answer.',
        'last-modified': 'The thisUpdate, where caches may keep the answer.',
      },
    },
  },
  faults: ['purpose-not-declared'],
  headers: purposeHeader,
  handle: async ({ status }: ResponderApp, input, caller) => {
    const asked = ocspRequestOfPath(input.params.request);
    return ocspResponse(await status.ocsp(asked, recordedCaller(caller, input)), input.now, true);
  },
});
