import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import type { ServiceFunction } from '../lambda/service-function.ts';
import { acknowledge } from '../nag.ts';
import type { Settings } from '../settings.ts';
import { AccessLogs } from './access-logs.ts';
import { BatchQueues } from './batch-queues.ts';
import { CdnLogs } from './cdn-logs.ts';
import { HandOver } from './hand-over.ts';
import { PersonalData } from './personal-data.ts';
import { PublishedObjects } from './published-objects.ts';
import { RowsTable } from './rows-table.ts';
import { Tokens } from './tokens.ts';

/**
 * Everything that the service keeps: rows, objects, the users of its tokens, access logs, and failed events. It is in
 * the importer's own stack, because `cdk import` cannot bring a restored table into a nested one. The stacks of the
 * functions refer to it, and it refers to none of them.
 */
export class Store extends Construct {
  readonly key: Key;
  readonly table: RowsTable;
  /** What names persons, under a key of its own. */
  readonly personal: PersonalData;
  readonly objects: PublishedObjects;
  readonly handOver: HandOver;
  readonly accessLogs: AccessLogs;
  /** Events of tasks that failed for good. An alarm watches this queue. */
  readonly deadLetters: Queue;
  readonly batchQueues: BatchQueues;
  /** Undefined where there is no CDN. */
  readonly cdnLogs: CdnLogs | undefined;
  /** Undefined where there is no door for tokens. */
  readonly tokens: Tokens | undefined;

  constructor(
    scope: Construct,
    id: string,
    { network, retention }: Settings,
    { retention: periods }: Pick<TrustDomain, 'retention'>,
  ) {
    super(scope, id);
    this.key = new Key(this, 'DataKey', {
      description: 'Rows, published objects and alarms',
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.accessLogs = new AccessLogs(this, 'AccessLogs', retention);
    const { key, accessLogs } = this;
    this.table = new RowsTable(this, 'Rows', { key, sid: 'Rows' });
    this.personal = new PersonalData(this, 'PersonalData', periods);
    this.objects = new PublishedObjects(this, 'Objects', { key, accessLogs, retention });
    this.handOver = new HandOver(this, 'HandOver', { key, accessLogs });
    this.deadLetters = this.#makeDeadLetters();
    this.batchQueues = new BatchQueues(this, 'BatchQueues');
    const open = network.kind === 'public';
    this.cdnLogs = open ? new CdnLogs(this, 'CdnLogs', { bucket: accessLogs }) : undefined;
    this.tokens = open ? new Tokens(this, 'Tokens') : undefined;
  }

  /** Lets the function read the logs that the CDN delivered. */
  grantCountCdnLogs(fn: ServiceFunction): void {
    this.cdnLogs?.grantCount(fn);
  }

  /**
   * EventBridge sends an event here when it could not deliver it to a function. The policy names every rule of this
   * account and Region, because the rules themselves are in stacks that refer to this queue.
   */
  #makeDeadLetters(): Queue {
    const queue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'RulesOfTheAccount',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: {
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'events',
              resource: 'rule',
              resourceName: '*',
            }),
          },
        },
      }),
    );
    acknowledge(
      queue,
      'AwsSolutions-SQS3',
      [],
      'It is itself for dead letters: functions and rules name it as theirs in the stacks that refer to it.',
    );
    return queue;
  }
}
