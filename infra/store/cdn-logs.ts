import { type CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption, QueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type ServiceFunction, TASK_TIMEOUT } from '../lambda/service-function.ts';
import { acknowledge, referenceIn } from '../nag.ts';

/** The prefix for CloudFront's logs in the bucket for access logs. */
export const CDN_LOG_PREFIX = 'publication/';

/** How often the function tries a file before a person has to look at it. */
const TURNS = 5;

/**
 * The way of the CDN's access logs into the ledger: S3 sends a message to a queue for each new file, and the function
 * takes the message from there. The message of a file that cannot be counted ends in the dead letters.
 *
 * The queue is beside the bucket, which names it. It is not beside the function, whose role names the bucket: stacks
 * may refer to each other in one direction only.
 */
export class CdnLogs extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly #bucket: Bucket;

  constructor(scope: Construct, id: string, props: { readonly bucket: Bucket }) {
    super(scope, id);
    this.#bucket = props.bucket;
    const kept = {
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...kept, enforceSSL: true });
    this.queue = new Queue(this, 'Delivered', {
      ...kept,
      enforceSSL: true,
      // Lambda's documentation asks for six times the function's timeout, so that no message is delivered again
      // meanwhile.
      visibilityTimeout: Duration.seconds(6 * TASK_TIMEOUT.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: TURNS },
    });
    this.#tell();
  }

  /**
   * Lets the function take messages out of the queue and read the files. It also lists the files, to find those without
   * a message.
   */
  grantCount({ role, lambda, node }: ServiceFunction): void {
    const bucket = this.#bucket;
    role.addToPolicy(
      new PolicyStatement({
        sid: 'Deliveries',
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        sid: 'CdnLogsRead',
        actions: ['s3:GetObject'],
        resources: [bucket.arnForObjects(`${CDN_LOG_PREFIX}*`)],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        sid: 'CdnLogsList',
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': `${CDN_LOG_PREFIX}*` } },
      }),
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5',
      [`Resource::${referenceIn(role, bucket)}/${CDN_LOG_PREFIX}*`],
      'Each access log is an object of its own; the role is held to those of the CDN.',
    );
    new EventSourceMapping(lambda.stack, `${node.id}-deliveries`, {
      target: lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    }).node.addDependency(role);
  }

  /**
   * The notification is configured on the bucket itself. The CDK's own way is a function with a role of its own that
   * changes the bucket after the deployment. S3 checks the queue's policy when the configuration is made, so the policy
   * must exist before the bucket and cannot name it; it names the account instead.
   */
  #tell(): void {
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
    const made = this.#bucket.node.defaultChild as CfnBucket;
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
