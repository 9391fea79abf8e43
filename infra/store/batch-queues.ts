import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { BatchQueue } from '../lambda/grants.ts';
import { type ServiceFunction, TASK_TIMEOUT } from '../lambda/service-function.ts';

/** How often a message is tried before it goes to the dead letters. The schedule goes on with the work then. */
const TURNS = 5;

/** Offices whose files are worked on at the same time. */
const AT_ONCE = 10;

/**
 * The queues that carry work on files of requests, one for each function that does it. They are FIFO: the messages of an office are a
 * group of their own, so that one office's file holds up no other one's.
 */
export class BatchQueues extends Construct {
  readonly submissions: Queue;
  readonly examinations: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const kept = {
      fifo: true,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', kept);
    const queue = (name: string): Queue =>
      new Queue(this, name, {
        ...kept,
        // As long as the function may take: a message that failed keeps its office waiting no longer than it must.
        visibilityTimeout: TASK_TIMEOUT,
        deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: TURNS },
      });
    this.submissions = queue('Submissions');
    this.examinations = queue('Examinations');
  }

  /** Lets a function ask for work. */
  grantSend({ role }: ServiceFunction): void {
    role.addToPolicy(
      new PolicyStatement({
        sid: 'BatchWorkAsked',
        actions: ['sqs:SendMessage'],
        resources: [this.submissions.queueArn, this.examinations.queueArn],
      }),
    );
  }

  /** Has a function take the messages of a queue, one after another in each office, and lets it ask for more of the same work. */
  grantWork({ role, lambda, node }: ServiceFunction, from: BatchQueue): void {
    const queue = this[from];
    role.addToPolicy(
      new PolicyStatement({
        sid: 'BatchWork',
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
        resources: [queue.queueArn],
      }),
    );
    new EventSourceMapping(lambda.stack, `${node.id}-work`, {
      target: lambda,
      eventSourceArn: queue.queueArn,
      batchSize: 1,
      maxConcurrency: AT_ONCE,
    }).node.addDependency(role);
  }
}
