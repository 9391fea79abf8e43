import { randomBytes } from 'node:crypto';
import { PassThrough, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { route } from '../../../functions/routes/public/get-crl.ts';
import { eventOf } from '../../infra/as-deployed/door.ts';
import { CA, testApp } from '../app.ts';

/** The function from which the CDN gets CRLs, with the runtime's globals as Lambda documents them. */

interface Head {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

let head: Head | undefined;
beforeEach(() => {
  head = undefined;
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from: (answer: Writable, given: Head) => {
        head = given;
        return answer;
      },
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 10_000 } as Context;

/** The handler as the runtime calls it. */
type Streaming = (event: unknown, answer: Writable, context: Context) => Promise<void>;

const ask = async (method: string, path: string, headers: Record<string, string> = {}, crl?: Buffer) => {
  const { streaming } = await import('../../../functions/lambda/streaming.ts');
  const app = testApp();
  if (crl) app.crl = crl;
  const { status: room } = app.edge.app;
  const callers: unknown[] = [];
  const status: typeof room = {
    ...room,
    crl: (ca, partition, caller) => {
      callers.push(caller);
      return room.crl(ca, partition, caller);
    },
  };
  const edge = { ...app.edge, app: { ...app.edge.app, status } };
  const handler = streaming([route], async () => edge) as unknown as Streaming;
  const answer = new PassThrough();
  const [body] = await Promise.all([
    buffer(answer),
    handler(eventOf(method, path, { headers }), answer, context),
  ]);
  return { callers, body, status: head?.statusCode, headers: head?.headers ?? {} };
};

const PATH = `/crl/${CA}/full.crl`;

describe('a function that streams', () => {
  it('gives a whole CRL that is too large for API Gateway', async () => {
    const crl = randomBytes(9_000_001);
    const { status, headers, body } = await ask('GET', PATH, {}, crl);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/pkix-crl',
      'cache-control': expect.stringContaining('max-age='),
      'x-request-id': 'aws-1',
    });
    expect(body.equals(crl)).toBe(true);
  });

  it('does not take the credentials of the CDN for those of a caller', async () => {
    const { callers, status } = await ask('GET', PATH, {
      Authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20261122/ap-northeast-1/lambda/aws4_request',
    });
    expect(status).toBe(200);
    const anonymous = await ask('GET', PATH);
    expect(callers).toEqual([{ recipient: 'public', method: 'GET' }]);
    expect(anonymous.callers).toEqual(callers);
  });

  it('answers an event that is not one', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { streaming } = await import('../../../functions/lambda/streaming.ts');
    const handler = streaming([route], async () => testApp().edge) as unknown as Streaming;
    const answer = new PassThrough();
    const [body] = await Promise.all([buffer(answer), handler({}, answer, context)]);
    expect([head?.statusCode, JSON.parse(body.toString())]).toMatchObject([500, { code: 'internal' }]);
    expect(said).toHaveBeenCalledOnce();
    said.mockRestore();
  });

  it('gives HEAD no body, and a refusal its whole problem document', async () => {
    const asked = await ask('HEAD', PATH);
    expect([asked.status, asked.body.length]).toEqual([200, 0]);
    const missing = await ask('GET', '/crl/nobody-9/full.crl');
    expect(missing.status).toBe(404);
    expect(JSON.parse(missing.body.toString()).code).toBe('unknown-authority');
  });
});
