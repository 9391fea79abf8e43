import { type CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption, QueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ServiceFunction } from '../lambda/service-function.ts';

/** Where in the bucket for access logs CloudFront puts its own. */
export const CDN_LOG_PREFIX = 'publication/';

/** How often a file is tried before somebody has to look at it. */
const TURNS = 5;

/**
 * The CDN's access logs on their way into the ledger: S3 puts a message into a queue for each file that comes, and the
 * function takes it from there. A file that cannot be counted ends in the dead letters.
 */
export class CdnLogs extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly bucket: Bucket; readonly counting: ServiceFunction; readonly timeout: Duration },
  ) {
    super(scope, id);
    const { bucket, counting, timeout } = props;
    const kept = {
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...kept, enforceSSL: true });
    this.queue = new Queue(this, 'Delivered', {
      ...kept,
      enforceSSL: true,
      // Six times the function's time, as Lambda's documentation wants it, so that no message comes twice meanwhile.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: TURNS },
    });
    this.#tell(bucket);

    counting.role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'Deliveries',
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
      }),
    );
    new EventSourceMapping(this, 'Counting', {
      target: counting.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    }).node.addDependency(counting.role);
  }

  /**
   * The configuration stands in the bucket itself: the CDK's own way is a function that changes the bucket after the
   * deployment, with a role of its own. S3 asks the queue's policy when the configuration is made, so that policy comes
   * before the bucket and cannot name it; it names the account instead.
   */
  #tell(bucket: Bucket): void {
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'S3TellsOfFiles',
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const policy = this.queue.node.children.find((child) => child instanceof QueuePolicy);
    const made = bucket.node.defaultChild as CfnBucket;
    made.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: this.queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: CDN_LOG_PREFIX }] } },
        },
      ],
    };
    if (policy) made.addResourceDependency(policy.node.defaultChild as CfnResource);
  }
}
