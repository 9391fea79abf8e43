import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type LambdaHandler, lambda } from '../../../functions/lambda/gateway.ts';
import { answerPipeline } from '../../../functions/lambda/pipeline.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { OpensslCa } from '../../principals/openssl.ts';
import { CA, REQUEST, type TestApp, testApp } from '../app.ts';

const openssl = new OpensslCa();
afterAll(() => openssl[Symbol.dispose]());

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 10_000 } as Context;

const eventOf = (
  method: string,
  rawPath: string,
  given: Partial<APIGatewayProxyEventV2> & { readonly certificate?: string } = {},
): APIGatewayProxyEventV2 => {
  const { certificate, ...rest } = given;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    ...rest,
    requestContext: {
      accountId: '1',
      apiId: 'a',
      domainName: 'api.example.jp',
      domainPrefix: 'api',
      requestId: 'gateway-1',
      routeKey: '$default',
      stage: '$default',
      time: '',
      timeEpoch: 0,
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '10.1.2.3', userAgent: 'test' },
      ...(certificate === undefined
        ? {}
        : {
            authentication: {
              clientCert: {
                clientCertPem: certificate,
                serialNumber: '',
                subjectDN: '',
                issuerDN: '',
                validity: { notAfter: '', notBefore: '' },
              },
            },
          }),
    },
  };
};

describe.each<[string, (answer: LambdaHandler) => LambdaHandler]>([
  ['the OCSP function', (answer) => answer],
  ['a function with a pipeline', answerPipeline],
])('%s', (_which, around) => {
  const handler = (id: string, app: TestApp) => {
    const route = routes.find((candidate) => candidate.id === id);
    if (!route) throw new Error(`There is no route ${id}.`);
    return around(lambda([route], async () => app.edge));
  };

  it('hands a binary body through and gives binary back in base64', async () => {
    const app = testApp();
    const body = Buffer.from('30030a0101ff', 'hex').toString('base64');
    const answer = await handler('askStatus', app)(
      eventOf('POST', '/ocsp', {
        headers: { 'Content-Type': 'application/ocsp-request' },
        body,
        isBase64Encoded: true,
      }),
      context,
    );
    expect(answer).toMatchObject({
      statusCode: 200,
      isBase64Encoded: true,
      body,
      headers: {
        'content-type': 'application/ocsp-response',
        'x-request-id': 'aws-1',
        'cache-control': 'private, max-age=0, must-revalidate',
      },
    });
  });

  it.each(['/ocsp/MAMKAQE=', '/ocsp/MAMKAQE%3D', '/ocsp//8A', '/ocsp/-_D_AD7w'])(
    'takes the path %s, decoded by the gateway or not',
    async (path) => {
      const app = testApp();
      expect((await handler('askStatusByUrl', app)(eventOf('GET', path), context)).statusCode).toBe(200);
      expect(app.ocspCalls[0]?.request.length).toBeGreaterThan(0);
    },
  );

  it.each(['r%', 'r?admin=1', 'r#', '登録', 'r\ud800', 'r 1'])(
    'refuses "%s" decoded into its path',
    async (id) => {
      const app = testApp();
      const authorization = `Bearer ${await app.tokenOf('officer')}`;
      const answer = await handler('getRequest', app)(
        eventOf('GET', `/api/v1/requests/${id}`, { headers: { authorization } }),
        context,
      );
      expect(JSON.parse(answer.body ?? '')).toMatchObject({ code: 'invalid-input' });
    },
  );

  it('identifies a caller by the certificate that the gateway verified', async () => {
    const app = testApp([{ ca: 'operations-1', certificate: openssl.ca('operations-1').der }]);
    app.now = Date.now() + 60_000;
    const { cert } = openssl.client('operations-1', { subject: '/serialNumber=officer-1' });
    const answer = await handler('getRequest', app)(
      eventOf('GET', `/api/v1/requests/${REQUEST}`, { certificate: cert }),
      context,
    );
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ subject: 'C=JP, CN=市長' });
  });

  it('reads the query, and answers HEAD without a body', async () => {
    const app = testApp();
    const headers = { Authorization: `Bearer ${await app.tokenOf('auditor')}` };
    const list = handler('listRecords', app);
    await list(eventOf('GET', '/api/v1/records', { headers, rawQueryString: 'limit=3&kind=hold' }), context);
    expect(app.queries[0]).toMatchObject({ limit: 3, kind: 'hold' });
    const head = await handler('getCrl', app)(eventOf('HEAD', `/crl/${CA}/full.crl`), context);
    expect([head.statusCode, head.body]).toEqual([200, '']);
  });

  it('refuses events that the gateway should not send', async () => {
    const app = testApp();
    const answer = await handler('getRequest', app)(eventOf('GET', '/elsewhere'), context);
    expect([answer.statusCode, JSON.parse(answer.body ?? '').code]).toEqual([404, 'unknown-route']);
    const put = await handler('getRequest', app)(eventOf('PUT', `/api/v1/requests/${REQUEST}`), context);
    expect([put.statusCode, put.headers?.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('answers OPTIONS as the service on one machine does', async () => {
    const { statusCode, headers, body } = await handler('getRequest', testApp())(
      eventOf('OPTIONS', `/api/v1/requests/${REQUEST}`),
      context,
    );
    expect([statusCode, headers?.allow, body]).toEqual([204, 'GET, HEAD, OPTIONS', '']);
  });

  it('answers that its time is up before Lambda ends it', async () => {
    const app = testApp();
    app.gate = new Promise(() => {});
    const answer = await handler('askStatusByUrl', app)(eventOf('GET', '/ocsp/MAMKAQE='), {
      ...context,
      getRemainingTimeInMillis: () => 350,
    });
    // In the words of its protocol: tryLater (RFC 6960 4.2.1).
    expect([answer.statusCode, Buffer.from(answer.body ?? '', 'base64').toString('hex')]).toEqual([
      200,
      '30030a0103',
    ]);
    expect(app.logged.map(({ facts }) => facts)).toContainEqual(
      expect.objectContaining({ code: 'try-later' }),
    );
  });

  describe('that cannot start', () => {
    afterEach(() => vi.restoreAllMocks());

    it('answers as for any failure and tries again at the next request', async () => {
      const said = vi.spyOn(console, 'error').mockImplementation(() => {});
      const app = testApp();
      let attempts = 0;
      const route = routes.find(({ id }) => id === 'health');
      if (!route) throw new Error('There is no route health.');
      const health = around(
        lambda([route], async () => {
          attempts++;
          if (attempts === 1) throw new Error('arn:aws:kms:secret');
          return app.edge;
        }),
      );
      const first = await health(eventOf('GET', '/healthz'), context);
      expect([first.statusCode, JSON.parse(first.body ?? '').code]).toEqual([500, 'internal']);
      expect(first.body).not.toContain('arn');
      expect(said).toHaveBeenCalledOnce();
      expect((await health(eventOf('GET', '/healthz'), context)).statusCode).toBe(200);
      await health(eventOf('GET', '/healthz'), context);
      expect(attempts).toBe(2);
    });
  });
});
