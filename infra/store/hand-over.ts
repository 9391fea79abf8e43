import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, referenceIn } from '../nag.ts';
import { viaService } from './rows-table.ts';

/**
 * The bucket for answers that are too large for API Gateway or the load balancer. Each waits until the caller has
 * fetched it by a URL that is valid for minutes. It says who was told what about whom, so it stays no longer than a
 * day, without lock and versions.
 */
export class HandOver extends Construct {
  readonly bucket: Bucket;
  readonly #key: IKey;

  constructor(scope: Construct, id: string, props: { readonly key: IKey; readonly accessLogs: IBucket }) {
    super(scope, id);
    this.#key = props.key;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [
        { expiration: Duration.days(1), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: 'handed-over/',
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  get name(): string {
    return this.bucket.bucketName;
  }

  /**
   * To write a file and to abort an interrupted upload. To read too, because a presigned URL has the rights of its
   * signer.
   */
  grant(role: IRole): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'HandOver',
        actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:GetObject'],
        resources: [this.bucket.arnForObjects('*')],
      }),
    );
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'HandOverKey',
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [this.#key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': viaService(this, 's3') } },
      }),
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5',
      [`Resource::${referenceIn(role, this.bucket)}/*`],
      'Each file that is handed over is an object of its own, in a bucket that has nothing else.',
    );
  }
}
