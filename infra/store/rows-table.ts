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

/** The longest time for which DynamoDB recovers a table. */
export const MAX_RECOVERY_DAYS = 35;

interface RowsTableProps {
  readonly key: IKey;
  /** The statements that grant rows of this table begin with it. */
  readonly sid: 'Rows' | 'PersonalRows' | 'DataKeys';
  /** Days for which the table can be recovered as it was: the longest time unless given. */
  readonly recoveryDays?: number;
}

/**
 * A table. Partition keys tell rows of different kinds apart, and so do the grants: a function gets the
 * partitions that it works on. Nobody gets `Scan`, because conditions on keys do not apply to it.
 */
export class RowsTable extends Construct {
  readonly table: TableV2;
  readonly #key: IKey;
  readonly #sid: string;

  constructor(scope: Construct, id: string, { key, sid, recoveryDays = MAX_RECOVERY_DAYS }: RowsTableProps) {
    super(scope, id);
    this.#key = key;
    this.#sid = sid;
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: DYNAMODB_SCHEMA.partitionKey, type: AttributeType.STRING },
      sortKey: { name: DYNAMODB_SCHEMA.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: DYNAMODB_SCHEMA.timeToLiveAttribute,
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.customerManagedKey(key),
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: recoveryDays,
      },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  get name(): string {
    return this.table.tableName;
  }

  grant(grantee: IGrantable, rows: Rows): void {
    this.grantRows(grantee, rows);
    grantTableKey(grantee, 'RowsKey', this.#key, writes(rows));
  }

  /** One statement for each action, so that unused actions can be seen. The grantee also needs the table's key. */
  grantRows(grantee: IGrantable, rows: Rows): void {
    for (const action of ['get', 'query', 'put', 'delete', 'check'] as const) {
      const keys = rows[action] ?? [];
      if (keys.length === 0) continue;
      const sid = `${this.#sid}${action[0]?.toUpperCase()}${action.slice(1)}`;
      this.#grant(grantee, sid, ACTIONS[action], keys);
    }
  }

  /** One statement for actions that all concern the same partition, because a role's policies have little room. */
  grantPartition(grantee: IGrantable, partition: string, actions: readonly (keyof Rows)[]): void {
    this.#grant(
      grantee,
      this.#sid,
      actions.flatMap((action) => ACTIONS[action]),
      [partition],
    );
  }

  #grant(grantee: IGrantable, sid: string, actions: readonly string[], keys: readonly string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        sid,
        actions: [...actions],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] } },
      }),
    );
  }
}

export const writes = ({ put = [], delete: deleted = [] }: Rows): boolean => put.length + deleted.length > 0;

/** The actions on a table's key that DynamoDB performs in the caller's name. */
export const grantTableKey = (grantee: IGrantable, sid: string, key: IKey, isWritten: boolean): void => {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      sid,
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        ...(isWritten ? ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'] : []),
      ],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': viaService(key, 'dynamodb') } },
    }),
  );
};

export const viaService = (scope: Construct, service: string): string =>
  `${service}.${Stack.of(scope).region}.amazonaws.com`;
