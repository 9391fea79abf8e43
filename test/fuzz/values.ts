import fc from 'fast-check';
import { type Node, resolve } from '../functions/http/described.ts';

/** Values that mean something to the service, by the name of the parameter or member: ids that exist, and the like. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

const MAX_DEPTH = 5;

/** Whether a known value is one for this place: `id` and `from` are of several kinds. */
const fits = ({ type, pattern, format, properties }: Node, value: unknown): boolean => {
  if (type !== 'string') return properties === undefined;
  if (format === 'date-time')
    return Number.isFinite(Date.parse(String(value))) && String(value).endsWith('Z');
  return typeof pattern !== 'string' || new RegExp(pattern).test(String(value));
};

/** Text with the characters that break programs: controls, quotes, halves of pairs are left to broken requests. */
const text = (min: number, max: number): fc.Arbitrary<string> =>
  fc
    .string({
      unit: fc.constantFrom('a', 'Z', '0', ' ', '-', '"', '\\', '<', '%', '\u0000', '\n', 'é', '市', '𠮷'),
      maxLength: 24,
    })
    .map((chosen) => (chosen.length < min ? chosen.padEnd(min, 'x') : chosen).slice(0, max).toWellFormed());

const time = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Values that a JSON schema of the document accepts. */
export const valuesOf = (
  document: Node,
  known: Known,
): ((schema: Node, name?: string) => fc.Arbitrary<unknown>) => {
  const object = (schema: Node, depth: number): fc.Arbitrary<unknown> => {
    const properties = Object.entries((schema.properties ?? {}) as Record<string, Node>);
    const required = new Set((schema.required ?? []) as string[]);
    const declared = fc.record(
      Object.fromEntries(properties.map(([name, property]) => [name, of(property, name, depth + 1)])),
      { requiredKeys: [...required] },
    );
    const { additionalProperties, propertyNames } = schema;
    if (typeof additionalProperties !== 'object' || additionalProperties === null) return declared;
    const names = propertyNames ? of(propertyNames as Node, undefined, depth) : text(1, 10);
    const more = fc.dictionary(
      names as fc.Arbitrary<string>,
      of(additionalProperties as Node, undefined, depth + 1),
      {
        maxKeys: 3,
      },
    );
    return fc.tuple(more, declared).map(([free, named]) => ({ ...free, ...named }));
  };

  const bySchema = (schema: Node, depth: number): fc.Arbitrary<unknown> => {
    const { const: only, enum: choices, anyOf, oneOf, type, pattern, format } = schema;
    if ('const' in schema) return fc.constant(only);
    if (Array.isArray(choices)) return fc.constantFrom(...choices);
    const variants = (anyOf ?? oneOf) as Node[] | undefined;
    if (variants) return fc.oneof(...variants.map((variant) => of(variant, undefined, depth)));
    const {
      minLength = 0,
      maxLength = 64,
      minimum = -5,
      maximum = 1e6,
      minItems = 0,
      maxItems = 3,
    } = schema as Record<string, number>;
    switch (type) {
      case 'string':
        if (format === 'date-time') return time;
        return typeof pattern === 'string'
          ? fc
              .stringMatching(new RegExp(pattern))
              .filter((value) => value.length >= minLength && value.length <= maxLength)
          : text(minLength, maxLength);
      case 'integer':
        return fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31 - 1) });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(of((schema.items ?? {}) as Node, undefined, depth + 1), {
          minLength: minItems,
          maxLength: Math.max(minItems, Math.min(maxItems, 3)),
        });
      case 'object':
        return object(schema, depth);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  };

  const of = (given: Node, name: string | undefined, depth: number): fc.Arbitrary<unknown> => {
    if (depth > MAX_DEPTH) return fc.constant(null);
    const schema = resolve(document, given);
    const meant = (name === undefined ? [] : (known[name] ?? [])).filter((value) => fits(schema, value));
    const free = bySchema(schema, depth);
    return meant.length > 0
      ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...meant) }, { weight: 1, arbitrary: free })
      : free;
  };

  return (schema, name) => of(schema, name, 0);
};
