import * as z from 'zod';

export type Schema = Record<string, unknown>;

/** Collects the schemas that have an id. */
export type Schemas = Map<string, Schema>;

export type Direction = 'input' | 'output';

/** A JSON schema (2020-12, the dialect of OpenAPI 3.1). Its definitions are moved to `schemas`. */
export const jsonSchema = (schema: z.core.$ZodType, io: Direction, schemas: Schemas): Schema => {
  const { $schema: _dialect, $defs, ...root } = z.toJSONSchema(schema, { io });
  for (const [name, definition] of Object.entries($defs ?? {})) {
    schemas.set(name, adapt(definition, io) as Schema);
  }
  return adapt(root, io) as Schema;
};

/** Clients must accept unknown members in answers, so the schemas of answers do not forbid them. */
const adapt = (node: unknown, io: Direction): unknown => {
  if (Array.isArray(node)) return node.map((item) => adapt(item, io));
  if (typeof node !== 'object' || node === null) return node;
  const adapted = Object.fromEntries(
    Object.entries(node)
      .filter(([name, value]) => !(io === 'output' && name === 'additionalProperties' && value === false))
      .map(([name, value]) => [
        name,
        name === '$ref' && typeof value === 'string'
          ? value.replace('#/$defs/', '#/components/schemas/')
          : adapt(value, io),
      ]),
  );
  // A number in an address is checked as text; the document has the bounds of the number.
  if (adapted.type === 'integer') delete adapted.pattern;
  const { prefixItems } = adapted;
  return Array.isArray(prefixItems) ? { ...adapted, ...wholeTuple(prefixItems) } : adapted;
};

/** A tuple has its items and no others; `items` is for readers that do not know `prefixItems`. */
const wholeTuple = (items: readonly unknown[]): Schema => ({
  items: items[0],
  minItems: items.length,
  maxItems: items.length,
});
