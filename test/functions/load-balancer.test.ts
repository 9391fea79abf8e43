import type { ALBEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { behindLoadBalancer } from '../../functions/load-balancer.ts';

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

describe('behind a load balancer', () => {
  it('the function sees the request as API Gateway would give it', async () => {
    const gateway = await seen(event({ httpMethod: 'POST', body: 'MAo=', isBase64Encoded: true }));
    expect(gateway).toMatchObject({ rawPath: '/api/v1/requests', body: 'MAo=', isBase64Encoded: true });
    expect(new URLSearchParams(gateway.rawQueryString).get('office')).toBe('奈良');
    expect(gateway.requestContext.http).toMatchObject({ method: 'POST', sourceIp: '10.1.2.3' });
  });

  it('a client certificate is believed where one was asked for', async () => {
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
});
