import { Stack } from 'aws-cdk-lib';
import {
  type CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  type IDomainName,
  type IHttpRouteAuthorizer,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { RouteOfFunction } from './functions.ts';
import { acknowledge } from './nag.ts';
import type { ServiceFunction } from './service-function.ts';

export interface Entry {
  readonly fn: ServiceFunction;
  readonly routes: readonly RouteOfFunction[];
}

interface DoorProps {
  readonly description: string;
  readonly entries: readonly Entry[];
  readonly logRetention: RetentionDays;
  /** Who may come in: anybody, or whoever the authoriser knows. */
  readonly authorizer?: IHttpRouteAuthorizer;
  /** The door's own name; without one it has only API Gateway's. */
  readonly domain?: IDomainName;
  /** Requests a second, on average and in a burst: above it API Gateway answers 429. */
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
}

/**
 * API Gateway's parameters are whole segments, ours may have an ending (`{ca}.cer`); the function looks at the path
 * again itself.
 */
export const gatewayPath = (template: string): string =>
  template
    .split('/')
    .map((segment) => (/^[^{]*\{[^}]*\}[^}]+$/.test(segment) ? '{file}' : segment))
    .join('/');

/** One way into the service: an HTTP API, with the functions behind it. */
export class Door extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: DoorProps) {
    super(scope, id);
    const { authorizer = new HttpNoneAuthorizer(), domain } = props;
    this.api = new HttpApi(this, 'Api', {
      description: props.description,
      createDefaultStage: false,
      disableExecuteApiEndpoint: domain !== undefined,
    });
    const stage = this.api.addStage('Stage', {
      stageName: '$default',
      autoDeploy: true,
      throttle: props.throttle,
      ...(domain && { domainMapping: { domainName: domain } }),
    });
    this.#logAccess(stage.node.defaultChild as CfnStage, props.logRetention);
    for (const { fn, routes } of props.entries) {
      const integration = new HttpLambdaIntegration(`${fn.node.id}-integration`, fn.lambda);
      const seen = new Set<string>();
      for (const { method, path } of routes) {
        const place = gatewayPath(path);
        if (seen.has(`${method} ${place}`)) continue;
        seen.add(`${method} ${place}`);
        const made = this.api.addRoutes({
          path: place,
          // RFC 9110 9.3.2: what answers GET answers HEAD.
          methods: method === 'GET' ? [HttpMethod.GET, HttpMethod.HEAD] : [HttpMethod[method]],
          integration,
          authorizer,
        });
        if (props.authorizer) continue;
        for (const route of made) {
          acknowledge(
            route,
            'AwsSolutions-APIG4',
            [],
            OPEN[domain === undefined ? 'public' : 'certificates'],
          );
        }
      }
    }
  }

  /** Host of the door's endpoint, as CloudFront takes it. */
  get host(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
  }

  /** Who asked is in the ledger, and nowhere else: no address, no user agent, no path with a serial number in it. */
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

const OPEN = {
  public:
    'CA certificates, CRLs, OCSP and the description of the service are for everybody (RFC 5280, RFC 6960).',
  certificates:
    'The domain asks for a client certificate (mutual TLS), and the function names the principal by it and checks its status.',
};

export const domainName = (
  scope: Construct,
  id: string,
  { host, certificateArn, clientCa }: { host: string; certificateArn: string; clientCa?: string | undefined },
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
