import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { addPeriod, type Period } from '../../lib/trust-domain/trust-domain.ts';
import type { PersonalGrants, Rows } from '../lambda/grants.ts';
import { refusal } from '../refusal.ts';
import { grantTableKey, MAX_RECOVERY_DAYS, RowsTable, writes } from './rows-table.ts';

const DAY_MS = 86_400_000;

/**
 * Days for which the table of data keys can be recovered: at most the time after which a destroyed key has no copy any more.
 * A month counts as its shortest. Fault: `configuration-invalid`.
 */
export const daysOfCopies = (dataKeyCopies: Period): number => {
  const from = Date.UTC(2025, 1, 1);
  const days = Math.floor((addPeriod(new Date(from), dataKeyCopies).getTime() - from) / DAY_MS);
  if (days >= 1 && days <= MAX_RECOVERY_DAYS) return days;
  throw refusal([
    `the trust domain's retention.dataKeyCopies is ${days} days; on AWS it is 1 to ${MAX_RECOVERY_DAYS}, because DynamoDB keeps the copies of data keys and cannot keep them for longer: write for instance P30D`,
  ]);
};

/** The one partition of data keys (lib/keys/kms-data-keys.ts). */
const DATA_KEYS = 'data-keys';

const KEY_ACTIONS = {
  list: ['query'],
  open: ['get'],
  make: ['get', 'put'],
  destroy: ['get', 'delete'],
} as const satisfies Record<PersonalGrants['dataKeys'][number], readonly (keyof Rows)[]>;

/**
 * What names persons, apart from everything else: a table of items, a table of the data keys that seal them, and the KMS key
 * under which both tables and each data key are. An item is unreadable when its data key is gone, so copies of data keys end
 * early and by themselves, while copies of items stay as long as other rows.
 */
export class PersonalData extends Construct {
  readonly key: Key;
  readonly rows: RowsTable;
  readonly dataKeys: RowsTable;

  constructor(scope: Construct, id: string, { dataKeyCopies }: { readonly dataKeyCopies: Period }) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Personal data and their data keys',
      enableKeyRotation: true,
      // Multi-Region, because a key cannot become so later and a second site opens data keys with it.
      multiRegion: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { key } = this;
    this.rows = new RowsTable(this, 'Rows', { key, sid: 'PersonalRows' });
    const recoveryDays = daysOfCopies(dataKeyCopies);
    this.dataKeys = new RowsTable(this, 'DataKeys', { key, sid: 'DataKeys', recoveryDays });
  }

  grant(role: IRole, { rows, dataKeys }: PersonalGrants): void {
    if (rows) this.rows.grantRows(role, rows);
    const actions = [...new Set(dataKeys.flatMap((right) => KEY_ACTIONS[right]))];
    this.dataKeys.grantPartition(role, DATA_KEYS, actions);
    const isWritten = dataKeys.includes('make') || dataKeys.includes('destroy') || writes(rows ?? {});
    grantTableKey(role, 'PersonalTablesKey', this.key, isWritten);
    if (dataKeys.includes('open')) this.#grantKey(role, 'DataKeyOpen', 'kms:Decrypt');
    if (dataKeys.includes('make')) this.#grantKey(role, 'DataKeyMake', 'kms:GenerateDataKey');
  }

  /** On the function's own calls, which name a data key and nothing else: not on those by which DynamoDB opens the tables. */
  #grantKey(role: IRole, sid: string, action: string): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid,
        actions: [action],
        resources: [this.key.keyArn],
        conditions: {
          'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['data-key'] },
          Null: { 'kms:EncryptionContextKeys': 'false' },
        },
      }),
    );
  }
}
