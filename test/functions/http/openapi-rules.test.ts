import { describe, expect, it } from 'vitest';
import { openapi } from '../../../functions/http/openapi.ts';
import { routes } from '../../../functions/routes/routes.ts';
import type { Node } from './described.ts';
import { breaches, RULES } from './openapi-rules.ts';

const TEXT = JSON.stringify(openapi(routes));
const copy = (): Node => JSON.parse(TEXT);

/** Changes the object at that way. */
const change = (document: Node, way: readonly string[], members: Node): void => {
  const at = way.reduce<Node>((node, part) => node[part] as Node, document);
  Object.assign(at, members);
};

const GET_REQUEST = ['paths', '/api/v1/requests/{id}', 'get'];

/** For each rule, a change of the document which breaks it. */
const BROKEN: Readonly<Record<keyof typeof RULES, (document: Node) => void>> = {
  'info-description': (document) => change(document, ['info'], { description: ' ' }),
  'info-contact': (document) => change(document, ['info'], { contact: undefined }),
  'info-license': (document) => change(document, ['info'], { license: { name: 'A licence' } }),
  servers: (document) => change(document, [], { servers: [] }),
  'operation-id': (document) => change(document, GET_REQUEST, { operationId: 'listRequests' }),
  'operation-summary': (document) => change(document, GET_REQUEST, { summary: '' }),
  'operation-description': (document) => change(document, GET_REQUEST, { description: undefined }),
  'operation-tags': (document) => change(document, GET_REQUEST, { tags: ['Another'] }),
  'operation-security': (document) => change(document, GET_REQUEST, { security: [{ password: [] }] }),
  'operation-success': (document) => change(document, GET_REQUEST, { responses: { 404: {} } }),
  'operation-refusal': (document) => change(document, GET_REQUEST, { responses: { 200: {} } }),
  'parameter-description': (document) =>
    change(document, [...GET_REQUEST, 'parameters', '0'], { description: undefined }),
  'parameter-unique': (document) => {
    const parameters = [{ name: 'a', in: 'query', description: 'A.' }];
    change(document, GET_REQUEST, { parameters: [...parameters, ...parameters] });
  },
  'path-parameters': (document) => change(document, GET_REQUEST, { parameters: [] }),
  'tag-description': (document) => change(document, ['tags', '0'], { description: undefined }),
  'tag-used': (document) => (document.tags as Node[]).push({ name: 'Unused', description: 'Unused.' }),
  'response-description': (document) =>
    change(document, [...GET_REQUEST, 'responses', '200'], { description: '' }),
  'no-unresolved': (document) =>
    change(document, [...GET_REQUEST, 'responses'], { 418: { $ref: '#/components/responses/Teapot' } }),
  'no-unused': (document) => change(document, ['components', 'schemas'], { Unused: {} }),
  'array-items': (document) => change(document, ['components', 'schemas', 'Json'], { type: 'array' }),
  'valid-example': (document) =>
    change(document, [...GET_REQUEST, 'parameters', '0', 'schema'], { example: 'not an id' }),
};

describe('the OpenAPI document', () => {
  it('keeps the rules of common linters', () => {
    expect(breaches(copy())).toEqual([]);
  });

  it.each(Object.keys(RULES))('would not keep %s after a change that breaks it', (rule) => {
    const document = copy();
    BROKEN[rule]?.(document);
    expect(RULES[rule]?.(document)).not.toEqual([]);
  });
});
