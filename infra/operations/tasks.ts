import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ServiceFunction } from '../lambda/service-function.ts';

/** What the service does by itself, and where events go that could not be got done: an alarm watches that place. */
export class Tasks extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  every(minutes: number, fn: ServiceFunction): void {
    new Rule(this, `${fn.node.id}-every`, {
      description: `Runs ${fn.node.id} every ${minutes} minutes`,
      schedule: Schedule.rate(Duration.minutes(minutes)),
      targets: [
        new LambdaTarget(fn.lambda, {
          event: RuleTargetInput.fromObject({}),
          deadLetterQueue: this.deadLetters,
          retryAttempts: 2,
          maxEventAge: Duration.minutes(Math.max(minutes, 5)),
        }),
      ],
    });
  }
}
