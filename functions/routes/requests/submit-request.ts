import * as z from 'zod';
import { Fault, phrase } from '../../../lib/fault.ts';
import { IDEMPOTENCY_KEY, MAX_IDEMPOTENCY_KEY } from '../../../lib/idempotency-key.ts';
import { json } from '../../http/http.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { csr, fields, principalId, profileId, requestView } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'submitRequest',
  method: 'POST',
  path: '/api/v1/requests',
  summary: 'Ask for a certificate',
  description:
    "With an Idempotency-Key header, the same submission within seven days gives the same request again (200 instead of 201). Later it is a new submission, and a duplicate-key while the earlier request holds the public key; `facts.request` names that request where it is the office's own.",
  lane: 'api',
  access: ['officer'],
  duty: 'receive',
  headers: z.object({
    'idempotency-key': z
      .string()
      .optional()
      .meta({ description: `1 to ${MAX_IDEMPOTENCY_KEY} visible ASCII characters of the caller's choice.` }),
  }),
  body: {
    kind: 'json',
    schema: z.strictObject({
      profile: profileId,
      csr,
      fields,
      holder: principalId.exactOptional().meta({
        description:
          'The holder of the certificate, as a pseudonym, by which the holder may see its own records. If nobody has it, the submission enrols it. Needed where the profile is of kind `person`.',
        example: 'holder-tanabe',
      }),
      issuedTo: principalId.exactOptional().meta({
        description:
          'The id of an officer of the office, to whom the office gives the certificate. When the officer leaves the office, the revocation of the certificate is proposed (`/api/v1/leavers`).',
      }),
    }),
  },
  responses: {
    201: {
      description: 'The request is submitted.',
      schema: requestView,
      headers: { location: 'The address of the request.' },
    },
    200: {
      description: 'The earlier request with this idempotency key. The answer is recorded as a provision.',
      schema: requestView,
      headers: { location: 'The address of the request.', ...namesRecord },
    },
  },
  faults: [
    'authority-revoked',
    'authority-suspended',
    'unknown-profile',
    'profile-not-allowed',
    'malformed-pem',
    'malformed-csr',
    'malformed-der',
    'trailing-data',
    'unsupported-version',
    'unsupported-algorithm',
    'proof-of-possession-failed',
    'weak-key',
    'compromised-key',
    'key-algorithm-not-allowed',
    'duplicate-key',
    'invalid-field',
    'not-in-force',
    'lint-failed',
    'idempotency-key-invalid',
    'idempotency-key-reused',
  ],
  handle: async ({ registration, ledger }, { body, request }, caller) => {
    const { request: submitted, replayed } = await registration.submit(
      caller,
      body,
      idempotencyKey(request.headers['idempotency-key']),
    );
    const location = `/api/v1/requests/${submitted.id}`;
    if (!replayed) return json(201, submitted, { location });
    // Nothing was submitted: the answer only shows the earlier request.
    const shown = await provide(ledger, caller, submitted, {
      channel: 'requests',
      method: request.method,
      tenant: submitted.tenant,
      certificates: submitted.certificate ? [submitted.certificate] : [],
      requests: [submitted.id],
      provided: { state: submitted.state },
      count: 1,
    });
    return { ...shown, headers: { ...shown.headers, location } };
  },
});

const idempotencyKey = (key: string | undefined): string | undefined => {
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key;
  throw new Fault(
    'idempotency-key-invalid',
    phrase`An idempotency key is 1 to ${MAX_IDEMPOTENCY_KEY} visible ASCII characters.`,
  );
};
