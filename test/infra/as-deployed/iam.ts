import { leadingKeys, list, matches, type Statement } from '../policies.ts';
import type { Deployed } from './template.ts';

/** One call to an AWS service, with the facts that decide its authorisation. */
export interface Call {
  /** Id of the function that made it. */
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  /** Condition keys, with all their values. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** The smallest part of a statement that could be removed: one action, and one partition if the statement names any. */
export interface Grant {
  readonly holder: string;
  readonly statement: string;
  readonly action: string;
  readonly partition?: string;
}

export const grantText = ({ holder, statement, action, partition }: Grant): string =>
  `${holder}: ${statement} ${action}${partition === undefined ? '' : ` ${partition}`}`;

type Operator = (wanted: readonly string[], found: readonly string[]) => boolean;

const someMatch: Operator = (wanted, found) =>
  found.some((value) => wanted.some((pattern) => matches(pattern, value)));
const someEqual: Operator = (wanted, found) => found.some((value) => wanted.includes(value));

/** The condition operators of IAM that the template uses; any other fails the test. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: someEqual,
  StringLike: someMatch,
  StringNotEquals: (wanted, found) => !someEqual(wanted, found),
  ArnEquals: someEqual,
  ArnNotEquals: (wanted, found) => !someEqual(wanted, found),
  'ForAllValues:StringLike': (wanted, found) =>
    found.every((value) => wanted.some((pattern) => matches(pattern, value))),
  'ForAllValues:StringEquals': (wanted, found) => found.every((value) => wanted.includes(value)),
  'ForAnyValue:StringEquals': someEqual,
  Null: ([wanted], found) => (wanted === 'true') === (found.length === 0),
};

const holds = (statement: Statement, call: Call): boolean =>
  Object.entries(statement.Condition ?? {}).every(([operator, keys]) => {
    const test = OPERATORS[operator];
    if (!test) throw new Error(`The condition operator ${operator} is not known to this test.`);
    return Object.entries(keys).every(([key, wanted]) =>
      test(list(wanted as string | string[]).map(String), call.context[key] ?? []),
    );
  });

const covers = (statement: Statement, call: Call): boolean =>
  list(statement.Action).some((pattern) => matches(String(pattern), call.action)) &&
  (statement.Resource === undefined ||
    list(statement.Resource as string | string[]).some((pattern) =>
      matches(String(pattern), call.resource),
    )) &&
  holds(statement, call);

const principalsOf = ({ Principal }: Statement): readonly string[] => {
  if (Principal === '*') return ['*'];
  return list((Principal as { AWS?: string | string[] } | undefined)?.AWS).map(String);
};

/** Decides as AWS does in one account: by identity policies, and for KMS by the key policy, which may defer to them. */
export const openIam = (deployed: Deployed) => {
  const used = new Set<string>();
  const root = `arn:aws:iam::${deployed.account}:root`;
  const keys = new Map(deployed.keys.map(({ arn, statements }) => [arn, statements]));

  const note = (holder: string, statement: Statement, call: Call): void => {
    const held = leadingKeys(statement);
    const partitions =
      held === undefined
        ? [undefined]
        : held.filter((pattern) =>
            (call.context['dynamodb:LeadingKeys'] ?? []).some((key) => matches(pattern, key)),
          );
    for (const partition of partitions) {
      used.add(
        grantText({
          holder,
          statement: String(statement.Sid),
          action: call.action,
          ...(partition !== undefined && { partition }),
        }),
      );
    }
  };

  const byIdentity = (call: Call): boolean => {
    const covering = deployed.roleStatements(call.caller).filter((statement) => covers(statement, call));
    if (covering.some(({ Effect }) => Effect === 'Deny')) return false;
    for (const statement of covering) note(call.caller, statement, call);
    return covering.length > 0;
  };

  const byKeyPolicy = (call: Call): boolean => {
    const role = deployed.roleArn(call.caller);
    const withPrincipal = { ...call, context: { ...call.context, 'aws:PrincipalArn': [role] } };
    const covering = (keys.get(call.resource) ?? []).filter((statement) => covers(statement, withPrincipal));
    const forRole = covering.filter((statement) =>
      principalsOf(statement).some((principal) => principal === role || principal === '*'),
    );
    if (forRole.some(({ Effect }) => Effect === 'Deny')) return false;
    const direct = forRole.filter(({ Effect }) => Effect === 'Allow');
    for (const statement of direct) note(call.caller, statement, call);
    if (direct.length > 0) return true;
    const handedOver = covering.some(
      (statement) => statement.Effect === 'Allow' && principalsOf(statement).includes(root),
    );
    return handedOver && byIdentity(call);
  };

  return {
    allows: (call: Call): boolean => (call.action.startsWith('kms:') ? byKeyPolicy(call) : byIdentity(call)),

    /** All grants of these functions that no call so far has needed. */
    unused: (functions: readonly string[]): readonly string[] => {
      const granted = functions.flatMap((holder) => [
        ...deployed.roleStatements(holder).flatMap((statement) => grantsOf(holder, statement)),
        ...deployed.keys.flatMap(({ statements }) =>
          statements
            .filter(({ Effect }) => Effect === 'Allow')
            .filter((statement) => principalsOf(statement).includes(deployed.roleArn(holder)))
            .flatMap((statement) => grantsOf(holder, statement)),
        ),
      ]);
      return [...new Set(granted.map(grantText))].filter((text) => !used.has(text)).sort();
    },

    /** Whether another function has used the same grant: action, statement and partition. */
    isUsedBySomebody: (grant: string): boolean => {
      const same = grant.replace(/^[^:]+/, '');
      return [...used].some((text) => text.endsWith(same));
    },

    usedBy: (holder: string): readonly string[] => [...used].filter((text) => text.startsWith(`${holder}: `)),
  };
};

const grantsOf = (holder: string, statement: Statement): readonly Grant[] =>
  list(statement.Action).flatMap((action): readonly Grant[] => {
    const grant = { holder, statement: String(statement.Sid), action: String(action) };
    const partitions = leadingKeys(statement);
    return partitions === undefined ? [grant] : partitions.map((partition) => ({ ...grant, partition }));
  });

export type Iam = ReturnType<typeof openIam>;
