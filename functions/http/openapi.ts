import * as z from 'zod';
import { FAULT_CODES } from '../../lib/fault.ts';
import manifest from '../../package.json' with { type: 'json' };
import { type Answers, isConditional, openAnswers } from './openapi/answers.ts';
import { jsonSchema, type Schema, type Schemas } from './openapi/json-schema.ts';
import { tagsInUse, tagsOf } from './openapi/tags.ts';
import { maxBodyBytes, type Route } from './route.ts';

/** The OpenAPI 3.1 document of these routes, made from the schemas that check the requests. */
export const openapi = (routes: readonly Route[]): Schema => {
  const schemas: Schemas = new Map();
  const answers = openAnswers(schemas);
  const tags = tagsOf(routes);
  const paths: Record<string, Schema> = {};
  for (const route of routes) {
    const path = route.path.replaceAll('+}', '}');
    const tag = tags.get(route.id)?.name as string;
    paths[path] = { ...paths[path], ...operations(route, tag, schemas, answers) };
  }
  jsonSchema(problemDocument, 'output', schemas);
  jsonSchema(gatewayRefusal, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Akashi',
      version: manifest.version,
      description: `${manifest.description}. ${CONVENTIONS}`,
      contact: { name: 'The operator of this service' },
      license: { name: 'Apache License 2.0', identifier: manifest.license },
    },
    servers: [{ url: '/', description: 'The service that gave this document.' }],
    tags: tagsInUse(tags),
    paths,
    components: {
      schemas: sorted(schemas),
      responses: sorted(answers.shared),
      parameters: PARAMETERS,
      headers: answers.headers,
      securitySchemes: {
        clientCertificate: {
          type: 'mutualTLS',
          description: "A client certificate of the service's operations authority.",
        },
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A token of the configured issuer, over TLS only. On one machine, `POST /token` gives one for a certificate; on AWS, the user pool does.',
        },
      },
    },
  };
};

const CONVENTIONS =
  'Times are RFC 3339 in UTC, serial numbers lower-case hex, names of reasons those of RFC 5280. An error is a problem document (RFC 9457) with a stable code. Every answer about a certificate, a request or a record is recorded before it leaves. To a principal of a tenant, the things of other tenants do not exist. OPTIONS is answered by 204 with `Allow`. On one machine, a path that no operation has is answered by 404 `unknown-route`, and what is not HTTP by 400, 408 or 431 without a body. On AWS, the doors answer such a path by 404 without a problem document: API Gateway by `{"message":"Not Found"}`, the load balancer of a closed network by plain text; each door has only its own operations. Names in examples are those of the demonstration.';

const PARAMETERS = {
  'accept-language': {
    name: 'accept-language',
    in: 'header',
    required: false,
    description: 'The language of the texts of a problem document: Japanese or, by default, English.',
    schema: { type: 'string', example: 'ja' },
  },
  'if-none-match': {
    name: 'if-none-match',
    in: 'header',
    required: false,
    description: 'The ETags of the versions that the client has.',
    schema: { type: 'string' },
  },
} as const;

const sorted = (named: ReadonlyMap<string, Schema>): Schema =>
  Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1)));

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

const gatewayRefusal = z.object({ message: z.string() }).meta({
  id: 'GatewayRefusal',
  description: 'An answer of API Gateway, which no part of the service made.',
});

const OF_SERVICE = 'It concerns the service as a whole: principals of a tenant are refused with `forbidden`.';

/** A `GET` route answers `HEAD` too (RFC 9110 9.3.2). */
const operations = (route: Route, tag: string, schemas: Schemas, answers: Answers): Schema => {
  const same = {
    tags: [tag],
    security: security(route),
    parameters: [
      ...parameters(route.params, 'path', schemas),
      ...parameters(route.query, 'query', schemas),
      ...parameters(route.headers, 'header', schemas),
      reference('accept-language'),
      ...(isConditional(route) ? [reference('if-none-match')] : []),
    ],
  };
  const operation = {
    operationId: route.id,
    summary: route.summary,
    description: route.ofService ? `${route.description} ${OF_SERVICE}` : route.description,
    ...same,
    ...(route.body === undefined ? {} : { requestBody: requestBody(route, schemas) }),
    responses: answers.of(route, 'own'),
  };
  if (route.method !== 'GET') return { [route.method.toLowerCase()]: operation };
  const head = {
    operationId: `${route.id}Head`,
    summary: `The headers alone: ${route.summary}`,
    description: `The headers that \`${route.id}\` gives, without the content. Where that answer is recorded, this one is too, as an answer to HEAD.`,
    ...same,
    responses: answers.of(route, 'HEAD'),
  };
  return { get: operation, head };
};

const reference = (name: keyof typeof PARAMETERS): Schema => ({ $ref: `#/components/parameters/${name}` });

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
  schemas: Schemas,
): readonly Schema[] => {
  if (schema === undefined) return [];
  const { properties, required } = jsonSchema(schema, 'input', schemas);
  return Object.entries(properties as Record<string, Schema>).map(([name, { description, ...property }]) => ({
    name,
    in: where,
    required: Array.isArray(required) && required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  }));
};

const requestBody = (route: Route, schemas: Schemas): Schema => ({
  description: `At most ${maxBodyBytes(route).toLocaleString('en')} bytes, without a content encoding.`,
  required: true,
  content:
    route.body?.kind === 'json'
      ? { 'application/json': { schema: jsonSchema(route.body.schema, 'input', schemas) } }
      : Object.fromEntries(route.body?.contentTypes.map((type) => [type, {}]) ?? []),
});
