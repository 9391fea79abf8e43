import * as z from 'zod';
import type { AuthorityState, CrlState, ResponderState } from '../../../lib/status/status.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, revocation, tenantId, utc } from '../../http/schemas.ts';

const crlState = z
  .object({
    partition: z.string().meta({
      description:
        "`full`, and `authority` for the CRL of the CA's own certificate where the CA has one apart.",
    }),
    state: z.enum(['current', 'due', 'late', 'last', 'ended', 'missing', 'damaged']).meta({
      description:
        '`due`: the next one is to be made, and the task has not come yet. `late`: an interval and an hour have passed since it was made, where the alarm begins as well. `last`: none follows, because the CA ends before or has stopped. `ended`: its nextUpdate is past, and verifiers refuse it. `missing`: none was ever published. `damaged`: its row cannot be read, and the next CRL mends it. The last two have no other member.',
    }),
    number: z.int().exactOptional().meta({ description: 'The CRL number.' }),
    entries: z.int().exactOptional().meta({
      description:
        'How many certificates it lists; absent where an earlier version of the service published it.',
    }),
    madeAt: utc.exactOptional().meta({ description: 'When it was made. `thisUpdate` is backdated.' }),
    thisUpdate: utc.exactOptional(),
    nextUpdate: utc.exactOptional(),
    due: utc.exactOptional().meta({
      description: "When the next one is made, by the CA's interval; absent where none follows.",
    }),
    urgent: z.literal(true).exactOptional().meta({
      description: 'Present if a revocation waits that the CRL must show at once.',
    }),
  })
  .meta({ id: 'CrlState' }) satisfies z.ZodType<CrlState>;

const responderState = z
  .object({
    algorithm: z.string(),
    state: z
      .enum(['current', 'due', 'late', 'last', 'ended', 'revoked', 'unregistered', 'missing', 'damaged'])
      .meta({
        description:
          'As of a CRL. `due`: half of its life has passed. `late`: less than a third of its life is left. `ended`, `revoked` (or on hold) and `unregistered` (the register does not have its certificate): it signs nothing.',
      }),
    serial: z.string().exactOptional(),
    notBefore: utc.exactOptional(),
    notAfter: utc.exactOptional(),
    due: utc
      .exactOptional()
      .meta({ description: 'When the next one is certified; absent where none follows.' }),
    revocation: revocation.exactOptional(),
  })
  .meta({ id: 'ResponderState' }) satisfies z.ZodType<ResponderState>;

const authorityState = z
  .object({
    ca: caId,
    tenant: tenantId.exactOptional().meta({
      description: 'The tenant whose offices it serves; absent where it serves those of all tenants.',
    }),
    stopped: z.boolean().meta({ description: 'Its key signs nothing any more but one last CRL.' }),
    certificate: z
      .object({
        serial: z.string(),
        notBefore: utc,
        notAfter: utc,
        status: z.enum(['good', 'hold', 'revoked', 'expired', 'unknown']).meta({
          description: '`unknown` if the register does not have it.',
        }),
        revocation: revocation.exactOptional(),
      })
      .meta({ description: "The CA's own certificate." }),
    crls: z.array(crlState).readonly(),
    responders: z.array(responderState).readonly().meta({
      description: 'One for each algorithm with which the CA answers; the first answers by default.',
    }),
    findings: z.int().meta({
      description:
        'How many rows and files the publications of its CRLs found since the day before (UTC) that the service itself never leaves; 1,000 at most.',
    }),
  })
  .meta({ id: 'AuthorityState' }) satisfies z.ZodType<AuthorityState>;

/** What the record says of the answer: the whole is in its digest. */
const provided = ({ ca, certificate, crls, responders }: AuthorityState) => ({
  authority: ca,
  status: certificate.status,
  ...(certificate.revocation && { revocation: { ...certificate.revocation } }),
  crls: crls.map(({ partition, state, number }) => ({
    partition,
    state,
    ...(number !== undefined && { number }),
  })),
  responders: responders.map(({ algorithm, state }) => ({ algorithm, state })),
});

export const route = defineRoute({
  id: 'getAuthorityState',
  method: 'GET',
  path: '/api/v1/authorities/{ca}/state',
  summary: 'How a CA, its CRLs and its OCSP responders stand',
  description:
    "By the rows of the service: the number, the times and the lateness of each current CRL, the certificate of each responder, and the status of the CA's own certificate. No key is opened and no CRL is read. Operators and auditors of a tenant see the CAs of the tenant and those that serve all tenants. The answer is recorded as a provision.",
  lane: 'api',
  access: ['operator', 'auditor'],
  params: z.strictObject({ ca: caId }),
  responses: { 200: { description: 'The state.', headers: namesRecord, schema: authorityState } },
  faults: ['unknown-authority'],
  handle: async ({ status, ledger }, { params: { ca }, request }, caller) => {
    const state = await status.authorityState(caller, ca);
    const serials = [state.certificate, ...state.responders].flatMap(({ serial }) => serial ?? []);
    return provide(ledger, caller, state, {
      channel: 'status',
      method: request.method,
      ...(state.tenant !== undefined && { tenant: state.tenant }),
      certificates: serials.map((serial) => ({ ca, serial })),
      provided: provided(state),
      count: 1,
    });
  },
});
