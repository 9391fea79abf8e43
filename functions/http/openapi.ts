import * as z from 'zod';
import { FAULT_CODES, type FaultCode } from '../../lib/fault.ts';
import manifest from '../../package.json' with { type: 'json' };
import { PROBLEMS } from './problems.ts';
import type { ResponseDescription, Route } from './route.ts';

type Schema = Record<string, unknown>;

/** Collects the schemas that have an id. */
type Components = Map<string, Schema>;

/**
 * The OpenAPI 3.1 document of these routes, made from the schemas that check the requests. `HEAD` is not listed, though
 * every `GET` route answers it.
 */
export const openapi = (routes: readonly Route[]): Schema => {
  const components: Components = new Map();
  const paths: Record<string, Schema> = {};
  for (const route of routes) {
    const path = route.path.replaceAll('+}', '}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, components) };
  }
  jsonSchema(problemDocument, 'output', components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Akashi',
      version: manifest.version,
      description: manifest.description,
      license: { name: 'Apache License 2.0', identifier: manifest.license },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        clientCertificate: {
          type: 'mutualTLS',
          description: "A client certificate of the service's operations authority.",
        },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  };
};

const problemDocument = z
  .object({
    type: z.string().meta({ example: 'urn:akashi:fault:unknown-request' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong, and what to do where that is known.' }),
    code: z.enum(FAULT_CODES).meta({ description: 'Stable: never renamed, never reused.' }),
    facts: z.record(z.string(), z.unknown()).exactOptional(),
    requestId: z.string(),
  })
  .meta({
    id: 'Problem',
    description:
      'A problem document (RFC 9457). Its title, its detail and the texts in its facts are in the language that Accept-Language asks for, English or Japanese.',
  });

const operation = (route: Route, components: Components): Schema => ({
  operationId: route.id,
  summary: route.summary,
  ...(route.description === undefined ? {} : { description: route.description }),
  tags: [
    route.lane === 'status'
      ? 'Status'
      : route.path.startsWith('/api/')
        ? 'Registration and audit'
        : 'Service',
  ],
  security: security(route),
  parameters: [
    ...parameters(route.params, 'path', components),
    ...parameters(route.query, 'query', components),
    ...parameters(route.headers, 'header', components),
  ],
  ...(route.body === undefined ? {} : { requestBody: requestBody(route, components) }),
  responses: responses(route, components),
});

/** An empty requirement beside the others means that credentials are optional. */
const security = ({ access, certificateOnly }: Route): readonly Schema[] => {
  if (access === 'public') return [];
  const certificate = { clientCertificate: [] };
  if (certificateOnly) return [certificate];
  return [...(access === 'optional' ? [{}] : []), certificate, { token: [] }];
};

const parameters = (
  schema: z.core.$ZodType | undefined,
  where: 'path' | 'query' | 'header',
  components: Components,
): readonly Schema[] => {
  if (schema === undefined) return [];
  const { properties, required } = jsonSchema(schema, 'input', components);
  return Object.entries(properties as Record<string, Schema>).map(([name, { description, ...property }]) => ({
    name,
    in: where,
    required: Array.isArray(required) && required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  }));
};

const requestBody = ({ body }: Route, components: Components): Schema => ({
  required: true,
  content:
    body?.kind === 'json'
      ? { 'application/json': { schema: jsonSchema(body.schema, 'input', components) } }
      : Object.fromEntries(body?.contentTypes.map((type) => [type, {}]) ?? []),
});

const responses = (route: Route, components: Components): Schema => {
  const problems = Map.groupBy(faultsOf(route), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [
      ...Object.entries(route.responses).map(([status, response]): [string, Schema] => [
        status,
        success(response, components),
      ]),
      ...[...problems].map(([status, codes]): [string, Schema] => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join('\n'),
          content: {
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          },
        },
      ]),
    ].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};

const success = (
  { description, contentType, schema, headers }: ResponseDescription,
  components: Components,
): Schema => {
  const type = contentType ?? (schema === undefined ? undefined : 'application/json');
  const content = schema === undefined ? {} : { schema: jsonSchema(schema, 'output', components) };
  return {
    description,
    ...(type === undefined ? {} : { content: { [type]: content } }),
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, about]) => [
              name,
              { description: about, schema: { type: 'string' } },
            ]),
          ),
        }),
  };
};

/** The rooms' faults, and those that the stack and the doors add to such a route. */
const faultsOf = (route: Route): readonly FaultCode[] => {
  const named = typeof route.access !== 'string';
  const codes: FaultCode[] = [...route.faults, 'body-too-large', 'internal'];
  if (route.params ?? route.query ?? route.body) codes.push('invalid-input');
  if (route.body) codes.push('unsupported-media-type', 'body-timeout', 'transfer-coding-unknown');
  if (route.lane !== 'free') codes.push('too-many-requests', 'shutting-down');
  if (named) {
    codes.push(
      'unauthenticated',
      'client-certificate-invalid',
      'client-certificate-expired',
      'client-certificate-revoked',
      'forbidden',
      'store-unavailable',
    );
    if (!route.certificateOnly) codes.push('token-invalid', 'token-expired', 'tls-required');
  }
  return [...new Set(codes)];
};

/** A JSON schema (2020-12, the dialect of OpenAPI 3.1). Its definitions are moved to the components. */
const jsonSchema = (schema: z.core.$ZodType, io: 'input' | 'output', components: Components): Schema => {
  const { $schema: _dialect, $defs, ...root } = z.toJSONSchema(schema, { io });
  for (const [name, definition] of Object.entries($defs ?? {})) {
    components.set(name, adapt(definition, io) as Schema);
  }
  return adapt(root, io) as Schema;
};

/** Clients must accept unknown members in answers, so the schemas of answers do not forbid them. */
const adapt = (node: unknown, io: 'input' | 'output'): unknown => {
  if (Array.isArray(node)) return node.map((item) => adapt(item, io));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name, value]) => !(io === 'output' && name === 'additionalProperties' && value === false))
      .map(([name, value]) => [
        name,
        name === '$ref' && typeof value === 'string'
          ? value.replace('#/$defs/', '#/components/schemas/')
          : adapt(value, io),
      ]),
  );
};
