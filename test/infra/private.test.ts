import { describe, expect, it } from 'vitest';
import { MAX_RULES } from '../../infra/doors/listener-rules.ts';
import { ROUTE_FUNCTIONS } from '../../infra/functions.ts';
import { named } from './policies.ts';
import { privateSettings, standIn, synthesise } from './synthesised.ts';

/** The variant for a closed network. */

const { ofType, resources, functionId } = synthesise(privateSettings(), { codeOf: standIn });
const typesLike = (pattern: RegExp) => [
  ...new Set(Object.values(resources).flatMap(({ Type }) => (pattern.test(Type) ? [Type] : []))),
];

describe('a private network', () => {
  it('has no way to the Internet', () => {
    expect(typesLike(/CloudFront|ApiGateway|Cognito|InternetGateway|NatGateway|EIP/)).toEqual([]);
    expect(ofType('AWS::EC2::Route')).toEqual([]);
    const [balancer] = ofType('AWS::ElasticLoadBalancingV2::LoadBalancer');
    expect(balancer?.[1].Properties.Scheme).toBe('internal');
  });

  it('has every function in it, with ways out to AWS services by their endpoints alone', () => {
    for (const [id, { Properties }] of ofType('AWS::Lambda::Function')) {
      expect(Properties.VpcConfig, id).toBeDefined();
    }
    const services = ofType('AWS::EC2::VPCEndpoint').map(([, { Properties }]) =>
      JSON.stringify(Properties.ServiceName).replace(/^.*\.(\w+)"?[^\w]*$/, '$1'),
    );
    // S3 twice: for the functions, and for callers who fetch answers that are too large for the load balancer.
    expect(services.sort()).toEqual(['dynamodb', 'kms', 's3', 's3', 'sqs']);
  });

  it('lets in the closed network, and nobody else', () => {
    const ingress = ofType('AWS::EC2::SecurityGroup').flatMap(
      ([, { Properties }]) =>
        (Properties.SecurityGroupIngress ?? []) as { CidrIp?: string; FromPort: number }[],
    );
    expect(ingress.map(({ CidrIp, FromPort }) => [CidrIp, FromPort]).sort()).toEqual([
      ['10.0.0.0/8', 443],
      ['10.0.0.0/8', 443],
      ['10.0.0.0/8', 80],
    ]);
  });

  it('has an interface endpoint of S3 for callers, for objects of this account, and the functions know its name', () => {
    const [[id, endpoint]] = ofType('AWS::EC2::VPCEndpoint').filter(([one]) => /Fetch/.test(one)) as [
      [string, (typeof resources)[string]],
    ];
    expect(endpoint.Properties).toMatchObject({ VpcEndpointType: 'Interface', PrivateDnsEnabled: false });
    expect(endpoint.Properties.PolicyDocument).toMatchObject({
      Statement: [
        { Action: 's3:GetObject', Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } } },
      ],
    });
    for (const fn of ['crl', 'records', 'evidence', 'reports', 'disclosure-bundles']) {
      const { Environment } = (resources[functionId(fn)] as (typeof resources)[string]).Properties;
      const { S3_ADDRESS } = (Environment as { Variables: Record<string, unknown> }).Variables;
      expect(JSON.stringify(S3_ADDRESS), fn).toContain(id);
    }
  });

  it('has nothing that only a CDN would use', () => {
    const names = ofType('AWS::Lambda::Function').map(([, { Properties }]) => String(Properties.Description));
    expect(names.filter((name) => /crl-stream|cdn-log-delivery/.test(name))).toEqual([]);
    const mapped = ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) =>
      String(Properties.EventSourceArn ? JSON.stringify(Properties.EventSourceArn) : ''),
    );
    expect(mapped.filter((source) => !source.includes('BatchQueues'))).toEqual([]);
  });

  const listeners = ofType('AWS::ElasticLoadBalancingV2::Listener');
  const rulesOf = (port: number) => {
    const listener = listeners.find(([, { Properties }]) => Properties.Port === port)?.[0];
    return ofType('AWS::ElasticLoadBalancingV2::ListenerRule')
      .map(([, { Properties }]) => Properties)
      .filter(({ ListenerArn }) => named(ListenerArn) === listener)
      .sort((a, b) => Number(a.Priority) - Number(b.Priority));
  };
  const targetNamesOf = (port: number) =>
    rulesOf(port).map(({ Actions }) => {
      const [{ TargetGroupArn }] = Actions as [{ TargetGroupArn: unknown }];
      return String(resources[named(TargetGroupArn) ?? '']?.Properties.Name);
    });

  it('asks for a client certificate on its TLS port', () => {
    const tls = listeners.find(([, { Properties }]) => Properties.Port === 443)?.[1].Properties;
    expect(tls?.MutualAuthentication).toMatchObject({ Mode: 'verify' });
    expect(tls?.SslPolicy).toMatch(/^ELBSecurityPolicy-TLS13/);
  });

  const conditionsOf = (rule: Readonly<Record<string, unknown>>) => {
    const conditions = rule.Conditions as {
      PathPatternConfig?: { Values: string[] };
      HttpRequestMethodConfig?: { Values: string[] };
    }[];
    return {
      paths: conditions.flatMap(({ PathPatternConfig }) => PathPatternConfig?.Values ?? []),
      /** Empty for every method. */
      methods: conditions.flatMap(({ HttpRequestMethodConfig }) => HttpRequestMethodConfig?.Values ?? []),
    };
  };
  const takesIn = (pattern: string, path: string): boolean =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(path);

  /** Id of the function to which a listener sends a request, by the first rule that matches. */
  const functionAt = (port: number, method: string, path: string): string | undefined => {
    const index = rulesOf(port).findIndex((rule) => {
      const { paths, methods } = conditionsOf(rule);
      return (
        paths.some((pattern) => takesIn(pattern, path)) && (methods.length === 0 || methods.includes(method))
      );
    });
    const [{ TargetGroupArn } = {}] = (rulesOf(port)[index]?.Actions ?? []) as { TargetGroupArn?: unknown }[];
    const [{ Id } = {}] = (resources[named(TargetGroupArn) ?? '']?.Properties.Targets ?? []) as {
      Id?: unknown;
    }[];
    return ROUTE_FUNCTIONS.find(({ id }) => functionId(id) === named(Id))?.id;
  };

  it.each([
    [80, ['public', 'both']],
    [443, ['public', 'both', 'callers']],
  ])('sends at port %i each request to the function of its route', (port, doors) => {
    for (const { id, doors: door, routes } of ROUTE_FUNCTIONS) {
      for (const { method, path, page } of routes) {
        const asked = path.replace(/\{\w+\+?\}/g, 'one');
        for (const one of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
          const found = functionAt(port, one, asked);
          // A route for another port may share its path with a route for this port. That route's function then says 405.
          // Pages are shown over TLS only.
          if (doors.includes(door) && (port === 443 || page === undefined))
            expect(found, `${one} ${path}`).toBe(id);
          else expect(found, `${one} ${path}`).not.toBe(id);
        }
      }
    }
  });

  it('leads from port 80 to no function that needs identified callers', () => {
    const open = ROUTE_FUNCTIONS.filter(
      ({ doors, routes }) => doors !== 'callers' && routes.some(({ page }) => page === undefined),
    ).map(({ id }) => functionId(id));
    const reached = rulesOf(80).map(({ Actions }) => {
      const [{ TargetGroupArn }] = Actions as [{ TargetGroupArn: unknown }];
      const group = resources[named(TargetGroupArn) ?? '']?.Properties;
      const [{ Id } = { Id: undefined }] = (group?.Targets ?? []) as { Id: unknown }[];
      return named(Id);
    });
    expect([...new Set(reached)].sort()).toEqual([...open].sort());
  });

  it('keeps to the quotas of a load balancer', () => {
    const all = [...rulesOf(80), ...rulesOf(443)];
    console.log(`\nListener rules: ${all.length} of ${MAX_RULES}\n`);
    expect(all.length).toBeLessThan(MAX_RULES);
    for (const rule of all) {
      const { paths, methods } = conditionsOf(rule);
      // Five values in a rule, three in a condition; six wildcards.
      expect(paths.length).toBeLessThanOrEqual(3);
      expect(paths.length + methods.length).toBeLessThanOrEqual(5);
      expect(paths.join('').split('*').length - 1).toBeLessThanOrEqual(6);
      for (const path of paths) expect(path.length).toBeLessThanOrEqual(128);
    }
    expect(ofType('AWS::ElasticLoadBalancingV2::TargetGroup').length).toBeLessThan(100);
  });

  it('names the target groups of the listener that asks for client certificates', () => {
    expect(targetNamesOf(443).filter((name) => !name.startsWith('tls-'))).toEqual([]);
    expect(targetNamesOf(80).filter((name) => !name.startsWith('http-'))).toEqual([]);
  });

  it('matches longer paths before shorter ones that would match too', () => {
    for (const port of [80, 443]) {
      const rules = rulesOf(port).map(conditionsOf);
      const meet = (a: readonly string[], b: readonly string[]): boolean =>
        a.length === 0 || b.length === 0 || a.some((method) => b.includes(method));
      const shadowed = rules.flatMap((rule, i) =>
        rules
          .slice(0, i)
          .filter(({ methods }) => meet(methods, rule.methods))
          .flatMap((earlier) => earlier.paths)
          .flatMap((pattern) =>
            rule.paths.filter((path) => takesIn(pattern, path)).map((path) => `${pattern} takes in ${path}`),
          ),
      );
      expect(shadowed).toEqual([]);
    }
  });
});
