import * as z from 'zod';
import { handedOver } from '../../http/elsewhere.ts';
import { type HttpResponse, json } from '../../http/http.ts';
import { provide } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit, principalId, reason, recordId, sha256, utc } from '../../http/schemas.ts';

const PATH = '/api/v1/disclosures';

const caseView = z
  .object({
    id: recordId,
    holder: principalId,
    requestedBy: principalId,
    requestedAt: utc,
    deadline: utc.meta({
      description: 'The end of the 30th day after the request, Japan Standard Time, or as extended.',
    }),
    extension: z.object({ by: principalId, at: utc, reason: z.string() }).exactOptional(),
    disclosedAt: utc.exactOptional(),
    bundle: sha256.exactOptional().meta({ description: 'Of the bundle that was handed over first.' }),
    state: z.enum(['open', 'overdue', 'disclosed']),
  })
  .meta({ id: 'Disclosure' });

const create = defineRoute({
  id: 'requestDisclosure',
  method: 'POST',
  path: PATH,
  summary: 'Ask for everything that the service keeps about one holder',
  description: 'By the holder, a delegate of it, or an operator who was asked on paper.',
  lane: 'api',
  access: ['holder', 'operator'],
  body: { kind: 'json', schema: z.strictObject({ holder: principalId }) },
  responses: {
    201: {
      description: 'Opened, with its term.',
      schema: caseView,
      headers: { location: 'The address of the disclosure.' },
    },
  },
  faults: [],
  handle: async ({ disclosures }, { body }, caller) => {
    const opened = await disclosures.cases.open(caller, body.holder);
    return json(201, opened, { location: `${PATH}/${opened.id}` });
  },
});

const list = defineRoute({
  id: 'listDisclosures',
  method: 'GET',
  path: PATH,
  summary: "Disclosures, newest first: a holder's own, or all",
  lane: 'api',
  access: ['holder', 'operator', 'auditor'],
  query: z.strictObject({ limit: pageLimit(1000, 100), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      schema: z.object({ cases: z.array(caseView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid'],
  handle: async ({ disclosures, ledger }, { query }, caller) => {
    const page = await disclosures.cases.list(caller, query);
    return provide(ledger, caller, page, {
      channel: 'records',
      certificates: [],
      provided: { disclosures: page.cases.map(({ id }) => id) },
      count: page.cases.length,
    });
  },
});

const show = defineRoute({
  id: 'getDisclosure',
  method: 'GET',
  path: `${PATH}/{id}`,
  summary: 'A disclosure and its term',
  lane: 'api',
  access: ['holder', 'operator', 'auditor'],
  params: z.strictObject({ id: recordId }),
  responses: { 200: { description: 'The disclosure.', schema: caseView } },
  faults: ['unknown-disclosure'],
  handle: async ({ disclosures, ledger }, { params }, caller) =>
    provide(ledger, caller, await disclosures.cases.get(caller, params.id), {
      channel: 'records',
      certificates: [],
      provided: { disclosures: [params.id] },
      count: 1,
    }),
});

const extend = defineRoute({
  id: 'extendDisclosure',
  method: 'POST',
  path: `${PATH}/{id}/extension`,
  summary: 'Extend the term once, with the reason that the holder is told',
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ id: recordId }),
  body: { kind: 'json', schema: z.strictObject({ days: z.int().min(1).max(30), reason }) },
  responses: { 200: { description: 'With its new deadline.', schema: caseView } },
  faults: ['unknown-disclosure', 'disclosure-closed', 'condition-failed'],
  handle: async ({ disclosures }, { params, body }, caller) =>
    json(200, await disclosures.cases.extend(caller, params.id, body.days, body.reason)),
});

const FORMATS = {
  json: { name: 'Bundle', contentType: 'application/jose+json' },
  html: { name: 'Page', contentType: 'text/html; charset=utf-8' },
} as const;

const bundles = (['json', 'html'] as const).map((format) =>
  defineRoute({
    id: `getDisclosure${FORMATS[format].name}`,
    method: 'GET',
    path: `${PATH}/{id}/bundle.${format}`,
    summary:
      format === 'json'
        ? 'Every certificate of and every provision about the holder, signed (a flattened JWS, RFC 7515 7.2.2)'
        : 'The same for reading, in Japanese and English',
    description: 'Made as it is asked for and recorded; the first one closes the disclosure.',
    lane: 'api',
    access: ['holder', 'operator'],
    params: z.strictObject({ id: recordId }),
    responses: {
      200: { description: 'The bundle.', contentType: FORMATS[format].contentType },
      ...handedOver,
    },
    faults: ['unknown-disclosure', 'input-too-large', 'condition-failed'],
    handle: async ({ disclosures }, { params, request }, caller): Promise<HttpResponse> => {
      if (request.method === 'HEAD') {
        // Nothing is handed over, so nothing is closed.
        await disclosures.cases.get(caller, params.id);
        return { status: 200, headers: { 'content-type': FORMATS[format].contentType }, body: '' };
      }
      const { jws, page } = await disclosures.handOver(caller, params.id, request.method);
      return {
        status: 200,
        headers: {
          'content-type': FORMATS[format].contentType,
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        },
        body: format === 'json' ? jws : page,
      };
    },
  }),
);

const keys = defineRoute({
  id: 'getDisclosureKeys',
  method: 'GET',
  path: '/.well-known/disclosure-keys.json',
  summary: 'The public key by which disclosed bundles are verified (RFC 7517)',
  lane: 'api',
  access: 'public',
  responses: {
    200: {
      description: 'A JWK set.',
      contentType: 'application/jwk-set+json',
      schema: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
    },
  },
  faults: [],
  handle: async ({ disclosures }) =>
    json(
      200,
      { keys: [await disclosures.key()] },
      { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=300' },
    ),
});

export const disclosureRoutes = [create, list, show, extend, ...bundles, keys];
