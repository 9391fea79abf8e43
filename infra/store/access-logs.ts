import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { CDN_LOG_PREFIX } from './cdn-logs.ts';

/** The bucket in which buckets, the load balancer and the CDN log their requests. */
export class AccessLogs extends Bucket {
  constructor(scope: Construct, id: string, { logDays, cdnLogDays }: Settings['retention']) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // CloudFront's log delivery writes by ACL, and cannot use a key of this account.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: [
        {
          prefix: CDN_LOG_PREFIX,
          expiration: Duration.days(cdnLogDays),
          noncurrentVersionExpiration: Duration.days(1),
        },
        {
          expiration: Duration.days(logDays),
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
