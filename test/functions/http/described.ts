import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** An object of the OpenAPI document. */
export type Node = Record<string, unknown>;

export const pointerOf = (path: readonly (string | number)[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The object of the document at a reference such as `#/components/schemas/Request`, or the object itself. */
export const resolve = (document: Node, node: Node): Node => {
  if (typeof node.$ref !== 'string') return node;
  const found = node.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (at, part) => (at as Node)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
      document,
    );
  if (found === undefined) throw new Error(`${node.$ref} leads nowhere.`);
  return resolve(document, found as Node);
};

/** Checks values by the schemas of the document: what is wrong with one, empty if nothing. */
export type Check = (pointer: string, value: unknown) => readonly string[];

/** The pointer leads to a schema, such as `/components/schemas/Request`. */
export const checkerOf = (document: Node): Check => {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  ajv.addFormat('base64', true);
  ajv.addSchema(document, 'openapi');
  return (pointer, value) => {
    const check = ajv.getSchema(`openapi#${encodeURI(pointer)}`);
    if (!check) throw new Error(`There is no schema at ${pointer}.`);
    if (check(value)) return [];
    return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
};
