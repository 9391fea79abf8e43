import { MAX_OCSP_REQUEST_BYTES } from '../../../lib/pki/pki.ts';
import type { ResponderApp } from '../../../lib/responder-app.ts';
import { purposeHeader, recordedCaller } from '../../http/purpose.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { ocspResponse, tryLater } from './ocsp-answer.ts';

export const route = defineRoute({
  id: 'askStatus',
  method: 'POST',
  path: '/ocsp',
  summary: 'The status of certificates by OCSP (RFC 6960)',
  description:
    'Every answer is 200 with an OCSPResponse, whose error statuses express refusals and failures. Only an error of HTTP itself gives a problem document.',
  lane: 'status',
  access: 'optional',
  recorded: true,
  // A question by POST (RFC 6960 A.1) acts for nobody: no page gains by it more than by the same question by GET.
  tryLater,
  body: {
    kind: 'bytes',
    contentTypes: ['application/ocsp-request'],
    maxBytes: MAX_OCSP_REQUEST_BYTES,
  },
  responses: {
    200: {
      description: 'An OCSPResponse.',
      contentType: 'application/ocsp-response',
      headers: namesRecord,
    },
  },
  faults: ['purpose-not-declared'],
  headers: purposeHeader,
  handle: async ({ status }: ResponderApp, input, caller) =>
    ocspResponse(await status.ocsp(input.request.body, recordedCaller(caller, input)), input.now, false),
});
