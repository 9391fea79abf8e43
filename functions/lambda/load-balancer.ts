import type { ALBEvent, ALBResult, Context } from 'aws-lambda';
import type { FrontEvent, LambdaHandler } from './gateway.ts';

/**
 * Lets a function stand behind an Application Load Balancer, as it does in a closed network: puts the balancer's events
 * into API Gateway's form.
 *
 * The client certificate comes in a header. The load balancer overwrites that header on the listener for mutual TLS. On
 * any other listener it passes on a header that the client wrote. So the header counts only from the target groups of
 * the listener for mutual TLS, which the deployment names `tls-…`. The same name tells whether a client came by TLS. The
 * load balancer writes the name, and no client can; `X-Forwarded-Proto` may come from a client, depending on the
 * balancer's settings.
 */
export const behindLoadBalancer =
  (handler: LambdaHandler): ((event: ALBEvent, context: Context) => Promise<ALBResult>) =>
  async (event, context) => {
    const answer = await handler(gatewayEvent(event), context);
    const { statusCode = 500, headers, cookies = [], body, isBase64Encoded } = answer;
    return {
      statusCode,
      headers: {
        ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
        // An answer sets one cookie at most (functions/pages/answer.ts).
        ...Object.fromEntries(cookies.map((cookie) => ['set-cookie', cookie])),
      },
      body: body ?? '',
      isBase64Encoded: isBase64Encoded ?? false,
    };
  };

/** A load balancer takes an answer of at most 1 MB, including base64 and headers. */
const ANSWER_BYTES = 700_000;

const CERTIFICATE = 'x-amzn-mtls-clientcert-leaf';

const gatewayEvent = (event: ALBEvent): FrontEvent => {
  const { [CERTIFICATE]: leaf, ...headers } = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const tls = /:targetgroup\/tls-/.test(event.requestContext.elb.targetGroupArn);
  // Query parameters come as they were sent, still percent-encoded.
  const rawQueryString = Object.entries(event.queryStringParameters ?? {})
    .map(([name, value]) => `${name}=${value ?? ''}`)
    .join('&');
  return {
    answerBytes: ANSWER_BYTES,
    ...(!tls && { withoutTls: true as const }),
    version: '2.0',
    routeKey: '$default',
    rawPath: event.path,
    rawQueryString,
    headers,
    ...(event.body === null ? {} : { body: event.body }),
    isBase64Encoded: event.isBase64Encoded,
    requestContext: {
      accountId: '',
      apiId: '',
      domainName: headers.host ?? '',
      domainPrefix: '',
      http: {
        method: event.httpMethod,
        path: event.path,
        protocol: 'HTTP/1.1',
        sourceIp: headers['x-forwarded-for']?.split(',').at(-1)?.trim() ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: '',
      routeKey: '$default',
      stage: '$default',
      time: '',
      timeEpoch: 0,
      ...(tls && leaf !== undefined && { authentication: authentication(decodeURIComponent(leaf)) }),
    },
  };
};

const authentication = (clientCertPem: string) => ({
  clientCert: {
    clientCertPem,
    issuerDN: '',
    serialNumber: '',
    subjectDN: '',
    validity: { notAfter: '', notBefore: '' },
  },
});
