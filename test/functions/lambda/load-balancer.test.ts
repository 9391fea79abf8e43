import type { ALBEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { lambda } from '../../../functions/lambda/gateway.ts';
import { behindLoadBalancer } from '../../../functions/lambda/load-balancer.ts';
import { route as ocspPost } from '../../../functions/routes/public/ask-status.ts';
import { route as crlRoute } from '../../../functions/routes/public/get-crl.ts';
import { route as requestRoute } from '../../../functions/routes/requests/get-request.ts';
import { CA, REQUEST, testApp } from '../app.ts';

const LEAF = '-----BEGIN%20CERTIFICATE-----%0AMIIB+/=%0A-----END%20CERTIFICATE-----%0A';

const event = (change: Partial<ALBEvent> = {}, group = 'tls-3-ocsp'): ALBEvent => ({
  requestContext: {
    elb: {
      targetGroupArn: `arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:targetgroup/${group}/0123456789abcdef`,
    },
  },
  httpMethod: 'GET',
  path: '/api/v1/requests',
  queryStringParameters: { office: '%E5%A5%88%E8%89%AF', limit: '10' },
  headers: { 'X-Forwarded-For': '198.51.100.7, 10.1.2.3', 'X-Amzn-Mtls-Clientcert-Leaf': LEAF },
  body: null,
  isBase64Encoded: false,
  ...change,
});

const seen = async (given: ALBEvent): Promise<APIGatewayProxyEventV2> => {
  let found: APIGatewayProxyEventV2 | undefined;
  const handler = behindLoadBalancer(async (gateway) => {
    found = gateway;
    return { statusCode: 200, headers: { 'x-n': 1, a: 'b' }, body: 'AQI=', isBase64Encoded: true };
  });
  const answer = await handler(given, {} as Context);
  expect(answer).toEqual({
    statusCode: 200,
    headers: { 'x-n': '1', a: 'b' },
    body: 'AQI=',
    isBase64Encoded: true,
  });
  return found as APIGatewayProxyEventV2;
};

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 10_000 } as Context;

describe('behind a load balancer', () => {
  it('the function sees the request as API Gateway would give it', async () => {
    const gateway = await seen(event({ httpMethod: 'POST', body: 'MAo=', isBase64Encoded: true }));
    expect(gateway).toMatchObject({ rawPath: '/api/v1/requests', body: 'MAo=', isBase64Encoded: true });
    expect(new URLSearchParams(gateway.rawQueryString).get('office')).toBe('奈良');
    expect(gateway.requestContext.http).toMatchObject({ method: 'POST', sourceIp: '10.1.2.3' });
  });

  it('a client certificate counts from a listener for mutual TLS', async () => {
    const { requestContext, headers } = await seen(event());
    expect(requestContext.authentication?.clientCert.clientCertPem).toBe(
      '-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----\n',
    );
    expect(headers['x-amzn-mtls-clientcert-leaf']).toBeUndefined();
  });

  it.each(['http-3-ocsp', 'other-tls-3', 'x'])('and from the target group %s it is not', async (group) => {
    const { requestContext, headers } = await seen(event({}, group));
    expect(requestContext.authentication).toBeUndefined();
    expect(headers['x-amzn-mtls-clientcert-leaf']).toBeUndefined();
  });

  describe('a token', () => {
    const ask = async (group: string, change: Partial<ALBEvent>, headers: Record<string, string> = {}) => {
      const app = testApp();
      const given = {
        'x-forwarded-for': '10.1.2.3',
        authorization: `Bearer ${await app.tokenOf('relyingParty')}`,
        ...headers,
      };
      const handler = behindLoadBalancer(lambda([ocspPost, requestRoute], async () => app.edge));
      const answer = await handler(
        event({ queryStringParameters: {}, ...change, headers: given }, group),
        context,
      );
      return { app, answer };
    };
    const status = { httpMethod: 'POST', path: '/ocsp', body: 'MAo=', isBase64Encoded: true };
    const type = { 'content-type': 'application/ocsp-request' };

    it('identifies its caller if it came by TLS, and nobody if it did not', async () => {
      const named = await ask('tls-3-ocsp', status, type);
      expect(named.app.ocspCalls[0]?.caller.recipient).toBe('relyingparty-1');
      // The client's own claims about TLS do not count: only those of the load balancer do.
      for (const said of [{}, { 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' }]) {
        const { app, answer } = await ask('http-3-ocsp', status, { ...type, ...said });
        expect(answer.statusCode).toBe(200);
        expect(app.ocspCalls.map(({ caller }) => caller)).toEqual([
          { recipient: 'public', method: 'POST', unproven: 'tls-required' },
        ]);
      }
    });

    it('is refused without TLS if the route needs an identified caller', async () => {
      const { answer } = await ask('http-3-api', { path: `/api/v1/requests/${REQUEST}` });
      expect([answer.statusCode, JSON.parse(answer.body ?? '').code]).toEqual([403, 'tls-required']);
    });
  });

  describe('an answer', () => {
    const crlOf = async (bytes: number, addressOf?: (key: string) => string) => {
      const app = testApp();
      app.crl = Buffer.alloc(bytes, 0xff);
      const edge = { ...app.edge, ...(addressOf && { largeAnswers: { addressOf } }) };
      const handler = behindLoadBalancer(lambda([crlRoute], async () => edge));
      return handler(
        event({ path: `/crl/${CA}/full.crl`, queryStringParameters: {} }, 'http-1-crl'),
        context,
      );
    };

    it('has at most the megabyte that a load balancer takes', async () => {
      const whole = await crlOf(700_000);
      expect(Buffer.from(whole.body ?? '', 'base64').length).toBe(700_000);
      expect(Buffer.byteLength(JSON.stringify(whole))).toBeLessThan(1_000_000);
    });

    it('that has more is fetched from the bucket, or refused with a reason', async () => {
      const sent = await crlOf(700_001, (key) => `https://bucket.vpce.example/published/${key}`);
      expect([sent.statusCode, sent.headers?.location]).toEqual([
        302,
        expect.stringMatching(
          new RegExp(`^https://bucket\\.vpce\\.example/published/crl/${CA}/full/\\d{20}\\.crl$`),
        ),
      ]);
      const refused = await crlOf(700_001);
      expect([refused.statusCode, JSON.parse(refused.body ?? '').code]).toEqual([413, 'value-too-large']);
    });
  });
});
