import { checkerOf, type Node, pointerOf, resolve } from './described.ts';

/** The rules of common linters of OpenAPI documents, each with the places that break it. */

export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: Node;
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

export const operationsOf = ({ paths }: Node): readonly Operation[] =>
  Object.entries(paths as Record<string, Record<string, Node>>).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) =>
      METHODS.has(method) ? [{ path, method, operation }] : [],
    ),
  );

/** Every object below `node`, with the way to it. */
const walk = function* (
  node: unknown,
  path: readonly (string | number)[] = [],
): Generator<[readonly (string | number)[], Node]> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield [path, node as Node];
  for (const [name, value] of Object.entries(node)) yield* walk(value, [...path, name]);
};

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

const where = ({ method, path }: Operation): string => `${method} ${path}`;

type Rule = (document: Node) => readonly string[];

const info =
  (member: string, holds: (value: unknown) => boolean): Rule =>
  ({ info: about }) =>
    holds((about as Node | undefined)?.[member]) ? [] : [member];

const eachOperation =
  (holds: (operation: Operation, document: Node) => boolean): Rule =>
  (document) =>
    operationsOf(document)
      .filter((operation) => !holds(operation, document))
      .map(where);

const duplicates = (values: readonly string[]): readonly string[] =>
  values.filter((value, index) => values.indexOf(value) !== index);

const tagNames = ({ tags }: Node): readonly string[] =>
  ((tags ?? []) as Node[]).map(({ name }) => String(name));

const statuses = ({ operation }: Operation): readonly string[] => Object.keys(operation.responses as Node);

const parametersOf = ({ operation }: Operation, document: Node): readonly Node[] => {
  return ((operation.parameters ?? []) as Node[]).map((parameter) => resolve(document, parameter));
};

const referencesIn = (document: Node): readonly string[] =>
  [...walk(document)].flatMap(([, { $ref }]) => (typeof $ref === 'string' ? [$ref] : []));

const componentsOf = ({ components }: Node): readonly string[] =>
  Object.entries(components as Record<string, Node>)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, named]) => Object.keys(named).map((name) => `#/components/${kind}/${name}`));

const schemesOf = ({ components }: Node): readonly string[] =>
  Object.keys(((components as Node).securitySchemes ?? {}) as Node);

const schemesUsed = ({ operation }: Operation): readonly string[] =>
  ((operation.security ?? []) as Node[]).flatMap((one) => Object.keys(one));

const PARTS = ['path', 'query', 'header'] as const;

export const RULES: Readonly<Record<string, Rule>> = {
  'info-description': info('description', isText),
  'info-contact': info('contact', (contact) => isText((contact as Node | undefined)?.name)),
  'info-license': info('license', (license) => {
    const { name, url, identifier } = (license ?? {}) as Node;
    return isText(name) && (isText(url) || isText(identifier));
  }),
  servers: ({ servers }) => (((servers ?? []) as Node[]).some(({ url }) => isText(url)) ? [] : ['no server']),
  'operation-id': (document) => {
    const ids = operationsOf(document).map(({ operation }) => String(operation.operationId));
    return [...duplicates(ids), ...ids.filter((id) => !/^[A-Za-z][A-Za-z0-9]*$/.test(id))];
  },
  'operation-summary': eachOperation(({ operation }) => isText(operation.summary)),
  'operation-description': eachOperation(({ operation }) => isText(operation.description)),
  'operation-tags': eachOperation(({ operation }, document) => {
    const tags = (operation.tags ?? []) as string[];
    return tags.length === 1 && tags.every((tag) => tagNames(document).includes(tag));
  }),
  'operation-security': eachOperation(
    (one, document) =>
      Array.isArray(one.operation.security) &&
      schemesUsed(one).every((scheme) => schemesOf(document).includes(scheme)),
  ),
  'operation-success': eachOperation((one) => statuses(one).some((status) => /^[23]/.test(status))),
  'operation-refusal': eachOperation((one) => statuses(one).some((status) => status.startsWith('4'))),
  'parameter-description': eachOperation((one, document) =>
    parametersOf(one, document).every(({ description }) => isText(description)),
  ),
  'parameter-unique': eachOperation((one, document) =>
    PARTS.every(
      (part) =>
        duplicates(
          parametersOf(one, document)
            .filter((parameter) => parameter.in === part)
            .map(({ name }) => String(name)),
        ).length === 0,
    ),
  ),
  'path-parameters': eachOperation((one, document) => {
    const declared = parametersOf(one, document).filter(({ in: part }) => part === 'path');
    const named = [...one.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    return (
      declared.every(({ required }) => required === true) &&
      declared
        .map(({ name }) => name)
        .sort()
        .join() === named.sort().join()
    );
  }),
  'tag-description': ({ tags }) =>
    ((tags ?? []) as Node[])
      .filter(({ description }) => !isText(description))
      .map(({ name }) => String(name)),
  'tag-used': (document) => {
    const used = new Set(
      operationsOf(document).flatMap(({ operation }) => (operation.tags ?? []) as string[]),
    );
    return [...duplicates(tagNames(document)), ...tagNames(document).filter((name) => !used.has(name))];
  },
  'response-description': (document) =>
    [...walk(document.paths), ...walk((document.components as Node).responses)]
      .filter(
        ([path, node]) => /^[1-5]\d\d$/.test(String(path.at(-1))) && !node.$ref && !isText(node.description),
      )
      .map(([path]) => pointerOf(path)),
  'no-unresolved': (document) =>
    referencesIn(document).filter(($ref) => {
      try {
        return resolve(document, { $ref }) === undefined;
      } catch {
        return true;
      }
    }),
  'no-unused': (document) => {
    const used = new Set(referencesIn(document));
    const schemes = new Set(operationsOf(document).flatMap(schemesUsed));
    return [
      ...componentsOf(document).filter((reference) => !used.has(reference)),
      ...schemesOf(document).filter((scheme) => !schemes.has(scheme)),
    ];
  },
  'array-items': (document) =>
    [...walk(document)]
      .filter(([, { type, items }]) => type === 'array' && typeof items !== 'object')
      .map(([path]) => pointerOf(path)),
  'valid-example': (document) => {
    const check = checkerOf(document);
    return [...walk(document)].flatMap(([path, { example, examples, default: fallback }]) =>
      path.at(-1) === 'properties'
        ? []
        : [example, fallback, ...(Array.isArray(examples) ? examples : [])]
            .filter((value) => value !== undefined)
            .flatMap((value) => check(pointerOf(path), value).map((fault) => `${pointerOf(path)}: ${fault}`)),
    );
  },
};

/** `rule: place`, for each place that breaks a rule. */
export const breaches = (document: Node): readonly string[] =>
  Object.entries(RULES).flatMap(([rule, find]) => find(document).map((place) => `${rule}: ${place}`));
