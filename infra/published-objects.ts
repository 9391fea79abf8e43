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
import { viaService } from './rows-table.ts';
import type { Settings } from './settings.ts';

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
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: 'published/',
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  get name(): string {
    return this.bucket.bucketName;
  }

  grantReadCrls(grantee: IGrantable): void {
    this.#grant(grantee, 'CrlsRead', ['s3:GetObject'], ['kms:Decrypt']);
  }

  /** Reading besides, because a put whose answer was lost looks whether it went through. */
  grantPublishCrls(grantee: IGrantable): void {
    this.#grant(
      grantee,
      'CrlsPublish',
      ['s3:PutObject', 's3:GetObject'],
      ['kms:GenerateDataKey', 'kms:Decrypt'],
    );
  }

  #grant(grantee: IGrantable, sid: string, actions: string[], keyActions: string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ sid, actions, resources: [this.bucket.arnForObjects('crl/*')] }),
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
