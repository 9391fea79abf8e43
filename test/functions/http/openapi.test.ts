import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openapi } from '../../../functions/http/openapi.ts';
import { pathMatcher } from '../../../functions/http/route.ts';
import { stack } from '../../../functions/http/stack.ts';
import { readPeople } from '../../../functions/local/demonstration-people.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { ROLES } from '../../../lib/principal.ts';
import {
  describeSubject,
  type FieldValues,
  readTrustDomain,
} from '../../../lib/trust-domain/trust-domain.ts';
import { EXAMPLES, requestOf, testApp } from '../app.ts';

type Node = Record<string, unknown>;
const document = openapi(routes);
const operations = Object.entries(document.paths as Record<string, Record<string, Node>>).flatMap(
  ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('the OpenAPI document', () => {
  it('is the one in docs/openapi.json; if not, run npm run docs', () => {
    const path = new URL('../../../docs/openapi.json', import.meta.url);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('is one, of version 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('has every route, and nothing else', () => {
    const listed = operations.map(
      ({ path, method, operation }) => `${operation.operationId} ${method} ${path}`,
    );
    const expected = routes.flatMap(({ id, method, path }) => {
      const place = path.replace('+}', '}');
      return method === 'GET'
        ? [`${id} get ${place}`, `${id}Head head ${place}`]
        : [`${id} ${method.toLowerCase()} ${place}`];
    });
    expect(listed.sort()).toEqual(expected.sort());
  });

  it('has the definitions of its schemas among its components', () => {
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('says where AWS answers otherwise than one machine', () => {
    const of = (id: string) =>
      operations.find(({ operation }) => operation.operationId === id)?.operation as {
        readonly description: string;
        readonly responses: Record<string, Node>;
      };
    const { description } = document.info as { readonly description: string };
    expect(description).toContain('{"message":"Not Found"}');
    for (const id of ['issueToken', 'getTokenKeys'])
      expect(of(id).description).toMatch(/^On one machine only\b/);
    for (const { id, access } of routes) {
      const refused = JSON.stringify(of(id).responses['403'] ?? '').includes('not-through-cdn');
      expect({ id, refused }).toEqual({ id, refused: typeof access === 'string' });
    }
    for (const id of ['getProvisionProof', 'getRecordProof'])
      expect(JSON.stringify(of(id).responses['410'])).toContain('record-expired');
    const { responses } = document.components as { readonly responses: Record<string, Node> };
    expect(responses.TooManyRequests?.description).toContain('The CDN answers without a body');
  });

  it('has the folder of an operation as its tag', () => {
    const tag = (id: string) =>
      operations.find(({ operation }) => operation.operationId === id)?.operation.tags;
    expect(tag('getCrl')).toEqual(['Public']);
    expect(tag('getCrlHead')).toEqual(['Public']);
    expect(tag('publishCrl')).toEqual(['CRLs']);
    expect(tag('getAnnualReportJson')).toEqual(['Records']);
  });

  it('says what every operation may answer, and what those answer that are of some kind', () => {
    const statuses = (id: string) =>
      Object.keys(
        operations.find(({ operation }) => operation.operationId === id)?.operation.responses as Node,
      );
    const everywhere = ['400', '405', '408', '413', '429', '431', '500', '501', '503'];
    expect(statuses('health')).toEqual(['200', '403', ...everywhere].sort());
    expect(statuses('listAnnualReportsHead')).toEqual(['200', '403', ...everywhere].sort());
    expect(statuses('getAuthorityCertificate')).toEqual(['200', '304', '403', '404', ...everywhere].sort());
    expect(statuses('askStatus')).toEqual(['200', '403', '415', ...everywhere].sort());
    expect(statuses('getRecovery')).toEqual(['200', '401', '403', ...everywhere].sort());
    const conditional = operations.filter(({ operation }) => '304' in (operation.responses as Node));
    expect(conditional.map(({ operation }) => operation.operationId)).toEqual(
      [
        'openapi',
        'getAuthorityCertificate',
        'getAuthorityChain',
        'getAuthorityCertsOnly',
        'getCrl',
        'askStatusByUrl',
        'getAnnualReportJson',
        'getAnnualReportCsv',
        'getAnnualReportPage',
      ].flatMap((id) => [id, `${id}Head`]),
    );
  });

  it('says which operations need credentials', () => {
    const security = (id: string) =>
      operations.find(({ operation }) => operation.operationId === id)?.operation.security;
    expect(security('health')).toEqual([]);
    expect(security('askStatus')).toEqual([{}, { clientCertificate: [] }, { token: [] }]);
    expect(security('issueToken')).toEqual([{ clientCertificate: [] }]);
    expect(security('getRecord')).toEqual([{ clientCertificate: [] }, { token: [] }]);
  });

  it('has examples that exist in the demonstration, and a submission that its profile takes', async () => {
    const people = await readPeople();
    const domain = readTrustDomain(
      readFileSync(new URL('../../../domains/demonstration.json', import.meta.url), 'utf8'),
    );
    const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id);
    const named: Readonly<Record<string, readonly string[]>> = {
      "A CA's id, one per generation.": domain.authorities.map(({ ca }) => ca),
      "A principal's id.": ids([...domain.operators, ...people.principals]),
      "A sub-office's id.": ids(people.offices),
      "A tenant's id.": ids(domain.tenants),
      "A profile's id.": ids(domain.profiles),
      "The id of a relying party's purpose.": people.principals.flatMap(({ purposes = [] }) => ids(purposes)),
    };
    const seen = new Set<unknown>();
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      const { description, example, schema } = node as Node;
      const shown = example ?? (schema as Node | undefined)?.example;
      const known = named[String(description)];
      if (known && shown !== undefined) {
        seen.add(description);
        expect(known).toContain(shown);
      }
      for (const child of Object.values(node)) walk(child);
    };
    walk(document);
    expect([...seen].sort()).toEqual(Object.keys(named).sort());

    const submission = operations.find(({ operation }) => operation.operationId === 'submitRequest');
    const schema = ['operation', 'requestBody', 'content', 'application/json', 'schema'].reduce(
      (node: unknown, name) => (node as Node)[name],
      submission,
    );
    const { properties } = schema as { properties: Record<string, Node> };
    const profile = domain.profiles.find(({ id }) => id === properties.profile?.example);
    const office = people.offices.find(({ profiles }) => profile && profiles.includes(profile.id));
    expect(ids(people.principals.filter(({ role }) => role === 'holder'))).toContain(
      properties.holder?.example,
    );
    const given = properties.fields?.example as FieldValues;
    expect(profile && describeSubject(profile, office && { tenant: '', ...office }, given).fields).toEqual(
      given,
    );
  });

  it('is the answer of /openapi.json', async () => {
    const route = routes.find(({ id }) => id === 'openapi');
    const ask = (headers: Record<string, string> = {}) =>
      route && stack(route)(testApp().edge, requestOf({ path: '/openapi.json', headers }));
    const response = await ask();
    expect(JSON.parse(String(response?.body))).toEqual(JSON.parse(JSON.stringify(document)));
    // All answers share the same bytes, however many clients ask at once and however slowly they read.
    expect(response?.body).toBeInstanceOf(Uint8Array);
    expect((await ask())?.body).toBe(response?.body);
    const etag = String(response?.headers.etag);
    expect((await ask({ 'if-none-match': etag }))?.status).toBe(304);
    expect((await ask({ 'if-none-match': '"of an earlier version"' }))?.status).toBe(200);
  });
});

describe('its schemas of answers', () => {
  const app = testApp();

  for (const route of routes) {
    if (route.certificateOnly) continue;
    it(`holds for ${route.method} ${route.path}`, async () => {
      const example = EXAMPLES[route.id];
      const [path = '', query = ''] = (example?.target ?? '').split('?');
      const role =
        typeof route.access === 'string'
          ? undefined
          : ROLES.find((one) => route.access.includes(one as never));
      const response = await stack(route)(
        app.edge,
        requestOf({
          method: route.method,
          path,
          params: pathMatcher(route.path)(path) ?? {},
          query: new URLSearchParams(query),
          headers: {
            ...(example?.type ? { 'content-type': example.type } : {}),
            ...(role ? { authorization: `Bearer ${await app.tokenOf(role)}` } : {}),
          },
          body: Buffer.from(example?.body ?? ''),
        }),
      );
      const described = route.responses[response.status];
      expect(described).toBeDefined();
      const type = described?.contentType ?? (described?.schema ? 'application/json' : undefined);
      expect(response.headers['content-type']).toBe(type);
      if (described?.schema instanceof z.ZodType) {
        // Unknown members are dropped by the schema, so that a member it lacks shows as a difference.
        const value = JSON.parse(String(response.body));
        expect(described.schema.parse(value)).toEqual(value);
      }
      const { 'akashi-record': record, ...headers } = described?.headers ?? {};
      for (const name of Object.keys(headers)) expect(response.headers).toHaveProperty(name);
      // A cache would give the name of one record to many recipients.
      const isShared = response.headers['cache-control']?.startsWith('public') ?? false;
      expect('akashi-record' in response.headers).toBe(record !== undefined && !isShared);
    });
  }
});
