import { describe, expect, it } from 'vitest';
import { gatewayPath } from '../../infra/doors/door.ts';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from '../../infra/functions.ts';
import { list, named } from './policies.ts';
import { publicSettings, type Resource, standIn, synthesise } from './synthesised.ts';

/** The ways in from the Internet: which requests they let through, and what they log. */

const made = synthesise(publicSettings(), { codeOf: standIn });
const { ofType, functionId, resources } = made;
const functionIds = [...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS].map(({ id }) => id);

const propertiesOf = (id: string) => {
  const found = resources[id];
  if (!found) throw new Error(`There is no resource ${id}.`);
  return found.Properties;
};
const accessLogs = ofType('AWS::S3::Bucket').find(([id]) => id.includes('AccessLogs')) as [string, Resource];

describe('doors', () => {
  const routesOf = (description: string) => {
    const api = ofType('AWS::ApiGatewayV2::Api').find(
      ([, { Properties }]) => Properties.Description === description,
    );
    if (!api) throw new Error(`There is no door ${description}`);
    const found = ofType('AWS::ApiGatewayV2::Route').filter(
      ([, { Properties }]) => named(Properties.ApiId) === api[0],
    );
    return { api: api[1].Properties, routes: found.map(([, { Properties }]) => Properties) };
  };
  /** Every method of a path that is one function's alone, the path's own methods where it is shared. */
  const keysOf = (doors: readonly string[]) => {
    const found = ROUTE_FUNCTIONS.filter((fn) => doors.includes(fn.doors)).flatMap((fn) =>
      fn.routes.map(({ method, path }) => ({ id: fn.id, method, path: gatewayPath(path) })),
    );
    const keyOf = ({ method, path }: (typeof found)[number]): readonly string[] => {
      if (new Set(found.filter((one) => one.path === path).map(({ id }) => id)).size === 1)
        return [`ANY ${path}`];
      return method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`];
    };
    return [...new Set(found.flatMap(keyOf))].sort();
  };
  const namesOf = (found: readonly Readonly<Record<string, unknown>>[]) =>
    found.map(({ RouteKey }) => RouteKey).sort();

  it('for everybody: public routes, and none that identifies its caller', () => {
    expect(namesOf(routesOf('For everybody, behind the CDN').routes)).toEqual(keysOf(['public', 'both']));
  });

  it('for certificates: mutual TLS, and no way around it', () => {
    const { api, routes: found } = routesOf('For callers with a client certificate');
    expect(api.DisableExecuteApiEndpoint).toBe(true);
    expect(namesOf(found)).toEqual(keysOf(['callers', 'both']));
    const domain = ofType('AWS::ApiGatewayV2::DomainName').find(
      ([, { Properties }]) => Properties.DomainName === 'api.akashi.example',
    );
    expect(JSON.stringify(domain?.[1].Properties.MutualTlsAuthentication)).toContain('TruststoreUri');
    expect(JSON.stringify(domain?.[1].Properties.DomainNameConfigurations)).toContain('TLS_1_2');
  });

  it('for tokens: every route asks for one', () => {
    const { api, routes: found } = routesOf('For callers with a token');
    expect(api.DisableExecuteApiEndpoint).toBe(true);
    expect(namesOf(found)).toEqual(keysOf(['callers', 'both']));
    expect(new Set(found.map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set(['JWT']));
  });

  it('name no callers in their access logs', () => {
    for (const [, { Properties }] of ofType('AWS::ApiGatewayV2::Stage')) {
      const { Format } = Properties.AccessLogSettings as { Format: string };
      expect(Format).not.toMatch(/sourceIp|userAgent|\$context\.path|identity|authorizer/);
    }
  });
});

describe('publication', () => {
  const config = ofType('AWS::CloudFront::Distribution')[0]?.[1].Properties.DistributionConfig as {
    CacheBehaviors: { PathPattern: string; ViewerProtocolPolicy: string; AllowedMethods: string[] }[];
    DefaultCacheBehavior: { ViewerProtocolPolicy: string };
  };

  it('answers CRLs, CA certificates and OCSP by plain HTTP, and the rest by TLS alone', () => {
    const plain = config.CacheBehaviors.filter(
      ({ ViewerProtocolPolicy }) => ViewerProtocolPolicy === 'allow-all',
    );
    expect(plain.map(({ PathPattern }) => PathPattern)).toEqual(['/crl/*', '/ca/*', '/ocsp', '/ocsp/*']);
    expect(config.DefaultCacheBehavior.ViewerProtocolPolicy).toBe('https-only');
  });

  it('caches an answer as long as its headers say, and passes no credentials on', () => {
    const [policy] = ofType('AWS::CloudFront::CachePolicy').map(
      ([, { Properties }]) => Properties.CachePolicyConfig,
    ) as [
      {
        DefaultTTL: number;
        MinTTL: number;
        ParametersInCacheKeyAndForwardedToOrigin: Record<string, unknown>;
      },
    ];
    expect([policy.MinTTL, policy.DefaultTTL]).toEqual([0, 0]);
    const [request] = ofType('AWS::CloudFront::OriginRequestPolicy').map(
      ([, { Properties }]) => Properties.OriginRequestPolicyConfig,
    ) as [{ HeadersConfig: unknown; CookiesConfig: unknown }];
    expect(request).toMatchObject({
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Content-Type'] },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    });
  });
});

describe('a flood of the CDN', () => {
  const webAcl = Object.values(made.cdn?.Resources ?? {});

  it('is bounded for each address and minute, by a web ACL in a stack of us-east-1', () => {
    expect(webAcl.map(({ Type }) => Type)).toEqual(['AWS::WAFv2::WebACL']);
    expect(webAcl[0]?.Properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      DefaultAction: { Allow: {} },
      Rules: [
        {
          Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
          Statement: {
            RateBasedStatement: { AggregateKeyType: 'IP', EvaluationWindowSec: 60, Limit: 6_000 },
          },
        },
      ],
    });
    const [[, { Properties }]] = ofType('AWS::CloudFront::Distribution') as [[string, Resource]];
    const { WebACLId } = Properties.DistributionConfig as { WebACLId: unknown };
    expect(JSON.stringify(WebACLId)).toMatch(/Fn::GetStackOutput.*Akashi-Akashi-Cdn.*us-east-1/);
  });

  it('takes no function of the CDK’s own', () => {
    const functions = ofType('AWS::Lambda::Function').map(([id]) => id);
    expect([...functions].sort()).toEqual(functionIds.map(functionId).sort());
    expect(ofType('Custom::CrossRegionExportReader')).toEqual([]);
  });

  it('needs no other stack where the importer’s is in us-east-1', () => {
    const region = 'us-east-1';
    const { network, ...settings } = publicSettings();
    if (network.kind !== 'public') throw new Error('The network is expected to be public.');
    const certificateArn = network.publication.certificateArn;
    const there = {
      ...network,
      certificates: { ...network.certificates, certificateArn },
      tokens: { ...network.tokens, certificateArn },
    };
    const moved = synthesise(
      { ...settings, network: there },
      { codeOf: standIn, place: { account: '111122223333', region } },
    );
    expect(moved.cdn).toBeUndefined();
    const [[id]] = moved.ofType('AWS::WAFv2::WebACL') as [[string, unknown]];
    const [[, { Properties }]] = moved.ofType('AWS::CloudFront::Distribution') as [[string, Resource]];
    expect(named((Properties.DistributionConfig as { WebACLId: unknown }).WebACLId)).toBe(id);
  });
});

describe('CRLs at the CDN', () => {
  const [, { Properties }] = ofType('AWS::CloudFront::Distribution')[0] as [string, Resource];
  const { CacheBehaviors, Origins } = Properties.DistributionConfig as {
    CacheBehaviors: { PathPattern: string; TargetOriginId: string }[];
    Origins: { Id: string; OriginAccessControlId?: unknown; DomainName: unknown }[];
  };

  it('come from a function that streams, since API Gateway carries four megabytes of one', () => {
    const crl = CacheBehaviors.find(({ PathPattern }) => PathPattern === '/crl/*');
    const origin = Origins.find(({ Id }) => Id === crl?.TargetOriginId);
    const [[id, url]] = ofType('AWS::Lambda::Url') as [[string, Resource]];
    expect(JSON.stringify(origin?.DomainName)).toContain(id);
    expect(origin?.OriginAccessControlId).toBeDefined();
    expect(url.Properties).toMatchObject({ AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' });
    expect(named(url.Properties.TargetFunctionArn)).toBe(functionId('crl-stream'));
  });

  it('only the distribution may call the URL', () => {
    const [[url]] = ofType('AWS::Lambda::Url') as [[string, unknown]];
    const permissions = ofType('AWS::Lambda::Permission').filter(([, permission]) =>
      [url, functionId('crl-stream')].includes(named(permission.Properties.FunctionName) ?? ''),
    );
    expect(permissions.map(([, permission]) => permission.Properties.Action).sort()).toEqual([
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
    ]);
    for (const [, permission] of permissions) {
      expect(permission.Properties.Principal).toBe('cloudfront.amazonaws.com');
      expect(JSON.stringify(permission.Properties.SourceArn)).toContain('distribution/');
    }
  });
});

describe('access logs of the CDN', () => {
  it('are written where the function sees them', () => {
    const [, { Properties }] = ofType('AWS::CloudFront::Distribution')[0] as [string, Resource];
    const { Logging } = Properties.DistributionConfig as { Logging: Record<string, unknown> };
    expect(Logging.Prefix).toBe('publication/');
    expect(Logging.IncludeCookies).toBe(false);
    expect(named((Logging.Bucket as { 'Fn::GetAtt'?: unknown }) ?? {})).toBe(accessLogs[0]);
    const { OwnershipControls, NotificationConfiguration } = accessLogs[1].Properties;
    // CloudFront delivers by ACL: without them it writes nothing.
    expect(OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] });
    const { LOG_BUCKET, LOG_PREFIX } = (
      propertiesOf(functionId('cdn-log-delivery')).Environment as { Variables: Record<string, unknown> }
    ).Variables;
    expect([named(LOG_BUCKET), LOG_PREFIX]).toEqual([accessLogs[0], 'publication/']);
    const { QueueConfigurations } = NotificationConfiguration as {
      QueueConfigurations: { Event: string; Filter: unknown; Queue: unknown }[];
    };
    expect(QueueConfigurations).toMatchObject([
      {
        Event: 's3:ObjectCreated:*',
        Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'publication/' }] } },
      },
    ]);
    const queue = named(QueueConfigurations[0]?.Queue);
    const [[, mapping]] = ofType('AWS::Lambda::EventSourceMapping') as [[string, Resource]];
    expect(named(mapping.Properties.EventSourceArn)).toBe(queue);
    expect(named(mapping.Properties.FunctionName)).toBe(functionId('cdn-log-delivery'));
    expect(mapping.Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  it('wait in a queue into which S3 may put for this account, and end where an alarm watches', () => {
    const bucket = accessLogs[1] as (typeof accessLogs)[1] & { DependsOn?: string[] };
    expect(resources[bucket.DependsOn?.[0] ?? '']?.Type).toBe('AWS::SQS::QueuePolicy');
    const telling = list(
      (propertiesOf(bucket.DependsOn?.[0] ?? '').PolicyDocument as { Statement: [] }).Statement,
    ).find(({ Sid }) => Sid === 'S3TellsOfFiles') as unknown as Record<string, unknown>;
    expect(telling).toMatchObject({
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    });
    const queues = new Map(ofType('AWS::SQS::Queue'));
    const delivered = queues.get(named(telling.Resource) ?? '')?.Properties;
    const redriving = (delivered?.RedrivePolicy ?? {}) as Record<string, unknown>;
    expect(redriving.maxReceiveCount).toBe(5);
    const timeout = Number(resources[functionId('cdn-log-delivery')]?.Properties.Timeout);
    expect(delivered?.VisibilityTimeout).toBe(6 * timeout);
    const watched = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
      named(((Properties.Dimensions ?? []) as { Value: unknown }[])[0]?.Value),
    );
    expect(watched).toContain(named(redriving.deadLetterTargetArn));
    expect(watched).toContain(named(telling.Resource));
  });
});
