import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { crlFloor, responderFloor } from '../../lib/status/status.ts';
import type { AuthorityDefinition } from '../../lib/trust-domain/trust-domain.ts';
import type { ServiceFunction } from '../lambda/service-function.ts';
import type { BatchQueues } from '../store/batch-queues.ts';

interface OperationsProps {
  readonly name: string;
  readonly key: Key;
  readonly email: string;
  readonly authorities: readonly AuthorityDefinition[];
  readonly functions: ReadonlyMap<string, ServiceFunction>;
  readonly ocsp: ServiceFunction;
  readonly deadLetters: IQueue;
  readonly batchQueues: BatchQueues;
  /** The queues of the CDN's access logs, where there is a CDN. */
  readonly cdnLogs?: { readonly queue: IQueue; readonly deadLetters: IQueue } | undefined;
}

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
const DAY = Duration.days(1);

/**
 * Alarms to the operators, and one dashboard that shows the state of the service. docs/runbook.md says what to do at
 * each alarm.
 */
export class Operations extends Construct {
  /** Name of the alarm that an operator raises by hand, to see whether the mail comes. */
  readonly deadLettersAlarm: string;
  readonly #topic: Topic;

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    this.#topic = this.#alarms(props);
    const own = (metricName: string, statistic: string, ca?: string): Metric =>
      new Metric({
        namespace: 'Akashi',
        metricName,
        statistic,
        period: FIVE_MINUTES,
        ...(ca !== undefined && { dimensionsMap: { CA: ca } }),
      });

    const crls = props.authorities.map(({ ca }) => own('CrlSecondsLeft', 'Minimum', ca));
    const responders = props.authorities.map(({ ca }) => own('ResponderDaysLeft', 'Minimum', ca));
    const unsequenced = own('OldestUnsequencedRecord', 'Maximum');
    const throttled = own('KmsThrottled', 'Sum');
    props.authorities.forEach(({ ca, crl, ocsp }, i) => {
      this.#below(
        `${ca}-crl`,
        crls[i] as Metric,
        crlFloor(crl),
        `The CRL of ${ca} was not published when it was due`,
      );
      const life = (ocsp.validity.months * 30 * 86_400 + ocsp.validity.seconds) / 86_400;
      this.#below(
        `${ca}-responder`,
        responders[i] as Metric,
        responderFloor(life),
        `The OCSP responder of ${ca} was not renewed when it was due`,
      );
    });
    this.#above(
      'unsequenced',
      unsequenced,
      300,
      'Records wait for more than five minutes for their leaf in the log',
      {
        missing: TreatMissingData.BREACHING,
      },
    );
    this.#above(
      'rows-set-aside',
      own('RowsSetAside', 'Maximum'),
      0,
      'The ledger has set rows aside that it did not write so: somebody has written to the table',
    );
    this.#above(
      'crl-alarms',
      own('CrlAlarms', 'Maximum'),
      0,
      'The task that publishes CRLs found rows or files that the service did not write so: somebody has written there',
    );
    this.#above(
      'table-behind',
      own('LeavesBehind', 'Maximum'),
      0,
      'The table is older than its log: nothing is issued, and OCSP answers tryLater',
    );
    this.#above(
      'kms-throttled',
      throttled,
      0,
      'KMS throttles requests: CA keys or responder keys are asked too much',
    );

    const ocspErrors = props.ocsp.lambda.metricErrors({ period: FIVE_MINUTES });
    const ocspP99 = props.ocsp.lambda.metricDuration({ period: FIVE_MINUTES, statistic: 'p99' });
    this.#above('ocsp-errors', ocspErrors, 0, 'The OCSP function fails');
    this.#above('ocsp-p99', ocspP99, 1000, 'One OCSP answer in a hundred takes more than a second', {
      periods: 3,
    });

    const depth = props.deadLetters.metricApproximateNumberOfMessagesVisible({
      period: MINUTE,
      statistic: 'Maximum',
    });
    this.deadLettersAlarm = this.#above(
      'dead-letters',
      depth,
      0,
      'A scheduled task failed three times; its event is in the dead-letter queue',
    );

    this.#watchBatches(props.batchQueues);
    if (props.cdnLogs) this.#watchCdnLogs(props.cdnLogs);

    const functions = [...props.functions.values()];
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.name,
      widgets: [
        [
          graph('CRLs: seconds until nextUpdate', crls),
          graph('OCSP responders: days until their certificates end', responders),
        ],
        [
          graph('OCSP: errors', [ocspErrors]),
          graph('OCSP: milliseconds', [
            props.ocsp.lambda.metricDuration({ period: FIVE_MINUTES, statistic: 'p50' }),
            ocspP99,
          ]),
          graph('OCSP: invocations', [props.ocsp.lambda.metricInvocations({ period: FIVE_MINUTES })]),
        ],
        [
          graph('Oldest record without a leaf: seconds', [unsequenced]),
          graph('KMS: throttled requests', [throttled]),
          graph('Dead letters', [depth]),
        ],
        [
          graph(
            'Errors of all functions',
            functions.map(({ lambda, node }) => lambda.metricErrors({ label: node.id })),
          ),
        ],
      ],
    });
  }

  #alarms({ key, email }: OperationsProps): Topic {
    const topic = new Topic(this, 'Alarms', { masterKey: key, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    const alarms = (actions: string[], resource: string): PolicyStatement =>
      new PolicyStatement({
        sid: 'AlarmsToTopic',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions,
        resources: [resource],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      });
    // A topic with a policy of its own, such as the refusal of plain HTTP, loses SNS's default policy, which lets the
    // account's alarms publish.
    topic.addToResourcePolicy(alarms(['sns:Publish'], topic.topicArn));
    key.addToResourcePolicy(alarms(['kms:Decrypt', 'kms:GenerateDataKey'], '*'));
    return topic;
  }

  #watchBatches({ submissions, examinations, deadLetters }: BatchQueues): void {
    const most = { period: FIVE_MINUTES, statistic: 'Maximum' };
    this.#above(
      'batch-dead-letters',
      deadLetters.metricApproximateNumberOfMessagesVisible(most),
      0,
      'Work on a file of requests failed five times; the schedule tries it again, and its message is in the dead letters',
    );
    for (const [name, queue] of Object.entries({ submissions, examinations }))
      this.#above(
        `batch-${name}-waiting`,
        queue.metricApproximateAgeOfOldestMessage(most),
        3600,
        `Work on a file of requests has waited for an hour (${name})`,
      );
  }

  #watchCdnLogs({ queue, deadLetters }: NonNullable<OperationsProps['cdnLogs']>): void {
    const most = { period: FIVE_MINUTES, statistic: 'Maximum' };
    this.#above(
      'cdn-log-dead-letters',
      deadLetters.metricApproximateNumberOfMessagesVisible(most),
      0,
      'An access log of the CDN could not be counted; its message is in the dead letters of these',
    );
    this.#above(
      'cdn-logs-waiting',
      queue.metricApproximateAgeOfOldestMessage(most),
      6 * 3600,
      'An access log of the CDN has waited for six hours to be counted',
    );
    this.#alarm(
      'cdn-logs-missing',
      queue.metricNumberOfMessagesSent({ period: DAY, statistic: 'Sum' }),
      1,
      'No access log of the CDN has come for a day, though somebody always asks for a CRL',
      {
        operator: ComparisonOperator.LESS_THAN_THRESHOLD,
        missing: TreatMissingData.BREACHING,
        periods: 1,
      },
    );
  }

  #below(id: string, metric: IMetric, threshold: number, description: string): void {
    // A missing measurement is as bad as a low one.
    this.#alarm(id, metric, threshold, description, {
      operator: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.BREACHING,
      periods: 3,
    });
  }

  #above(
    id: string,
    metric: IMetric,
    threshold: number,
    description: string,
    options: { readonly missing?: TreatMissingData; readonly periods?: number } = {},
  ): string {
    return this.#alarm(id, metric, threshold, description, {
      operator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      missing: options.missing ?? TreatMissingData.NOT_BREACHING,
      periods: options.periods ?? 1,
    });
  }

  #alarm(
    id: string,
    metric: IMetric,
    threshold: number,
    alarmDescription: string,
    how: { operator: ComparisonOperator; missing: TreatMissingData; periods: number },
  ): string {
    const action = new SnsAction(this.#topic);
    const alarm = new Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      comparisonOperator: how.operator,
      evaluationPeriods: how.periods,
      treatMissingData: how.missing,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm.alarmName;
  }
}

const graph = (title: string, left: IMetric[]): GraphWidget =>
  new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 } });
