import { describe, expect, it } from 'vitest';
import { ROUTE_FUNCTIONS } from '../../infra/functions.ts';
import { named } from './policies.ts';
import { privateSettings, standIn, synthesise } from './synthesised.ts';

/** The variant for a closed network. */

const { ofType, resources, functionId } = synthesise(privateSettings(), { bundle: standIn });
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
    // S3 twice: for the functions, and for callers who fetch what is too large for the load balancer.
    expect(services.sort()).toEqual(['dynamodb', 'kms', 's3', 's3']);
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

  it('has an interface of S3 from which callers read objects of this account, and the functions say its name', () => {
    const [[id, endpoint]] = ofType('AWS::EC2::VPCEndpoint').filter(([one]) => /Fetch/.test(one)) as [
      [string, (typeof resources)[string]],
    ];
    expect(endpoint.Properties).toMatchObject({ VpcEndpointType: 'Interface', PrivateDnsEnabled: false });
    expect(endpoint.Properties.PolicyDocument).toMatchObject({
      Statement: [
        { Action: 's3:GetObject', Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } } },
      ],
    });
    for (const fn of ['crl', 'exports', 'evidence', 'reports', 'disclosure-bundles']) {
      const { Environment } = (resources[functionId(fn)] as (typeof resources)[string]).Properties;
      const { S3_ADDRESS } = (Environment as { Variables: Record<string, unknown> }).Variables;
      expect(JSON.stringify(S3_ADDRESS), fn).toContain(id);
    }
  });

  it('has nothing that only a CDN would ask', () => {
    const names = ofType('AWS::Lambda::Function').map(([, { Properties }]) => String(Properties.Description));
    expect(names.filter((name) => /crl-stream|cdn-log-delivery/.test(name))).toEqual([]);
    expect(ofType('AWS::Lambda::EventSourceMapping')).toEqual([]);
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

  it('answers by plain HTTP what is for everybody, and by TLS everything', () => {
    const routesOf = (doors: readonly string[]) =>
      ROUTE_FUNCTIONS.filter((fn) => doors.includes(fn.doors)).flatMap(({ routes }) => routes);
    expect(rulesOf(80)).toHaveLength(routesOf(['public', 'both']).length);
    expect(rulesOf(443)).toHaveLength(routesOf(['public', 'both', 'callers']).length);
  });

  it('marks by the name of the target group where a client certificate was asked for', () => {
    expect(targetNamesOf(443).filter((name) => !name.startsWith('tls-'))).toEqual([]);
    expect(targetNamesOf(80).filter((name) => !name.startsWith('http-'))).toEqual([]);
  });

  it('looks at longer paths before those that would take them in', () => {
    for (const port of [80, 443]) {
      const rules = rulesOf(port).map(({ Conditions }) => {
        const conditions = Conditions as {
          PathPatternConfig?: { Values: string[] };
          HttpRequestMethodConfig?: { Values: string[] };
        }[];
        return {
          path: conditions.find((one) => one.PathPatternConfig)?.PathPatternConfig?.Values[0] ?? '',
          methods:
            conditions.find((one) => one.HttpRequestMethodConfig)?.HttpRequestMethodConfig?.Values ?? [],
        };
      });
      const shadowed = rules.flatMap((rule, i) =>
        rules
          .slice(0, i)
          .filter(
            (earlier) =>
              earlier.methods.some((method) => rule.methods.includes(method)) &&
              new RegExp(`^${earlier.path.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(rule.path),
          )
          .map((earlier) => `${earlier.path} takes in ${rule.path}`),
      );
      expect(shadowed).toEqual([]);
    }
  });
});
