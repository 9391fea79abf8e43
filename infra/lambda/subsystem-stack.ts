import { Duration, NestedStack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { writeDirectory } from '../../functions/lambda/directory.ts';
import type { OriginSecrets } from '../doors/origin-secrets.ts';
import type { Subsystem } from '../functions.ts';
import { REQUESTS_PER_SECOND, type Settings } from '../settings.ts';
import type { Store } from '../store/store.ts';
import { TOKEN_USERS } from '../store/tokens.ts';
import type { TrustDomainFile } from '../trust-domain-file.ts';
import type { CodeOf } from './code.ts';
import { type Concurrency, instancesOf } from './concurrency.ts';
import {
  batchEnvironment,
  environmentOf,
  originEnvironment,
  pagesEnvironment,
  personalEnvironment,
} from './environments.ts';
import { type Grants, type RouteFunction, type TaskFunction, together } from './grants.ts';
import { type Placement, ServiceFunction, TASK_TIMEOUT } from './service-function.ts';

/** The inputs of every subsystem. */
export interface Means {
  readonly settings: Settings;
  readonly trustDomain: TrustDomainFile;
  readonly store: Store;
  /** In a closed network: the place of functions, and the address at which callers reach S3. */
  readonly closed: { readonly placement: Placement; readonly s3Address: string } | undefined;
  /** What the CDN shows to functions that are open to everybody; undefined where there is no CDN. */
  readonly originSecrets: OriginSecrets | undefined;
  readonly codeOf: CodeOf;
}

/**
 * The functions of a subsystem, their roles, and the schedules of its tasks. The roles get their grants on the store
 * here. The policies of the CA keys name the roles, so the keys are in a stack that comes after these.
 */
export class SubsystemStack extends NestedStack {
  /** By their ids. */
  readonly functions: ReadonlyMap<string, ServiceFunction>;
  readonly #means: Means;

  constructor(scope: Construct, { id, routes, tasks }: Subsystem, means: Means) {
    super(scope, id);
    this.#means = means;
    const isPublic = means.settings.network.kind === 'public';
    this.functions = new Map([
      ...routes.map((props) => [props.id, this.#routeFunction(props)] as const),
      ...tasks
        .filter(({ publicOnly }) => isPublic || !publicOnly)
        .map((props) => [props.id, this.#taskFunction(props)] as const),
    ]);
  }

  #routeFunction(props: RouteFunction): ServiceFunction {
    const { id, part } = props;
    const { trustDomain } = this.#means;
    const files: Record<string, string> =
      part === 'bare'
        ? {}
        : part === 'responder'
          ? { 'directory.json': writeDirectory(trustDomain.content, trustDomain.digest) }
          : { 'trust-domain.json': trustDomain.text };
    const fn = new ServiceFunction(this, id, {
      ...this.#common(props, part, files),
      handler: this.#means.closed ? 'index.behindBalancer' : 'index.handler',
      // API Gateway waits for thirty seconds at most. A function that makes a file takes nearly all of them.
      timeout: Duration.seconds(props.handOver || props.slow ? 29 : 10),
      ...this.#reserved(props.concurrency),
    });
    this.#grant(fn, props);
    if (props.doors !== 'callers') this.#means.originSecrets?.grantRead(fn);
    return fn;
  }

  #taskFunction(props: TaskFunction): ServiceFunction {
    const { id, environment, everyMinutes, behindCdn, closed } = props;
    // The messages of a queue have the dead letters of their queue.
    const byMessages = props.batchWork === 'submissions' || props.batchWork === 'examinations';
    const byHand = everyMinutes === undefined && !behindCdn && !byMessages;
    const files: Record<string, string> =
      environment === 'gauges' ? {} : { 'trust-domain.json': this.#means.trustDomain.text };
    const fn = new ServiceFunction(this, id, {
      ...this.#common(props, environment, files),
      handler: 'index.handler',
      timeout: byHand ? Duration.minutes(15) : TASK_TIMEOUT,
      ...this.#reserved(closed ? 0 : props.concurrency),
      // The CDN or the person who invokes these waits for the answer, and so sees a failure.
      ...(everyMinutes !== undefined && { deadLetters: this.#means.store.deadLetters }),
    });
    this.#grant(fn, props);
    if (everyMinutes !== undefined) this.#runEvery(everyMinutes, fn);
    return fn;
  }

  #reserved(concurrency: Concurrency | undefined): { readonly reservedConcurrency?: number } {
    if (concurrency === undefined) return {};
    const { network } = this.#means.settings;
    const perSecond = network.kind === 'public' ? network.publication.requestsPerSecond : REQUESTS_PER_SECOND;
    return { reservedConcurrency: instancesOf(concurrency, perSecond) };
  }

  #common(
    props: RouteFunction | TaskFunction,
    kind: Parameters<typeof environmentOf>[0],
    files: Readonly<Record<string, string>>,
  ) {
    const { settings, store, closed, codeOf, originSecrets } = this.#means;
    const open = 'doors' in props && props.doors !== 'callers';
    return {
      name: props.id,
      code: codeOf(props, files),
      environment: {
        ...environmentOf(kind, props.id, { settings, store, s3Address: closed?.s3Address }),
        ...(open && originSecrets && originEnvironment(originSecrets)),
        ...(props.personal && personalEnvironment(store)),
        ...(props.batchWork && batchEnvironment(store)),
        ...('routes' in props && props.routes.some(({ page }) => page) && pagesEnvironment(settings)),
      },
      logRetention: settings.retention.logDays as RetentionDays,
      placement: closed?.placement,
    };
  }

  #grant(fn: ServiceFunction, grants: Grants): void {
    const { store, trustDomain } = this.#means;
    const { role } = fn;
    const { rows, bucketFormat, crls, log, reports, cdnLogs, handOver, rowsForCrlReferences = {} } = grants;
    const { actKeys, proofs, tokenUsers, personal, batchWork } = grants;
    const referring = trustDomain.content.authorities.some(({ ocsp }) => ocsp.crlReferences);
    const further = [
      ...(referring ? [rowsForCrlReferences] : []),
      ...(store.tokens && tokenUsers ? [TOKEN_USERS[tokenUsers].rows] : []),
    ];
    if (rows) store.table.grant(role, further.length > 0 ? together(rows, ...further) : rows);
    if (personal) store.personal.grant(role, personal);
    if (tokenUsers) store.tokens?.grantUsers(role, tokenUsers);
    store.objects.grant(role, { bucketFormat, crls, log, reports, actKeys, proofs });
    if (cdnLogs) store.grantCountCdnLogs(fn);
    if (handOver) store.handOver.grant(role);
    if (batchWork === 'ask') store.batchQueues.grantSend(fn);
    else if (batchWork) store.batchQueues.grantWork(fn, batchWork);
  }

  #runEvery(minutes: number, fn: ServiceFunction): void {
    const target = new LambdaTarget(fn.lambda, {
      event: RuleTargetInput.fromObject({}),
      retryAttempts: 2,
      maxEventAge: Duration.minutes(Math.max(minutes, 5)),
    });
    new Rule(this, `${fn.node.id}-every`, {
      description: `Runs ${fn.node.id} every ${minutes} minutes`,
      schedule: Schedule.rate(Duration.minutes(minutes)),
      targets: [
        {
          // The queue's policy already lets every rule send to it. The CDK's target would add a statement that names
          // this rule, and the store's stack would then refer to this one.
          bind: (rule, id) => ({
            ...target.bind(rule, id),
            deadLetterConfig: { arn: this.#means.store.deadLetters.queueArn },
          }),
        },
      ],
    });
  }
}
