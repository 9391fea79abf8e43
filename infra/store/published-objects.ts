import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Grants } from '../lambda/grants.ts';
import { acknowledge, referenceIn } from '../nag.ts';
import type { Settings } from '../settings.ts';
import { viaService } from './rows-table.ts';

/**
 * Every CRL ever signed, and the log's tiles. They are written once, kept under lock, and read by the functions that
 * serve them.
 */
export class PublishedObjects extends Construct {
  readonly bucket: Bucket;
  readonly #key: IKey;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly key: IKey; readonly accessLogs: IBucket; readonly retention: Settings['retention'] },
  ) {
    super(scope, id);
    this.#key = props.key;
    const { objectLockYears, objectLockMode } = props.retention;
    const duration = Duration.days(objectLockYears * 366);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        objectLockMode === 'COMPLIANCE'
          ? ObjectLockRetention.compliance(duration)
          : ObjectLockRetention.governance(duration),
      lifecycleRules: [
        {
          // Readers no longer see a deleted report. Its bytes stay until their lock is over as well.
          id: 'deleted-reports',
          prefix: 'reports/',
          noncurrentVersionExpiration: Duration.days(1),
          expiredObjectDeleteMarker: true,
        },
      ],
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: 'published/',
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  get name(): string {
    return this.bucket.bucketName;
  }

  /** Grants the role these rights on objects of each kind. */
  grant(
    role: IRole,
    grants: Pick<Grants, 'bucketFormat' | 'crls' | 'log' | 'reports' | 'actKeys' | 'proofs'>,
  ): void {
    const { bucketFormat, crls, log, reports, actKeys, proofs } = grants;
    if (bucketFormat) this.#grant(role, 'FormatMark', 'format', WRITE, WRITE_KEY);
    if (crls === 'read' || crls === 'list') this.#grant(role, 'CrlsRead', 'crl/*', READ, READ_KEY);
    if (crls === 'list') this.#grantList(role);
    // Publishing includes reading: if the answer to a put is lost, the function reads whether the put succeeded.
    if (crls === 'publish') this.#grant(role, 'CrlsPublish', 'crl/*', WRITE, WRITE_KEY);
    if (log === 'read') this.#grant(role, 'LogRead', 'log/*', READ, READ_KEY);
    if (log === 'extend') {
      this.#grant(role, 'LogExtend', 'log/*', WRITE, WRITE_KEY);
      this.#grant(role, 'LogBatches', 'log-batches/*', [...WRITE, 's3:DeleteObject'], WRITE_KEY);
    }
    // Without the right to list, S3 answers for an absent object as for a forbidden one.
    if (log || bucketFormat || actKeys || proofs) this.#grantList(role);
    const { read = [], put = [] } = proofs ?? {};
    const halves = [...(actKeys?.sign ?? []), ...(actKeys?.make === 'all' ? [] : (actKeys?.make ?? []))];
    const kinds = [...new Set(halves)].sort();
    this.#grant(role, 'ProofsRead', [...read, ...put, ...kinds.flatMap(objectsOfKey)], READ, READ_KEY);
    const made = actKeys?.make === 'all' ? ALL_KEYS : (actKeys?.make ?? []).flatMap(objectsOfKey);
    this.#grant(role, 'ProofsPut', [...put, ...made], WRITE, WRITE_KEY);
    if (reports === 'read') this.#grant(role, 'ReportsRead', 'reports/*', READ, READ_KEY);
    if (reports === 'make') this.#grant(role, 'ReportsMake', 'reports/*', WRITE, WRITE_KEY);
    if (reports === 'expire') this.#grant(role, 'ReportsExpire', 'reports/*', ['s3:DeleteObject']);
  }

  #grantList(role: IRole): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({ sid: 'List', actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
  }

  #grant(
    role: IRole,
    sid: string,
    names: string | readonly string[],
    actions: string[],
    keyActions?: string[],
  ): void {
    const prefixes = widest([names].flat());
    if (prefixes.length === 0) return;
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid,
        actions,
        resources: prefixes.map((prefix) => this.bucket.arnForObjects(prefix)),
      }),
    );
    if (keyActions) {
      role.addToPrincipalPolicy(
        new PolicyStatement({
          sid: `${sid}Key`,
          actions: keyActions,
          resources: [this.#key.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': viaService(this, 's3') } },
        }),
      );
    }
    const many = prefixes.filter((prefix) => prefix.includes('*'));
    if (many.length === 0) return;
    acknowledge(
      role,
      'AwsSolutions-IAM5',
      many.map((prefix) => `Resource::${referenceIn(role, this.bucket)}/${prefix}`),
      'Each CRL, tile and proof is an object of its own; the role is held to those of its kind.',
    );
  }
}

/** Without names that another one of them covers: a role's policies have little room. */
const widest = (names: readonly string[]): readonly string[] =>
  [...new Set(names)]
    .filter(
      (name) =>
        !names.some((other) => other !== name && other.endsWith('*') && name.startsWith(other.slice(0, -1))),
    )
    .sort();

/** The public and the sealed half of the keys of a kind (lib/acts/key-objects.ts, lib/keys/kms-sealed-halves.ts). */
const objectsOfKey = (kind: string): readonly string[] => [
  `act-keys/${kind}-*`,
  `act-keys-closed/${kind}-*`,
  `act-keys-sealed/act-${kind}-*`,
];
const ALL_KEYS = ['act-keys/*', 'act-keys-sealed/*'];

const READ = ['s3:GetObject'];
const READ_KEY = ['kms:Decrypt'];
const WRITE = ['s3:PutObject', 's3:GetObject'];
const WRITE_KEY = ['kms:GenerateDataKey', 'kms:Decrypt'];
