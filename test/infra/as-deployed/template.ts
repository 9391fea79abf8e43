import { list, roleStatements, type Statement } from '../policies.ts';
import type { Resource, Synthesised } from '../synthesised.ts';

/** A synthesised template with its intrinsic functions resolved, and with names and ARNs, as in an account. */
export interface Deployed {
  readonly region: string;
  readonly account: string;
  resolve(value: unknown): unknown;
  arnOf(logicalId: string): string;
  /** Physical name of the first resource of that type, or of the one that is asked for. */
  nameOf(logicalId: string): string;
  environmentOf(functionId: string): Readonly<Record<string, string>>;
  /** Every statement of the function's role. */
  roleStatements(functionId: string): readonly Statement[];
  roleArn(functionId: string): string;
  /** KMS keys by ARN, with their policies. */
  readonly keys: readonly {
    readonly arn: string;
    readonly spec: string;
    readonly statements: readonly Statement[];
  }[];
  /** DynamoDB tables by name, with the ARN of the key of each. The first one is that of the rows. */
  readonly tables: ReadonlyMap<string, string>;
  /** ARNs of KMS keys by alias. */
  readonly aliases: ReadonlyMap<string, string>;
}

export const deploy = (
  made: Synthesised,
  { region, account }: { region: string; account: string },
): Deployed => {
  const { resources, ofType, functionId, roleId } = made;
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': 'Akashi',
  };

  const typeOf = (id: string): string => {
    const found = resources[id]?.Type;
    if (found === undefined) throw new Error(`The template refers to ${id}, which it does not have.`);
    return found;
  };

  const nameOf = (id: string): string => {
    switch (typeOf(id)) {
      case 'AWS::S3::Bucket':
        return id.toLowerCase();
      case 'AWS::Cognito::UserPool':
        return `${region}_${id}`;
      case 'AWS::KMS::Key':
        return `mrk-${id.toLowerCase()}`;
      case 'AWS::SecretsManager::Secret':
        return `arn:aws:secretsmanager:${region}:${account}:secret:${id}`;
      default:
        return id;
    }
  };

  const arnOf = (id: string): string => {
    const name = nameOf(id);
    switch (typeOf(id)) {
      case 'AWS::S3::Bucket':
        return `arn:aws:s3:::${name}`;
      case 'AWS::DynamoDB::GlobalTable':
        return `arn:aws:dynamodb:${region}:${account}:table/${name}`;
      case 'AWS::KMS::Key':
        return `arn:aws:kms:${region}:${account}:key/${name}`;
      case 'AWS::IAM::Role':
        return `arn:aws:iam::${account}:role/${name}`;
      case 'AWS::Lambda::Function':
        return `arn:aws:lambda:${region}:${account}:function:${name}`;
      case 'AWS::Logs::LogGroup':
        return `arn:aws:logs:${region}:${account}:log-group:${name}:*`;
      case 'AWS::SecretsManager::Secret':
        return name;
      case 'AWS::Cognito::UserPool':
        return `arn:aws:cognito-idp:${region}:${account}:userpool/${name}`;
      case 'AWS::SQS::Queue':
        return `arn:aws:sqs:${region}:${account}:${name}`;
      default:
        return `arn:aws:unknown:${region}:${account}:${name}`;
    }
  };

  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined) {
      const [name, argument] = only;
      if (name === 'Ref') return pseudo[argument as string] ?? nameOf(argument as string);
      if (name === 'Fn::GetAtt') {
        const [id, attribute] = argument as [string, string];
        if (attribute === 'Arn') return arnOf(id);
        if (attribute === 'KeyId') return nameOf(id);
        return `${id}.${attribute}`;
      }
      if (name === 'Fn::Join') {
        const [separator, parts] = argument as [string, unknown[]];
        return (resolve(parts) as string[]).join(separator);
      }
      if (name.startsWith('Fn::')) throw new Error(`${name} is not resolved by this test.`);
    }
    return Object.fromEntries(entries.map(([name, inner]) => [name, resolve(inner)]));
  };

  const statementsOf = (document: unknown): readonly Statement[] =>
    list((resolve(document) as { Statement: Statement | Statement[] }).Statement);

  const named = (id: string): Resource => {
    const found = resources[id];
    if (!found) throw new Error(`There is no resource ${id}.`);
    return found;
  };

  // Every call to the cloud asks for the statements of its caller's role.
  const statementsByFunction = new Map<string, readonly Statement[]>();
  const statementsOfRole = (id: string): readonly Statement[] =>
    roleStatements(made, roleId(id)).map((statement) => resolve(statement) as Statement);

  return {
    region,
    account,
    resolve,
    arnOf,
    nameOf,
    environmentOf: (id) => {
      const { Environment } = named(functionId(id)).Properties as { Environment?: { Variables: unknown } };
      return resolve(Environment?.Variables ?? {}) as Record<string, string>;
    },
    roleStatements: (id) => {
      const statements = statementsByFunction.get(id) ?? statementsOfRole(id);
      statementsByFunction.set(id, statements);
      return statements;
    },
    roleArn: (id) => arnOf(roleId(id)),
    keys: ofType('AWS::KMS::Key').map(([id, { Properties }]) => ({
      arn: arnOf(id),
      spec: String(Properties.KeySpec ?? 'SYMMETRIC_DEFAULT'),
      statements: statementsOf(Properties.KeyPolicy),
    })),
    tables: new Map(
      ofType('AWS::DynamoDB::GlobalTable').map(([id, { Properties }]) => {
        const [replica] = Properties.Replicas as [{ SSESpecification: { KMSMasterKeyId: unknown } }];
        return [nameOf(id), String(resolve(replica.SSESpecification.KMSMasterKeyId))];
      }),
    ),
    aliases: new Map(
      ofType('AWS::KMS::Alias').map(([, { Properties }]) => [
        String(resolve(Properties.AliasName)),
        String(resolve(Properties.TargetKeyId)).replace(/^(?!arn:)/, `arn:aws:kms:${region}:${account}:key/`),
      ]),
    ),
  };
};
