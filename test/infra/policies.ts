import type { Resource, Synthesised } from './synthesised.ts';

/** Reads the policies of a template. */

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

const statementsOf = (document: unknown): readonly Statement[] =>
  list((document as { Statement?: Statement | Statement[] } | undefined)?.Statement);

/** Logical id of what a `Ref` or `Fn::GetAtt` names. */
export const named = (value: unknown): string | undefined => {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  return Ref ?? attribute?.[0];
};

/** Every statement of a role: from its inline policies and from its attached policies. */
export const roleStatements = ({ ofType, resources }: Synthesised, role: string): readonly Statement[] => [
  ...ownStatements(resources[role]),
  ...ofType('AWS::IAM::Policy')
    .filter(([, { Properties }]) => list(Properties.Roles).some((attached) => named(attached) === role))
    .flatMap(([, { Properties }]) => statementsOf(Properties.PolicyDocument)),
];

const ownStatements = (role: Resource | undefined): readonly Statement[] =>
  list(role?.Properties.Policies as readonly { PolicyDocument: unknown }[] | undefined).flatMap(
    ({ PolicyDocument }) => statementsOf(PolicyDocument),
  );

/** Every statement of every role and policy, with the logical id of that resource. */
export const allStatements = ({
  ofType,
}: Synthesised): readonly { readonly id: string; readonly statement: Statement }[] => [
  ...ofType('AWS::IAM::Role').flatMap(([id, role]) =>
    ownStatements(role).map((statement) => ({ id, statement })),
  ),
  ...ofType('AWS::IAM::Policy').flatMap(([id, { Properties }]) =>
    statementsOf(Properties.PolicyDocument).map((statement) => ({ id, statement })),
  ),
];

export const keyStatements = ({ Properties }: Resource): readonly Statement[] =>
  statementsOf(Properties.KeyPolicy);

/** Statements of the policies of that type on a topic, a queue or a bucket, by its logical id. */
export const policiesOf = ({ ofType }: Synthesised, type: string, on: string): readonly Statement[] =>
  ofType(type)
    .filter(([, { Properties }]) =>
      list((Properties.Topics ?? Properties.Queues ?? Properties.Bucket) as unknown).some(
        (held) => named(held) === on,
      ),
    )
    .flatMap(([, { Properties }]) => statementsOf(Properties.PolicyDocument));

export const allows = (statement: Statement, action: string): boolean =>
  statement.Effect === 'Allow' && list(statement.Action).some((pattern) => matches(String(pattern), action));

/** IAM's wildcards. */
export const matches = (pattern: string, text: string): boolean => {
  const expression = expressions.get(pattern) ?? expressionOf(pattern);
  expressions.set(pattern, expression);
  return expression.test(text);
};

/** Compiled once a pattern: a test that drives the service matches some millions of times. */
const expressions = new Map<string, RegExp>();

const expressionOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );

/** Logical ids of the roles that a resource policy names; throws at a principal that is no role of the template. */
export const principalRoles = (statement: Statement): readonly string[] => {
  const { AWS } = statement.Principal as { AWS?: unknown };
  return list(AWS)
    .map((principal) => {
      const role = named(principal);
      if (role === undefined)
        throw new Error(`${statement.Sid}: ${JSON.stringify(principal)} is no role of ours`);
      return role;
    })
    .sort();
};

/** The partitions to which a statement on rows is limited; undefined if it has no limit. */
export const leadingKeys = (statement: Statement): readonly string[] | undefined => {
  const keys = statement.Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
  return keys === undefined ? undefined : list(keys as string | string[]);
};
