import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { DYNAMODB_SCHEMA } from '../../lib/store/dynamodb-schema.ts';
import type { Rows } from '../lambda/grants.ts';

const ACTIONS = {
  get: ['dynamodb:GetItem'],
  query: ['dynamodb:Query'],
  put: ['dynamodb:PutItem'],
  delete: ['dynamodb:DeleteItem'],
  check: ['dynamodb:ConditionCheckItem'],
} as const satisfies Record<keyof Rows, readonly string[]>;

/**
 * The one table. Partition keys tell rows of different kinds apart, and so do the grants: a function gets the
 * partitions that it works on. Nobody gets `Scan`, because conditions on keys do not apply to it.
 */
export class RowsTable extends Construct {
  readonly table: TableV2;
  readonly #key: IKey;

  constructor(scope: Construct, id: string, props: { readonly key: IKey }) {
    super(scope, id);
    this.#key = props.key;
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: DYNAMODB_SCHEMA.partitionKey, type: AttributeType.STRING },
      sortKey: { name: DYNAMODB_SCHEMA.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: DYNAMODB_SCHEMA.timeToLiveAttribute,
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.customerManagedKey(props.key),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  get name(): string {
    return this.table.tableName;
  }

  /** One statement for each action, so that unused actions can be seen. */
  grant(grantee: IGrantable, rows: Rows): void {
    for (const action of ['get', 'query', 'put', 'delete', 'check'] as const) {
      const keys = rows[action] ?? [];
      if (keys.length === 0) continue;
      grantee.grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({
          sid: `Rows${action[0]?.toUpperCase()}${action.slice(1)}`,
          actions: [...ACTIONS[action]],
          resources: [this.table.tableArn],
          conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] } },
        }),
      );
    }
    const writes = (rows.put?.length ?? 0) + (rows.delete?.length ?? 0) > 0;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'RowsKey',
        // The actions on the key that DynamoDB performs in the caller's name.
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          ...(writes ? ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'] : []),
        ],
        resources: [this.#key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': viaService(this, 'dynamodb') } },
      }),
    );
  }
}

export const viaService = (scope: Construct, service: string): string =>
  `${service}.${Stack.of(scope).region}.amazonaws.com`;
