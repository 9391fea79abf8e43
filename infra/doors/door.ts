import { Stack } from 'aws-cdk-lib';
import {
  type CfnRoute,
  type CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  type IDomainName,
  type IHttpRouteAuthorizer,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { RouteOfFunction } from '../lambda/grants.ts';
import type { ServiceFunction } from '../lambda/service-function.ts';
import { acknowledge } from '../nag.ts';

export interface Entry {
  readonly fn: ServiceFunction;
  readonly routes: readonly RouteOfFunction[];
  /** Its routes have a throttle of their own, so no other route takes their turns. */
  readonly ownThrottle: boolean;
}

/** At doors where no pages are. */
export const withoutPages = (entries: readonly Entry[]): readonly Entry[] =>
  entries
    .map((entry) => ({ ...entry, routes: entry.routes.filter(({ page }) => page === undefined) }))
    .filter(({ routes }) => routes.length > 0);

/** Requests a second, on average and in a burst. Above these API Gateway answers 429. */
export interface Throttle {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** For each route that stops a certificate. An office sends a few in a minute; an accident may take hundreds. */
const OWN_THROTTLE: Throttle = { rateLimit: 100, burstLimit: 200 };

interface DoorProps {
  readonly description: string;
  readonly entries: readonly Entry[];
  readonly logRetention: RetentionDays;
  /** The authoriser that admits known callers. Without one the door is open to everybody. */
  readonly authorizer?: IHttpRouteAuthorizer;
  /** Why routes have no authoriser, where there is none. */
  readonly openBecause?: string;
  /** The door's own host name. Without one it has only API Gateway's. */
  readonly domain?: IDomainName;
  /** API Gateway's own host name answers too, although the door has one of its own. */
  readonly keepsEndpoint?: boolean;
  /** For all routes without a throttle of their own. */
  readonly throttle: Throttle;
  /** Another stack for the routes of pages, where the door's own would have too many. */
  readonly pagesIn?: Construct;
}

/**
 * A parameter in API Gateway is a whole segment, but one of ours may have an ending (`{ca}.cer`). So the function
 * parses the path again.
 */
export const gatewayPath = (template: string): string =>
  template
    .split('/')
    .map((segment) => (/^[^{]*\{[^}]*\}[^}]+$/.test(segment) ? '{file}' : segment))
    .join('/');

interface Place {
  readonly path: string;
  /** Nothing but pages is there. */
  readonly isPage: boolean;
  readonly methods: readonly HttpMethod[];
  readonly fn: ServiceFunction;
}

/**
 * Where all routes of a path belong to one function, every method goes to it. The function answers HEAD as GET (RFC
 * 9110 9.3.2), and tells a caller with another method which methods there are (15.5.6).
 */
const placesOf = (entries: readonly Entry[]): readonly Place[] => {
  const byPath = new Map<string, Map<ServiceFunction, Set<HttpMethod>>>();
  const operations = new Set<string>();
  for (const { fn, routes } of entries) {
    for (const { method, path, page } of routes) {
      const place = gatewayPath(path);
      if (page === undefined) operations.add(place);
      const functions = byPath.get(place) ?? new Map<ServiceFunction, Set<HttpMethod>>();
      const methods = functions.get(fn) ?? new Set<HttpMethod>();
      methods.add(HttpMethod[method]);
      if (method === 'GET') methods.add(HttpMethod.HEAD);
      byPath.set(place, functions.set(fn, methods));
    }
  }
  return [...byPath].flatMap(([path, functions]) =>
    [...functions].map(([fn, methods]) => ({
      path,
      isPage: !operations.has(path),
      fn,
      methods: functions.size === 1 ? [HttpMethod.ANY] : [...methods],
    })),
  );
};

/** One way into the service: an HTTP API, with the functions behind it. */
export class Door extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: DoorProps) {
    super(scope, id);
    const { authorizer = new HttpNoneAuthorizer(), domain } = props;
    this.api = new HttpApi(this, 'Api', {
      description: props.description,
      createDefaultStage: false,
      disableExecuteApiEndpoint: domain !== undefined && props.keepsEndpoint !== true,
    });
    const stage = this.api.addStage('Stage', {
      stageName: '$default',
      autoDeploy: true,
      throttle: props.throttle,
      ...(domain && { domainMapping: { domainName: domain } }),
    });
    const madeStage = stage.node.defaultChild as CfnStage;
    this.#logAccess(madeStage, props.logRetention);
    const own: CfnRoute[] = [];
    const integrationsIn = (of: string) =>
      new Map(
        props.entries.map(({ fn }) => [
          fn,
          new HttpLambdaIntegration(`${fn.node.id}-${of}`, fn.lambda, {
            // Permissions for each route would fill most of the stack and restrict nothing: the door has only these
            // routes.
            scopePermissionToRoute: false,
          }),
        ]),
      );
    const [ownIntegrations, integrationsOfPages] = [integrationsIn('integration'), integrationsIn('pages')];
    const throttled = new Set(props.entries.flatMap(({ fn, ownThrottle }) => (ownThrottle ? [fn] : [])));
    for (const { path, methods, fn, isPage } of placesOf(props.entries)) {
      // A throttle names its route, so the two are in one stack.
      const apart = isPage && !throttled.has(fn) ? props.pagesIn : undefined;
      const integration = (apart ? integrationsOfPages : ownIntegrations).get(fn) as HttpLambdaIntegration;
      const made = apart
        ? methods.map(
            (method) =>
              new HttpRoute(apart, `${method}${path}`, {
                httpApi: this.api,
                routeKey: HttpRouteKey.with(path, method),
                integration,
                authorizer,
              }),
          )
        : this.api.addRoutes({ path, methods: [...methods], integration, authorizer });
      if (throttled.has(fn)) own.push(...made.map(({ node }) => node.defaultChild as CfnRoute));
      if (props.openBecause === undefined) continue;
      for (const route of made) acknowledge(route, 'AwsSolutions-APIG4', [], props.openBecause);
    }
    throttle(madeStage, own);
  }

  /** Host of the door's endpoint, in the form that CloudFront takes. */
  get host(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
  }

  /** Only the ledger has who asked. This log has no address, no user agent and no path with a serial number in it. */
  #logAccess(stage: CfnStage, retention: RetentionDays): void {
    const log = new LogGroup(this, 'AccessLog', { retention });
    stage.accessLogSettings = {
      destinationArn: log.logGroupArn,
      format: JSON.stringify({
        requestId: '$context.requestId',
        time: '$context.requestTime',
        route: '$context.routeKey',
        status: '$context.status',
        error: '$context.integrationErrorMessage',
        latency: '$context.responseLatency',
        bytes: '$context.responseLength',
      }),
    };
  }
}

/** API Gateway refuses settings of a route that is not there yet. CloudFormation takes these members as they are written. */
const throttle = (stage: CfnStage, routes: readonly CfnRoute[]): void => {
  if (routes.length === 0) return;
  const { rateLimit, burstLimit } = OWN_THROTTLE;
  stage.routeSettings = Object.fromEntries(
    routes.map(({ routeKey }) => [
      routeKey,
      { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit },
    ]),
  );
  for (const route of routes) stage.addResourceDependency(route);
};

export const domainName = (
  scope: Construct,
  id: string,
  { host, certificateArn }: { readonly host: string; readonly certificateArn: string },
  clientCa?: string,
): DomainName => {
  const trustStore =
    clientCa === undefined ? undefined : new Asset(scope, `${id}ClientCa`, { path: clientCa });
  return new DomainName(scope, id, {
    domainName: host,
    certificate: Certificate.fromCertificateArn(scope, `${id}Certificate`, certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
    ...(trustStore && { mtls: { bucket: trustStore.bucket, key: trustStore.s3ObjectKey } }),
  });
};
