import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { principalView } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'enrolPrincipal',
  method: 'POST',
  path: '/api/v1/principals/{principal}/enrolment',
  summary: 'Confirm the key that the invited person brought, and certify it',
  description:
    'The person reads the fingerprint of the key aloud. The responsible person of the office confirms it, or an operator other than the one who got the invitation. Earlier certificates of the principal are revoked.',
  lane: 'api',
  access: ['officer', 'operator'],
  duty: 'responsible',
  params: z.strictObject({ principal: principalId }),
  body: {
    kind: 'json',
    schema: z.strictObject({
      fingerprint: z
        .string()
        .max(200)
        .meta({ description: 'SHA-256 of the SubjectPublicKeyInfo, hex; colons and spaces do not count.' }),
    }),
  },
  responses: { 200: { description: 'The principal, whose key is certified.', schema: principalView } },
  faults: [
    'unknown-principal',
    'nothing-awaited',
    'fingerprint-differs',
    'same-person',
    'duplicate-key',
    'compromised-key',
    'wrong-state',
    'lint-failed',
    'authority-revoked',
    'authority-suspended',
  ],
  handle: async ({ enrolment }, { params, body }, caller) =>
    json(200, await enrolment.people.enrol(caller, params.principal, body.fingerprint)),
});
