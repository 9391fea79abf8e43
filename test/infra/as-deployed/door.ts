import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { pathMatcher } from '../../../functions/http/route.ts';
import type { FrontEvent } from '../../../functions/lambda/gateway.ts';
import { gatewayPath } from '../../../infra/doors/door.ts';
import { ROUTE_FUNCTIONS } from '../../../infra/functions.ts';
import type { Functions } from './functions.ts';

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  /** As API Gateway takes the header apart. */
  readonly cookies?: readonly string[];
  readonly body?: string | Uint8Array;
  /** PEM of the certificate with which the caller came through the certificate door. */
  readonly certificate?: string;
  /** Claims that the token door's authoriser read from the token; the token itself is in the header. */
  readonly claims?: Readonly<Record<string, string>>;
  /** What the request shows in place of the CDN's secret; an empty text for nothing. */
  readonly aroundCdn?: string;
  /** The most bytes that the front carries in a body, if fewer than API Gateway. */
  readonly answerBytes?: number;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly text: string;
  json<T = Record<string, unknown>>(): T;
}

/**
 * API Gateway: finds the function for a method and path by the doors' routes, and sends it the event. A caller without
 * credentials comes through the CDN, which shows its secret.
 */
export const openDoor =
  (functions: Functions, secret: string) =>
  async (method: string, path: string, asked: Asked = {}): Promise<Answered> => {
    const found = ROUTE_FUNCTIONS.find(({ routes }) =>
      routes.some(
        (route) =>
          (route.method === method || (method === 'HEAD' && route.method === 'GET')) &&
          pathMatcher(gatewayPath(route.path))(path),
      ),
    );
    if (!found) throw new Error(`No door leads to ${method} ${path}.`);
    const { certificate, claims, aroundCdn = secret } = asked;
    const throughCdn = certificate === undefined && claims === undefined && aroundCdn !== '';
    const headers = { ...(throughCdn && { 'akashi-origin-secret': aroundCdn }), ...asked.headers };
    return answered(await functions.invoke(found.id, eventOf(method, path, { ...asked, headers })));
  };

/** CloudFront in front of the streaming function: it calls the function's URL with its own credentials. */
export const openCdn =
  (functions: Functions) =>
  async (method: string, path: string): Promise<Answered> => {
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIACDN/20261122/ap-northeast-1/lambda/x' };
    return answered(await functions.invoke('crl-stream', eventOf(method, path, { headers })));
  };

const answered = (given: unknown): Answered => {
  const result = given as APIGatewayProxyStructuredResultV2;
  const bytes = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  return {
    status: result.statusCode ?? 0,
    headers: {
      ...(result.headers as Record<string, string>),
      ...Object.fromEntries((result.cookies ?? []).map((cookie) => ['set-cookie', cookie])),
    },
    bytes,
    text: bytes.toString('utf8'),
    json: <T>() => JSON.parse(bytes.toString('utf8')) as T,
  };
};

export const eventOf = (method: string, path: string, asked: Asked): FrontEvent => {
  const binary = asked.body instanceof Uint8Array;
  const body = binary
    ? Buffer.from(asked.body as Uint8Array).toString('base64')
    : (asked.body as string | undefined);
  return {
    ...(asked.answerBytes !== undefined && { answerBytes: asked.answerBytes }),
    version: '2.0',
    routeKey: '$default',
    rawPath: decodeURI(path),
    rawQueryString: asked.query ?? '',
    headers: { host: 'api.akashi.example', 'x-forwarded-proto': 'https', ...asked.headers },
    ...(asked.cookies && { cookies: [...asked.cookies] }),
    ...(body !== undefined && { body }),
    isBase64Encoded: binary,
    requestContext: {
      accountId: '111122223333',
      apiId: 'abcdef1234',
      domainName: 'api.akashi.example',
      domainPrefix: 'api',
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '22/Nov/2026:00:00:00 +0000',
      timeEpoch: 1_795_305_600_000,
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '198.51.100.7', userAgent: 'test/1' },
      ...(asked.certificate !== undefined && {
        authentication: {
          clientCert: {
            clientCertPem: asked.certificate,
            subjectDN: '',
            issuerDN: '',
            serialNumber: '',
            validity: { notBefore: '', notAfter: '' },
          },
        },
      }),
      ...(asked.claims && {
        authorizer: {
          jwt: { claims: { ...asked.claims }, scopes: [] },
          principalId: '',
          integrationLatency: 0,
        },
      }),
    },
  };
};
