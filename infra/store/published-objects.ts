import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
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
import type { Settings } from '../settings.ts';
import { viaService } from './rows-table.ts';

/** Every CRL ever signed, and the log's tiles: written once, read by the functions that hand them over, kept under lock. */
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
          // What is deleted is gone for readers at once. Its bytes stay until their lock is over as well.
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

  grantReadCrls(grantee: IGrantable): void {
    this.#grant(grantee, 'CrlsRead', 'crl/*', ['s3:GetObject'], ['kms:Decrypt']);
  }

  grantListCrls(grantee: IGrantable): void {
    this.grantReadCrls(grantee);
    this.#grantList(grantee);
  }

  /** Reading besides, because a put whose answer was lost looks whether it went through. */
  grantPublishCrls(grantee: IGrantable): void {
    this.#grant(grantee, 'CrlsPublish', 'crl/*', WRITE, WRITE_KEY);
  }

  /** With the list, without which S3 answers for what is not there as for what is forbidden. */
  grantReadLog(grantee: IGrantable): void {
    this.#grant(grantee, 'LogRead', 'log/*', ['s3:GetObject'], ['kms:Decrypt']);
    this.#grantList(grantee);
  }

  grantExtendLog(grantee: IGrantable): void {
    this.#grant(grantee, 'LogExtend', 'log/*', WRITE, WRITE_KEY);
    this.#grantList(grantee);
  }

  grantReadReports(grantee: IGrantable): void {
    this.#grant(grantee, 'ReportsRead', 'reports/*', ['s3:GetObject'], ['kms:Decrypt']);
  }

  grantMakeReports(grantee: IGrantable): void {
    this.#grant(grantee, 'ReportsMake', 'reports/*', WRITE, WRITE_KEY);
  }

  grantExpireReports(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'ReportsExpire',
        actions: ['s3:DeleteObject'],
        resources: [this.bucket.arnForObjects('reports/*')],
      }),
    );
  }

  #grantList(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ sid: 'List', actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
  }

  #grant(grantee: IGrantable, sid: string, prefix: string, actions: string[], keyActions: string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ sid, actions, resources: [this.bucket.arnForObjects(prefix)] }),
    );
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        sid: `${sid}Key`,
        actions: keyActions,
        resources: [this.#key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': viaService(this, 's3') } },
      }),
    );
  }
}

const WRITE = ['s3:PutObject', 's3:GetObject'];
const WRITE_KEY = ['kms:GenerateDataKey', 'kms:Decrypt'];
