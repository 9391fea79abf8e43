import { readFileSync } from 'node:fs';

/**
 * A stack and its nested stacks as one template. Each resource has its stack's name and its own logical id. A reference
 * through a parameter or an output of a nested stack becomes a reference to the resource itself.
 */

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource & { readonly Metadata?: unknown }>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

const NESTED = 'AWS::CloudFormation::Stack';

interface Opened {
  /** The prefix of the logical ids; empty for the importer's own stack. */
  readonly name: string;
  readonly template: Template;
  readonly parent?: { readonly opened: Opened; readonly parameters: Readonly<Record<string, unknown>> };
  /** Nested stacks, by the logical id of their resource in this stack. */
  readonly nested: ReadonlyMap<string, Opened>;
}

/** `AkashiStoreNestedStackStoreNestedStackResource1A2B3C4D` is the stack `Store` of the construct `Akashi`. */
const nameOf = (logicalId: string): string =>
  /NestedStack(\w+)NestedStackResource[0-9A-F]{8}$/.exec(logicalId)?.[1] ?? logicalId;

const open = (
  name: string,
  template: Template,
  fileOf: (logicalId: string) => string,
  parent?: Opened['parent'],
): Opened => {
  const nested = new Map<string, Opened>();
  const opened: Opened = { name, template, nested, ...(parent && { parent }) };
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type !== NESTED) continue;
    const parameters = (Properties.Parameters ?? {}) as Record<string, unknown>;
    const inner = JSON.parse(readFileSync(fileOf(id), 'utf8')) as Template;
    nested.set(id, open(nameOf(id), inner, fileOf, { opened, parameters }));
  }
  return opened;
};

const plain = (value: unknown, inside: Opened): unknown => {
  if (Array.isArray(value)) return value.map((one) => plain(one, inside));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  if (Ref !== undefined) {
    const { parent, template } = inside;
    if (Ref in template.Resources) return { Ref: inside.name + Ref };
    return parent && Ref in parent.parameters ? plain(parent.parameters[Ref], parent.opened) : value;
  }
  if (attribute !== undefined) {
    const [id, name] = attribute;
    const stack = inside.nested.get(id);
    if (!stack) return { 'Fn::GetAtt': [inside.name + id, name] };
    const output = stack.template.Outputs?.[name.replace(/^Outputs\./, '')];
    if (!output) throw new Error(`${stack.name} has no output ${name}.`);
    return plain(output.Value, stack);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner, inside)]));
};

const stacksOf = (opened: Opened): readonly Opened[] => [
  opened,
  ...[...opened.nested.values()].flatMap(stacksOf),
];

export interface Flattened {
  readonly resources: Readonly<Record<string, Resource>>;
  /** The outputs of the importer's stack. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Every template, by its stack's name; the importer's own has none. */
  readonly templates: ReadonlyMap<string, Template>;
}

/** `fileOf` gives the template's file for the resource of a nested stack. */
export const flatten = (template: Template, fileOf: (logicalId: string) => string): Flattened => {
  const stacks = stacksOf(open('', template, fileOf));
  const resources = stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources)
      .filter(([, { Type }]) => Type !== NESTED)
      .map(([id, { DependsOn = [], Properties, ...rest }]): [string, Resource] => [
        stack.name + id,
        {
          ...rest,
          Properties: plain(Properties, stack) as Resource['Properties'],
          DependsOn: [DependsOn].flat().map((one) => stack.name + one),
        },
      ]),
  );
  const [root] = stacks as [Opened];
  return {
    resources: Object.fromEntries(resources),
    outputs: Object.fromEntries(
      Object.entries(root.template.Outputs ?? {}).map(([name, { Value }]) => [name, plain(Value, root)]),
    ),
    templates: new Map(stacks.map((stack) => [stack.name, stack.template])),
  };
};
