import { describe, expect, it } from 'vitest';
import { CHOSEN_ON_PAGES } from '../../functions/pages/cookies.ts';
import { routes as ROUTES } from '../../functions/routes/routes.ts';
import { gatewayPath } from '../../infra/doors/door.ts';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from '../../infra/functions.ts';
import { allows, list, named, roleStatements } from './policies.ts';
import { publicSettings, type Resource, type Synthesised, standIn, synthesise } from './synthesised.ts';

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
  const keysOf = (doors: readonly string[], withPages = true) => {
    const found = ROUTE_FUNCTIONS.filter((fn) => doors.includes(fn.doors)).flatMap((fn) =>
      fn.routes
        .filter(({ page }) => withPages || page === undefined)
        .map(({ method, path }) => ({ id: fn.id, method, path: gatewayPath(path) })),
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

  it('for tokens: no page, and every route asks for one', () => {
    const { api, routes: found } = routesOf('For callers with a token');
    expect(api.DisableExecuteApiEndpoint).toBe(true);
    expect(namesOf(found)).toEqual(keysOf(['callers', 'both'], false));
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
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Content-Type', 'Accept-Language'] },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    });
  });
});

interface Behaviour {
  readonly PathPattern: string;
  readonly AllowedMethods: readonly string[];
  readonly CachedMethods: readonly string[];
  readonly CachePolicyId: unknown;
  readonly OriginRequestPolicyId?: unknown;
  readonly ViewerProtocolPolicy: string;
  readonly TargetOriginId: string;
}
interface DistributionConfig {
  readonly CacheBehaviors: readonly Behaviour[];
  readonly DefaultCacheBehavior: Behaviour;
  readonly CustomErrorResponses: readonly {
    readonly ErrorCode: number;
    readonly ErrorCachingMinTTL: number;
  }[];
  readonly Origins: readonly {
    readonly Id: string;
    readonly DomainName: unknown;
    readonly OriginCustomHeaders?: readonly { readonly HeaderName: string; readonly HeaderValue: unknown }[];
    readonly OriginAccessControlId?: unknown;
    readonly CustomOriginConfig?: {
      readonly OriginMtlsConfig?: { readonly ClientCertificateArn: unknown };
    };
  }[];
}
const distributionOf = (from: Synthesised): DistributionConfig =>
  from.ofType('AWS::CloudFront::Distribution')[0]?.[1].Properties.DistributionConfig as DistributionConfig;

/** The behaviour that CloudFront chooses for a path: the first whose pattern matches. */
const behaviourFor = (
  { CacheBehaviors, DefaultCacheBehavior }: DistributionConfig,
  path: string,
): Behaviour =>
  CacheBehaviors.find(({ PathPattern }) =>
    new RegExp(`^${PathPattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(path),
  ) ?? DefaultCacheBehavior;

const withPublication = (change: object): Synthesised => {
  const { network, ...settings } = publicSettings();
  if (network.kind !== 'public') throw new Error('The network is expected to be public.');
  const publication = { ...network.publication, ...change };
  return synthesise({ ...settings, network: { ...network, publication } }, { codeOf: standIn });
};
const ORIGIN = {
  host: 'origin.akashi.example',
  certificateArn: 'arn:aws:acm:ap-northeast-1:111122223333:certificate/00000000-0000-0000-0000-000000000009',
};

/** Two deployments with other settings. */
const changed = withPublication({ origin: ORIGIN, originSecret: 2, requestsPerSecond: 1_000 });
const prepared = withPublication({ origin: { ...ORIGIN, prepared: true }, originSecret: 5 });

describe('every public route', () => {
  const config = distributionOf(made);
  const open = ROUTE_FUNCTIONS.filter(({ doors }) => doors !== 'callers').flatMap(({ routes }) => routes);

  it('is reached through the CDN, with its method and its query', () => {
    expect(open.length).toBeGreaterThan(15);
    const routeOf = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, route]));
    const policies = new Map(ofType('AWS::CloudFront::CachePolicy'));
    for (const { method, path, page } of open) {
      const behaviour = behaviourFor(config, path.replace(/\{\w+\+?\}/g, 'one'));
      expect(behaviour.AllowedMethods, path).toContain(method);
      if (page !== undefined && page !== 'asset') continue;
      const policy = policies.get(named(behaviour.CachePolicyId) ?? '')?.Properties.CachePolicyConfig as {
        ParametersInCacheKeyAndForwardedToOrigin: {
          QueryStringsConfig: { QueryStringBehavior: string; QueryStrings?: readonly string[] };
        };
      };
      const { QueryStrings = [] } = policy.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig;
      const query = routeOf.get(`${method} ${path}`)?.query;
      expect([...QueryStrings].sort(), path).toEqual(
        Object.keys((query as { readonly shape?: object } | undefined)?.shape ?? {}).sort(),
      );
    }
  });

  it('is a page over HTTPS only, which is never kept, and gets the chosen language and no session', () => {
    const shown = open.filter(({ page }) => page !== undefined);
    expect(shown.length).toBeGreaterThan(4);
    const policies = new Map(ofType('AWS::CloudFront::OriginRequestPolicy'));
    for (const { path, page } of shown) {
      const behaviour = behaviourFor(config, path.replace(/\{\w+\}/g, 'one'));
      expect(behaviour.ViewerProtocolPolicy, path).toBe('redirect-to-https');
      if (page === 'asset') continue;
      // AWS's own policy that keeps nothing.
      expect(behaviour.CachePolicyId, path).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
      expect(policies.get(named(behaviour.OriginRequestPolicyId) ?? '')?.Properties, path).toMatchObject({
        OriginRequestPolicyConfig: {
          CookiesConfig: { CookieBehavior: 'whitelist', Cookies: [...CHOSEN_ON_PAGES] },
          QueryStringsConfig: { QueryStringBehavior: 'all' },
        },
      });
    }
  });

  it('is kept for GET and HEAD alone', () => {
    for (const behaviour of [config.DefaultCacheBehavior, ...config.CacheBehaviors]) {
      expect(behaviour.CachedMethods).toEqual(['GET', 'HEAD']);
    }
  });

  it('is not kept where it failed: an error is in the language of one client', () => {
    expect(config.CustomErrorResponses.map(({ ErrorCachingMinTTL }) => ErrorCachingMinTTL)).toEqual(
      Array(11).fill(0),
    );
  });

  it('is in a function that takes only what shows the secret of the CDN; CRLs have their origin access control', () => {
    for (const { id, doors } of ROUTE_FUNCTIONS) {
      const { Environment } = propertiesOf(functionId(id));
      const { ORIGIN_SECRETS } = (Environment as { Variables: Record<string, unknown> }).Variables;
      const reads = roleStatements(made, made.roleId(id)).filter((statement) =>
        allows(statement, 'secretsmanager:GetSecretValue'),
      );
      if (doors === 'callers') expect([ORIGIN_SECRETS, reads], id).toEqual([undefined, []]);
      else {
        expect(JSON.stringify(ORIGIN_SECRETS), id).toContain('OriginSecretsNumber1');
        const secrets = ofType('AWS::SecretsManager::Secret').map(([secret]) => secret);
        expect(reads.flatMap(({ Resource }) => list(Resource)).map(named), id).toEqual(secrets);
      }
    }
    for (const { DomainName, OriginCustomHeaders, OriginAccessControlId } of config.Origins) {
      const isFunctionUrl = JSON.stringify(DomainName).includes('FunctionUrl');
      expect(OriginAccessControlId !== undefined).toBe(isFunctionUrl);
      expect(OriginCustomHeaders?.map(({ HeaderName }) => HeaderName)).toEqual(
        isFunctionUrl ? undefined : ['akashi-origin-secret', 'akashi-origin-host'],
      );
    }
  });
});

describe('the secret of the CDN', () => {
  const shownBy = (from: Synthesised): string =>
    JSON.stringify(
      distributionOf(from).Origins.flatMap(({ OriginCustomHeaders = [] }) => OriginCustomHeaders),
    );
  const numbersOf = (from: Synthesised): readonly (string | undefined)[] =>
    from.ofType('AWS::SecretsManager::Secret').map(([id]) => /Number(\d+?)[0-9A-F]{8}$/.exec(id)?.[1]);

  it('is made by Secrets Manager, and no template has it', () => {
    for (const [, { Properties }] of ofType('AWS::SecretsManager::Secret')) {
      expect(Properties.SecretString).toBeUndefined();
      expect(Properties.GenerateSecretString).toEqual({ ExcludePunctuation: true, PasswordLength: 48 });
    }
    expect(shownBy(made)).toMatch(/\{\{resolve:secretsmanager:.*OriginSecretsNumber1.*:SecretString:::\}\}/);
  });

  it('is changed by its number, and functions take the one before and the one after it too', () => {
    expect(numbersOf(made)).toEqual(['1', '2']);
    expect(numbersOf(changed)).toEqual(['1', '2', '3']);
    expect(shownBy(changed)).toContain('OriginSecretsNumber2');
    // Each deployment takes what the other one shows, whichever part of it is changed first.
    const taken = (from: Synthesised) => JSON.stringify(from.resources[from.functionId('ocsp')]?.Properties);
    expect(taken(made)).toContain('OriginSecretsNumber2');
    expect(taken(changed)).toContain('OriginSecretsNumber1');
    expect(numbersOf(prepared)).toEqual(['4', '5', '6']);
  });
});

describe('the name of the public origin', () => {
  const apiOf = ({ ofType: find }: Synthesised) =>
    find('AWS::ApiGatewayV2::Api').find(
      ([, { Properties }]) => Properties.Description === 'For everybody, behind the CDN',
    )?.[1].Properties;
  const hostOf = (from: Synthesised): string => {
    const { Origins, DefaultCacheBehavior } = distributionOf(from);
    return JSON.stringify(Origins.find(({ Id }) => Id === DefaultCacheBehavior.TargetOriginId)?.DomainName);
  };

  it('is API Gateway’s own, unless the settings give one; then that one is off', () => {
    expect(apiOf(made)?.DisableExecuteApiEndpoint).not.toBe(true);
    expect(hostOf(made)).toContain('.execute-api.ap-northeast-1.');
    expect(apiOf(changed)?.DisableExecuteApiEndpoint).toBe(true);
    expect(hostOf(changed)).toBe('"origin.akashi.example"');
    expect(changed.outputs.OriginTarget).toBeDefined();
  });

  const CLIENT = {
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000010',
  };
  const domainOf = ({ ofType: find }: Synthesised) =>
    find('AWS::ApiGatewayV2::DomainName').find(
      ([, { Properties }]) => Properties.DomainName === ORIGIN.host,
    )?.[1].Properties;
  const shownBy = (from: Synthesised): readonly unknown[] =>
    distributionOf(from).Origins.map(
      ({ CustomOriginConfig }) => CustomOriginConfig?.OriginMtlsConfig?.ClientCertificateArn,
    );

  it('asks for no client certificate, unless the settings give the CDN one and name its CA', () => {
    expect(domainOf(changed)?.MutualTlsAuthentication).toBeUndefined();
    expect(shownBy(changed)).toEqual([undefined, undefined]);
    // In a service that runs, the CDN shows it first, and the origin asks for it afterwards.
    const shown = withPublication({ origin: { ...ORIGIN, mutualTls: CLIENT } });
    expect(domainOf(shown)?.MutualTlsAuthentication).toBeUndefined();
    expect(shownBy(shown)).toEqual([CLIENT.certificateArn, undefined]);
    const mutualTls = { ...CLIENT, clientCa: 'test/infra/client-ca.pem' };
    const asked = withPublication({ origin: { ...ORIGIN, mutualTls } });
    expect(JSON.stringify(domainOf(asked)?.MutualTlsAuthentication)).toContain('TruststoreUri');
    expect(shownBy(asked)).toEqual([CLIENT.certificateArn, undefined]);
    // Nothing leads around it.
    expect(apiOf(asked)?.DisableExecuteApiEndpoint).toBe(true);
  });

  it('takes the certificate of the CDN from us-east-1 alone', () => {
    const certificateArn = ORIGIN.certificateArn;
    expect(() => withPublication({ origin: { ...ORIGIN, mutualTls: { certificateArn } } })).toThrow(
      /origin\.mutualTls\.certificateArn: .*ask ACM for one in us-east-1/,
    );
    const clientCa = 'none.pem';
    expect(() => withPublication({ origin: { ...ORIGIN, mutualTls: { ...CLIENT, clientCa } } })).toThrow(
      'network.publication.origin.mutualTls.clientCa: there is no file',
    );
  });

  it('can be made before anything uses it, so that its DNS name is there in time', () => {
    expect(apiOf(prepared)?.DisableExecuteApiEndpoint).not.toBe(true);
    expect(hostOf(prepared)).toContain('.execute-api.');
    expect(prepared.outputs.OriginTarget).toBeDefined();
  });
});

describe('what is shed in a flood', () => {
  const stageOf = (description: string, from = made) => {
    const api = from
      .ofType('AWS::ApiGatewayV2::Api')
      .find(([, { Properties }]) => Properties.Description === description)?.[0];
    const found = from
      .ofType('AWS::ApiGatewayV2::Stage')
      .find(([, { Properties }]) => named(Properties.ApiId) === api);
    return found?.[1] as Resource & { readonly DependsOn?: readonly string[] };
  };
  /** An account's default quotas: requests a second at all its doors, and instances of all its functions. */
  const [REQUESTS, INSTANCES] = [10_000, 1_000];

  it('is what exceeds the throttle of a door, of which all together leave most of the account’s quota', () => {
    const throttles = [
      'For everybody, behind the CDN',
      'For callers with a client certificate',
      'For callers with a token',
    ].map((door) => stageOf(door).Properties.DefaultRouteSettings as { ThrottlingRateLimit: number });
    expect(throttles).toEqual([
      { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1_000 },
      { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 500 },
      { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 500 },
    ]);
    const sum = throttles.reduce((all, { ThrottlingRateLimit }) => all + ThrottlingRateLimit, 0);
    expect(sum).toBeLessThan(REQUESTS / 2);
    expect(stageOf('For everybody, behind the CDN', changed).Properties.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 1_000,
      ThrottlingBurstLimit: 2_000,
    });
  });

  const STOPPING = [
    'POST /api/v1/certificates/{ca}/{serial}/revocation',
    'POST /api/v1/certificates/{ca}/{serial}/hold',
    'DELETE /api/v1/certificates/{ca}/{serial}/hold',
    // Every method of these paths belongs to one function.
    'ANY /api/v1/offices/{office}/proposal',
    'ANY /api/v1/offices/{office}/confirmation',
    'ANY /api/v1/offices/{office}/end',
    'ANY /api/v1/principals/{principal}/suspension',
    'ANY /api/v1/principals/{principal}/end',
    'ANY /api/v1/holders/{holder}/suspension',
    'ANY /api/v1/holders/{holder}/end',
  ];

  const STOPPING_FORMS = ['revocation', 'hold', 'release'].map(
    (act) => `ANY /console/certificates/{ca}/{serial}/${act}`,
  );

  it('is no revocation, hold or release: each has a throttle of its own at both doors of callers', () => {
    const doors = [
      ['For callers with a client certificate', [...STOPPING, ...STOPPING_FORMS]],
      ['For callers with a token', STOPPING],
    ] as const;
    for (const [door, stopping] of doors) {
      const { Properties, DependsOn = [] } = stageOf(door);
      expect(Properties.RouteSettings).toEqual(
        Object.fromEntries(
          stopping.map((route) => [route, { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 }]),
        ),
      );
      // API Gateway refuses settings of a route that is not there yet.
      const before = DependsOn.map((id) => resources[id]?.Properties.RouteKey);
      expect(before).toEqual(expect.arrayContaining([...stopping]));
    }
    expect(stageOf('For everybody, behind the CDN').Properties.RouteSettings).toBeUndefined();
  });

  const reservedBy = (from: Synthesised) =>
    new Map(
      functionIds.flatMap((id) => {
        const reserved = from.resources[from.functionId(id)]?.Properties.ReservedConcurrentExecutions;
        return reserved === undefined ? [] : [[id, Number(reserved)] as const];
      }),
    );

  it('is no instance of theirs: functions of their own, with instances that no other function takes', () => {
    for (const id of ['certificate-revocation', 'certificate-hold', 'certificate-release']) {
      expect(reservedBy(made).get(id), id).toBeGreaterThanOrEqual(10);
      const routes = ROUTE_FUNCTIONS.find((fn) => fn.id === id)?.routes;
      expect(routes?.filter(({ page }) => page === undefined)).toHaveLength(1);
    }
  });

  it('is what exceeds the instances of a public function: each has a limit, and half of the account is left', () => {
    const reserved = reservedBy(made);
    const open = ROUTE_FUNCTIONS.filter(({ doors }) => doors !== 'callers').map(({ id }) => id);
    expect([...open, 'crl-stream'].filter((id) => !reserved.has(id))).toEqual([]);
    const sum = (all: ReadonlyMap<string, number>) =>
      [...all.values()].reduce((one, other) => one + other, 0);
    expect(sum(reserved)).toBe(450);
    expect(sum(reserved)).toBeLessThan(INSTANCES / 2);
    // More questions a second need more instances for them, and nothing else.
    const more = reservedBy(changed);
    expect(more.get('ocsp')).toBe(2 * (reserved.get('ocsp') ?? 0));
    expect(sum(more) - sum(reserved)).toBe(reserved.get('ocsp'));
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
            RateBasedStatement: { AggregateKeyType: 'IP', EvaluationWindowSec: 60, Limit: 1_200 },
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
    const mapping = ofType('AWS::Lambda::EventSourceMapping')
      .map(([, one]) => one)
      .find((one) => named(one.Properties.EventSourceArn) === queue) as Resource;
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
