import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { csr, principalId, sha256 } from '../../http/schemas.ts';

/** An id of 40 characters, a dot, and 24 bytes in base64url. */
const MAX_INVITATION = 73;

export const route = defineRoute({
  id: 'bringKey',
  method: 'POST',
  path: '/api/v1/invitations',
  summary: 'Open an invitation with a key of your own',
  description:
    'For whoever has the invitation. It opens once, within its term. Read the fingerprint to the person who invited you, who confirms it. The same invitation with the same key, asked for again, has the certificate once the key is confirmed.',
  lane: 'public',
  access: 'public',
  body: {
    kind: 'json',
    schema: z.strictObject({
      invitation: z.string().max(MAX_INVITATION),
      csr,
    }),
  },
  responses: {
    200: {
      description: 'The key was brought.',
      schema: z.object({
        id: principalId,
        fingerprint: sha256.meta({ description: 'SHA-256 of the SubjectPublicKeyInfo, hex.' }),
        certificate: z
          .string()
          .exactOptional()
          .meta({ description: "The certificate and its CA's in PEM, once the key is confirmed." }),
      }),
    },
  },
  faults: [
    'invitation-invalid',
    'invitation-expired',
    'invitation-opened',
    'malformed-pem',
    'malformed-csr',
    'malformed-der',
    'trailing-data',
    'unsupported-version',
    'unsupported-algorithm',
    'proof-of-possession-failed',
    'weak-key',
    'key-algorithm-not-allowed',
    'not-issued',
  ],
  handle: async ({ enrolment }, { body }) => {
    const { pem, ...brought } = await enrolment.people.bring(body.invitation, body.csr);
    return json(200, { ...brought, ...(pem !== undefined && { certificate: pem }) });
  },
});
