import { describe, expect, it } from 'vitest';
import { allows, list, named, policiesOf, roleStatements, type Statement } from './policies.ts';
import { PLACE, privateSettings, publicSettings, standIn, synthesise } from './synthesised.ts';

/**
 * Services of AWS that send to our resources: alarms to the topic, S3 and EventBridge to queues and functions, logs to
 * their bucket. A service has no IAM policy, so the resource's own policy must admit it. A resource policy that only
 * denies (plain HTTP, say) replaces the default policy that would admit it, and then messages are lost in silence.
 */
interface Sending {
  readonly service: string;
  readonly action: string;
  /** Logical id of the receiver. */
  readonly to: string;
  /** Logical id of the sender, if policies may name it. */
  readonly from: string;
  /** The common beginning of the keys in a bucket. */
  readonly prefix?: string;
}

const KINDS = [
  ['public', publicSettings],
  ['private', privateSettings],
] as const;

describe.each(KINDS)('messages of services in a %s network', (kind, settings) => {
  const made = synthesise(settings(), { codeOf: standIn });
  const { ofType, resources, roleId } = made;
  const { account, region } = PLACE;

  /** Everything in the template that sends to a topic, a queue, a function or a bucket. */
  const sendings: readonly Sending[] = [
    ...ofType('AWS::CloudWatch::Alarm').flatMap(([from, { Properties }]) =>
      ['AlarmActions', 'OKActions', 'InsufficientDataActions']
        .flatMap((state) => list(Properties[state] as readonly unknown[] | undefined))
        .map((topic) => ({
          service: 'cloudwatch.amazonaws.com',
          action: 'sns:Publish',
          to: named(topic) ?? '',
          from,
        })),
    ),
    ...ofType('AWS::S3::Bucket').flatMap(([from, { Properties }]): Sending[] => {
      const { QueueConfigurations = [], ...others } = (Properties.NotificationConfiguration ?? {}) as {
        QueueConfigurations?: { Queue: unknown }[];
      };
      expect(others, 'a way of telling that this test does not know').toEqual({});
      return QueueConfigurations.map(({ Queue }) => ({
        service: 's3.amazonaws.com',
        action: 'sqs:SendMessage',
        to: named(Queue) ?? '',
        from,
      }));
    }),
    ...ofType('AWS::S3::Bucket').flatMap(([from, { Properties }]): Sending[] => {
      const logging = Properties.LoggingConfiguration as Record<string, unknown> | undefined;
      if (!logging) return [];
      const { DestinationBucketName, LogFilePrefix } = logging;
      return [
        {
          service: 'logging.s3.amazonaws.com',
          action: 's3:PutObject',
          to: named(DestinationBucketName) ?? '',
          from,
          prefix: String(LogFilePrefix),
        },
      ];
    }),
    ...ofType('AWS::Events::Rule').flatMap(([from, { Properties }]) =>
      (Properties.Targets as { Arn: unknown; DeadLetterConfig?: { Arn: unknown } }[]).flatMap(
        ({ Arn, DeadLetterConfig }): Sending[] => [
          { service: 'events.amazonaws.com', action: 'lambda:InvokeFunction', to: named(Arn) ?? '', from },
          {
            service: 'events.amazonaws.com',
            action: 'sqs:SendMessage',
            to: named(DeadLetterConfig?.Arn) ?? '',
            from,
          },
        ],
      ),
    ),
    ...ofType('AWS::ElasticLoadBalancingV2::LoadBalancer').map(([from, { Properties }]) => {
      const attribute = (wanted: string): unknown =>
        (Properties.LoadBalancerAttributes as { Key: string; Value: unknown }[]).find(
          ({ Key }) => Key === `access_logs.s3.${wanted}`,
        )?.Value;
      return {
        service: 'delivery.logs.amazonaws.com',
        action: 's3:PutObject',
        to: named(attribute('bucket')) ?? '',
        from,
        prefix: `${attribute('prefix')}/AWSLogs/${account}/`,
      };
    }),
  ];

  const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
    'AWS::SNS::Topic': 'AWS::SNS::TopicPolicy',
    'AWS::SQS::Queue': 'AWS::SQS::QueuePolicy',
    'AWS::S3::Bucket': 'AWS::S3::BucketPolicy',
  };

  /** The statements of that resource's policy; a function's permissions are statements of its policy. */
  const statementsOn = (id: string): readonly Statement[] => {
    const type = resources[id]?.Type ?? '';
    if (type === 'AWS::Lambda::Function') {
      return ofType('AWS::Lambda::Permission')
        .filter(([, { Properties }]) => named(Properties.FunctionName) === id)
        .map(([, { Properties }]) => ({
          Effect: 'Allow',
          Action: String(Properties.Action),
          Principal: { Service: Properties.Principal },
          Condition: { ArnLike: { 'aws:SourceArn': Properties.SourceArn } },
        }));
    }
    const policy = RESOURCE_POLICIES[type];
    if (policy === undefined) throw new Error(`${id} (${type}) is nothing that this test knows.`);
    return policiesOf(made, policy, id);
  };

  /** Whether the condition limits the sender to this account or to this very sender. Any other condition refuses it. */
  const isMet = ({ Condition = {} }: Statement, from: string): boolean =>
    Object.values(Condition)
      .flatMap((keys) => Object.entries(keys))
      .every(
        ([key, value]) =>
          (key === 'aws:SourceAccount' && value === account) ||
          (key === 'aws:SourceArn' && named(value) === from) ||
          (key === 'aws:SourceArn' && isAnyRule(value) && resources[from]?.Type === 'AWS::Events::Rule') ||
          (key === 's3:x-amz-acl' && value === 'bucket-owner-full-control'),
      );

  /** All rules of this account and Region: a queue in another stack cannot name a rule, because the rule names it. */
  const isAnyRule = (value: unknown): boolean => value === `arn:aws:events:${region}:${account}:rule/*`;

  /** Whether a statement covers the resource itself, or its objects whose keys begin with the prefix. */
  const covers = ({ Resource }: Statement, { to, prefix }: Sending): boolean => {
    if (Resource === undefined || Resource === '*') return prefix === undefined;
    if (prefix === undefined) return named(Resource) === to;
    const [, [bucket, path] = []] =
      (Resource as { 'Fn::Join'?: [string, [unknown, string]] })['Fn::Join'] ?? [];
    return named(bucket) === to && path === `/${prefix}*`;
  };

  const lets = (statement: Statement, sending: Sending): boolean =>
    allows(statement, sending.action) &&
    list((statement.Principal as { Service?: string | string[] }).Service).includes(sending.service) &&
    covers(statement, sending) &&
    isMet(statement, sending.from);

  it('are admitted by the policy of the receiver', () => {
    const services = new Set(sendings.map(({ service }) => service));
    expect([...services].sort()).toEqual(
      [
        'cloudwatch.amazonaws.com',
        'events.amazonaws.com',
        'logging.s3.amazonaws.com',
        kind === 'public' ? 's3.amazonaws.com' : 'delivery.logs.amazonaws.com',
      ].sort(),
    );
    const lost = sendings.filter(
      (sending) => !statementsOn(sending.to).some((statement) => lets(statement, sending)),
    );
    expect(lost).toEqual([]);
  });

  it('can be encrypted by their sender, if they are under a key of ours', () => {
    const keyOf = ({ to }: Sending): string | undefined => {
      const { KmsMasterKeyId } = resources[to]?.Properties ?? {};
      return named(KmsMasterKeyId);
    };
    const encrypted = sendings.filter((sending) => keyOf(sending) !== undefined);
    expect(encrypted.length).toBeGreaterThan(0);
    for (const sending of encrypted) {
      const { KeyPolicy } = resources[keyOf(sending) ?? '']?.Properties ?? {};
      const { Statement: statements } = KeyPolicy as { Statement: Statement[] };
      for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
        const needed = { service: sending.service, action, to: '', from: sending.from };
        expect(
          statements.some((statement) => lets(statement, needed)),
          `${sending.service} ${action}`,
        ).toBe(true);
      }
    }
    // Buckets for logs have no key of ours, because the senders of logs could not use it.
    for (const { to, prefix } of sendings) {
      if (prefix !== undefined)
        expect(JSON.stringify(resources[to]?.Properties.BucketEncryption)).toContain('AES256');
    }
  });

  it('end at mail addresses, and in dead letters that the functions may write', () => {
    const protocols = ofType('AWS::SNS::Subscription').map(([, { Properties }]) => Properties.Protocol);
    expect(protocols).toEqual(['email']);
    const roles = new Map(
      [...made.service.functions.keys()].map((id) => [made.functionId(id), roleStatements(made, roleId(id))]),
    );
    const dying = ofType('AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
      const queue = named((Properties.DeadLetterConfig as { TargetArn: unknown } | undefined)?.TargetArn);
      return queue === undefined ? [] : [{ id, queue }];
    });
    expect(dying.length).toBeGreaterThan(5);
    const lost = dying.filter(
      ({ id, queue }) =>
        !roles
          .get(id)
          ?.some((statement) => allows(statement, 'sqs:SendMessage') && named(statement.Resource) === queue),
    );
    expect(lost).toEqual([]);
  });
});
