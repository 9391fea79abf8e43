import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CfnElement, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { z } from 'zod';
import { writeDirectory } from '../functions/lambda/directory.ts';
import type {
  BareEnv,
  BundlingEnv,
  CdnLogsEnv,
  CeremonyEnv,
  DisclosingEnv,
  GaugesEnv,
  HandingEnv,
  IssuingEnv,
  PublishedEnv,
  RenewingEnv,
  ReportingEnv,
  ResponderEnv,
  RowsEnv,
  SequencingEnv,
  SigningEnv,
} from '../lib/env.ts';
import { LOG_KEY } from '../lib/keys/keys.ts';
import { digestOf, readTrustDomain, type TrustDomain } from '../lib/trust-domain/trust-domain.ts';
import { CeremonyRoles } from './authority/ceremony-roles.ts';
import { Door, domainName, type Entry } from './doors/door.ts';
import { PrivateDoor } from './doors/private-door.ts';
import { Publication } from './doors/publication.ts';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from './functions.ts';
import { CaKeys } from './keys/ca-keys.ts';
import { SealingKey } from './keys/sealing-key.ts';
import { bundle, type Front, ROOT } from './lambda/bundle.ts';
import { type Grants, type RouteFunction, type TaskFunction, together } from './lambda/grants.ts';
import { type Placement, ServiceFunction } from './lambda/service-function.ts';
import { acknowledge } from './nag.ts';
import { PrivateNetwork } from './network/private-network.ts';
import { Operations } from './operations/operations.ts';
import { Tasks } from './operations/tasks.ts';
import { type PublicNetwork, publicUrls, type Settings } from './settings.ts';
import { CDN_LOG_PREFIX, CdnLogs } from './store/cdn-logs.ts';
import { HandOver } from './store/hand-over.ts';
import { PublishedObjects } from './store/published-objects.ts';
import { RowsTable } from './store/rows-table.ts';
import { Tokens } from './store/tokens.ts';

type Input<S extends z.core.$ZodType> = z.input<S>;

/** The environment of each kind of function, as lib/env.ts has it: what is missing here does not compile. */
interface Environments {
  bare: Input<typeof BareEnv>;
  responder: Input<typeof ResponderEnv>;
  gauges: Input<typeof GaugesEnv>;
  rows: Input<typeof RowsEnv>;
  published: Input<typeof PublishedEnv>;
  issuing: Input<typeof IssuingEnv>;
  signing: Input<typeof SigningEnv>;
  sequencing: Input<typeof SequencingEnv>;
  disclosing: Input<typeof DisclosingEnv>;
  bundling: Input<typeof BundlingEnv>;
  handing: Input<typeof HandingEnv>;
  reporting: Input<typeof ReportingEnv>;
  renewing: Input<typeof RenewingEnv>;
  cdnLogs: Input<typeof CdnLogsEnv>;
  ceremony: Input<typeof CeremonyEnv>;
}

export interface AkashiStackProps extends StackProps {
  readonly settings: Settings;
  /** How functions are bundled; tests that look at the template alone need not wait for it. */
  readonly bundle?: typeof bundle;
}

const TASK_TIMEOUT = Duration.minutes(5);

/** The whole service: what it keeps, the functions, and the doors to them. */
export class AkashiStack extends Stack {
  /** Every function by its id, for whoever looks at the stack from outside. */
  readonly functions = new Map<string, ServiceFunction>();
  readonly #settings: Settings;
  readonly #trustDomain: TrustDomain;
  readonly #trustDomainText: string;
  readonly #table: RowsTable;
  readonly #objects: PublishedObjects;
  readonly #handOver: HandOver;
  readonly #closed: PrivateNetwork | undefined;
  readonly #caKeys: CaKeys;
  readonly #sealingKey: SealingKey;
  readonly #tokens: Tokens | undefined;
  readonly #placement: Placement | undefined;
  readonly #bundle: typeof bundle;
  readonly #accessLogs: Bucket;

  constructor(scope: Construct, id: string, props: AkashiStackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    const { settings } = props;
    this.#settings = settings;
    this.#bundle = props.bundle ?? bundle;
    this.#trustDomainText = readFileSync(join(ROOT, settings.trustDomain), 'utf8');
    this.#trustDomain = readTrustDomain(this.#trustDomainText);
    const { authorities } = this.#trustDomain;
    const { network, retention } = settings;

    const key = new Key(this, 'DataKey', {
      description: 'Rows, published objects and alarms',
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.#accessLogs = this.#makeAccessLogs();
    const accessLogs = this.#accessLogs;
    this.#table = new RowsTable(this, 'Rows', { key });
    this.#objects = new PublishedObjects(this, 'Objects', { key, accessLogs, retention });
    this.#handOver = new HandOver(this, 'HandOver', { key, accessLogs });
    this.#caKeys = new CaKeys(this, 'CaKeys', {
      prefix: settings.name,
      authorities,
      log: LOG_KEY,
      keyDeletion: settings.keyDeletion,
    });
    this.#sealingKey = new SealingKey(this, 'SealingKey');
    this.#tokens = network.kind === 'public' ? new Tokens(this, 'Tokens') : undefined;
    const closed =
      network.kind === 'private'
        ? new PrivateNetwork(this, 'Network', { network, log: settings.log })
        : undefined;
    this.#closed = closed;
    this.#placement = closed?.placement;

    const entries = ROUTE_FUNCTIONS.map((fn) => ({ ...fn, fn: this.#routeFunction(fn) }));
    const tasks = new Tasks(this, 'Tasks');
    for (const task of TASK_FUNCTIONS) {
      if (task.publicOnly && network.kind !== 'public') continue;
      const fn = this.#taskFunction(task, tasks);
      if (task.everyMinutes !== undefined) tasks.every(task.everyMinutes, fn);
    }
    const cdnLogs =
      network.kind === 'public'
        ? new CdnLogs(this, 'CdnLogs', {
            bucket: accessLogs,
            counting: this.#function('cdn-log-delivery'),
            timeout: TASK_TIMEOUT,
          })
        : undefined;
    new CeremonyRoles(this, 'Ceremony', {
      ceremony: this.#function('ceremony'),
      consent: this.#function('ceremony-consent'),
      persons: settings.ceremony,
    });

    const open = entries.filter(({ doors }) => doors !== 'callers');
    const named = entries.filter(({ doors }) => doors !== 'public');
    if (network.kind === 'public') this.#publicDoors(network, open, named, accessLogs);
    else if (closed) new PrivateDoor(this, 'Door', { network, closed, open, all: entries, accessLogs });

    new Operations(this, 'Operations', {
      name: settings.name,
      key,
      email: settings.alarms.email,
      authorities,
      functions: this.functions,
      ocsp: this.#function('ocsp'),
      deadLetters: tasks.deadLetters,
      cdnLogs,
    });
    new CfnOutput(this, 'TableName', { value: this.#table.name });
    new CfnOutput(this, 'BucketName', { value: this.#objects.name });
    new CfnOutput(this, 'AccessLogsName', { value: accessLogs.bucketName });
    if (cdnLogs) {
      new CfnOutput(this, 'CdnLogDeadLetters', { value: cdnLogs.deadLetters.queueUrl });
      new CfnOutput(this, 'CdnLogDeadLettersArn', { value: cdnLogs.deadLetters.queueArn });
    }
    new CfnOutput(this, 'CeremonyFunction', { value: this.#function('ceremony').lambda.functionName });
    new CfnOutput(this, 'ConsentFunction', {
      value: this.#function('ceremony-consent').lambda.functionName,
    });
  }

  #function(id: string): ServiceFunction {
    const found = this.functions.get(id);
    if (!found) throw new Error(`There is no function ${id}.`);
    return found;
  }

  get #front(): Front {
    return this.#settings.network.kind === 'public' ? 'gateway' : 'loadBalancer';
  }

  #environment<K extends keyof Environments>(kind: K, id: string): Record<string, string> {
    const { name } = this.#settings;
    const tokens = this.#tokens && {
      TOKEN_ISSUER: this.#tokens.issuer,
      TOKEN_AUDIENCE: this.#tokens.audience,
    };
    const FUNCTION = id;
    const TABLE = this.#table.name;
    const rows = { FUNCTION, TABLE, PUBLIC_URLS: publicUrls(this.#settings), ...tokens };
    const BUCKET = this.#objects.name;
    const S3_ADDRESS = this.#closed?.s3Address;
    const published = { ...rows, BUCKET, S3_ADDRESS };
    const handing = { ...rows, HAND_OVER_BUCKET: this.#handOver.name, S3_ADDRESS };
    const KEY_ALIAS_PREFIX = name;
    const SEALING_KEY = this.#sealingKey.arn;
    const environments: Environments = {
      bare: { FUNCTION },
      responder: { FUNCTION, TABLE, SEALING_KEY, ...tokens },
      gauges: { FUNCTION, TABLE },
      rows,
      published,
      handing,
      reporting: { ...published, ...handing },
      issuing: { ...rows, KEY_ALIAS_PREFIX },
      signing: { ...rows, BUCKET, KEY_ALIAS_PREFIX },
      sequencing: { ...rows, BUCKET, KEY_ALIAS_PREFIX, ...logEnvironment(this.#settings) },
      disclosing: { ...rows, SEALING_KEY },
      bundling: { ...handing, SEALING_KEY },
      renewing: { ...rows, KEY_ALIAS_PREFIX, SEALING_KEY },
      cdnLogs: { ...rows, LOG_BUCKET: this.#accessLogs.bucketName, LOG_PREFIX: CDN_LOG_PREFIX },
      ceremony: { ...rows, BUCKET, KEY_ALIAS_PREFIX, SEALING_KEY },
    };
    const chosen: Readonly<Record<string, string | undefined>> = environments[kind];
    return Object.fromEntries(
      Object.entries(chosen).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  }

  #routeFunction(props: RouteFunction): ServiceFunction {
    const { id, part } = props;
    const files: Record<string, string> =
      part === 'bare'
        ? {}
        : part === 'responder'
          ? { 'directory.json': writeDirectory(this.#trustDomain, digestOf(this.#trustDomainText)) }
          : { 'trust-domain.json': this.#trustDomainText };
    const fn = new ServiceFunction(this, id, {
      name: id,
      bundle: this.#bundle(props, files, this.#front),
      environment: this.#environment(part, id),
      // API Gateway waits for thirty seconds at most; what makes a file takes nearly all of them.
      timeout: Duration.seconds(props.handOver ? 29 : 10),
      logRetention: this.#settings.retention.logDays as RetentionDays,
      placement: this.#placement,
    });
    this.#grant(fn, props);
    return fn;
  }

  #taskFunction(props: TaskFunction, tasks: Tasks): ServiceFunction {
    const { id, environment, everyMinutes, behindCdn, closed } = props;
    const byHand = everyMinutes === undefined && !behindCdn;
    const files: Record<string, string> =
      environment === 'gauges' ? {} : { 'trust-domain.json': this.#trustDomainText };
    const fn = new ServiceFunction(this, id, {
      name: id,
      bundle: this.#bundle(props, files, this.#front),
      environment: this.#environment(environment, id),
      timeout: byHand ? Duration.minutes(15) : TASK_TIMEOUT,
      logRetention: this.#settings.retention.logDays as RetentionDays,
      placement: this.#placement,
      ...(closed && { reservedConcurrency: 0 }),
      // The CDN, or the person, waits for the answer, and hears of a failure.
      ...(!byHand && !behindCdn && { deadLetters: tasks.deadLetters }),
    });
    this.#grant(fn, props);
    return fn;
  }

  #grant(
    fn: ServiceFunction,
    {
      rows,
      crls,
      log,
      reports,
      caKeys,
      responderKeys,
      disclosureKey,
      cdnLogs,
      handOver,
      rowsForCrlReferences,
    }: Grants,
  ): void {
    const { role } = fn;
    this.functions.set(fn.node.id, fn);
    const referring = this.#trustDomain.authorities.some(({ ocsp }) => ocsp.crlReferences);
    if (rows) this.#table.grant(role, referring ? together(rows, rowsForCrlReferences ?? {}) : rows);
    if (crls === 'read') this.#objects.grantReadCrls(role);
    if (crls === 'list') this.#objects.grantListCrls(role);
    if (crls === 'publish') this.#objects.grantPublishCrls(role);
    if (log === 'read') this.#objects.grantReadLog(role);
    if (log === 'extend') {
      this.#objects.grantExtendLog(role);
      this.#caKeys.grantSignLog(role);
    }
    if (reports === 'read') this.#objects.grantReadReports(role);
    if (reports === 'make') this.#objects.grantMakeReports(role);
    if (reports === 'expire') this.#objects.grantExpireReports(role);
    if (caKeys === 'sign') this.#caKeys.grantSign(role);
    if (responderKeys === 'make') this.#sealingKey.grantMake(role);
    if (responderKeys === 'use') this.#sealingKey.grantUse(role);
    if (disclosureKey) this.#sealingKey.grantDisclosure(role, disclosureKey);
    if (cdnLogs) this.#grantReadCdnLogs(role);
    if (handOver) this.#grantHandOver(role);
    const bucketArn = `<${this.getLogicalId(this.#objects.bucket.node.defaultChild as CfnElement)}.Arn>`;
    for (const prefix of [
      ...(crls ? ['crl'] : []),
      ...(log ? ['log'] : []),
      ...(reports ? ['reports'] : []),
    ]) {
      acknowledge(
        role,
        'AwsSolutions-IAM5',
        [`Resource::${bucketArn}/${prefix}/*`],
        'Each CRL and each tile is an object of its own; the role is held to those of its kind.',
      );
    }
  }

  #grantHandOver(role: Role): void {
    this.#handOver.grant(role);
    acknowledge(
      role,
      'AwsSolutions-IAM5',
      [`Resource::<${this.getLogicalId(this.#handOver.bucket.node.defaultChild as CfnElement)}.Arn>/*`],
      'Each file that is handed over is an object of its own, in a bucket that has nothing else.',
    );
  }

  /** With the list, for those of which nobody told. */
  #grantReadCdnLogs(role: Role): void {
    const { bucketArn } = this.#accessLogs;
    role.addToPolicy(
      new PolicyStatement({
        sid: 'CdnLogsRead',
        actions: ['s3:GetObject'],
        resources: [this.#accessLogs.arnForObjects(`${CDN_LOG_PREFIX}*`)],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        sid: 'CdnLogsList',
        actions: ['s3:ListBucket'],
        resources: [bucketArn],
        conditions: { StringLike: { 's3:prefix': `${CDN_LOG_PREFIX}*` } },
      }),
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5',
      [
        `Resource::<${this.getLogicalId(this.#accessLogs.node.defaultChild as CfnElement)}.Arn>/${CDN_LOG_PREFIX}*`,
      ],
      'Each access log is an object of its own; the role is held to those of the CDN.',
    );
  }

  #publicDoors(
    network: PublicNetwork,
    open: readonly Entry[],
    named: readonly Entry[],
    accessLogs: Bucket,
  ): void {
    const logRetention = this.#settings.retention.logDays as RetentionDays;
    const door = new Door(this, 'PublicDoor', {
      description: 'For everybody, behind the CDN',
      entries: open,
      logRetention,
      throttle: { rateLimit: 10_000, burstLimit: 5_000 },
    });
    const publication = new Publication(this, 'Publication', {
      publication: network.publication,
      crls: this.#function('crl-stream'),
      originHost: door.host,
      accessLogs,
    });
    new CfnOutput(this, 'PublicationTarget', { value: publication.distribution.distributionDomainName });

    if (network.certificates.clientCa !== undefined) {
      const domain = domainName(this, 'CertificateDomain', {
        ...network.certificates,
        clientCa: join(ROOT, network.certificates.clientCa),
      });
      new Door(this, 'CertificateDoor', {
        description: 'For callers with a client certificate',
        entries: named,
        logRetention,
        domain,
        throttle: { rateLimit: 1_000, burstLimit: 500 },
      });
      new CfnOutput(this, 'CertificateDoorTarget', { value: domain.regionalDomainName });
    }
    const tokenDomain = domainName(this, 'TokenDomain', network.tokens);
    new Door(this, 'TokenDoor', {
      description: 'For callers with a token',
      entries: named,
      logRetention,
      domain: tokenDomain,
      ...(this.#tokens && { authorizer: this.#tokens.authorizer }),
      throttle: { rateLimit: 1_000, burstLimit: 500 },
    });
    new CfnOutput(this, 'TokenDoorTarget', { value: tokenDomain.regionalDomainName });
  }

  #makeAccessLogs(): Bucket {
    return new Bucket(this, 'AccessLogs', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // Log delivery of CloudFront writes by ACL, and cannot use a key of ours.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: [
        {
          prefix: CDN_LOG_PREFIX,
          expiration: Duration.days(this.#settings.retention.cdnLogDays),
          noncurrentVersionExpiration: Duration.days(1),
        },
        {
          expiration: Duration.days(this.#settings.retention.logDays),
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

const logEnvironment = ({
  log,
}: Settings): Pick<Environments['sequencing'], `LOG_${string}` & keyof Environments['sequencing']> => ({
  ...(log.origin !== undefined && { LOG_ORIGIN: log.origin }),
  LOG_WITNESSES: log.witnesses.map(({ vkey, url }) => `${vkey} ${url}`).join(','),
  LOG_WITNESS_THRESHOLD: String(log.threshold),
});
