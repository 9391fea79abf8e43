import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lambda } from '../../../functions/lambda/gateway.ts';
import { behindLoadBalancer } from '../../../functions/lambda/load-balancer.ts';
import { answerPipeline, taskPipeline } from '../../../functions/lambda/pipeline.ts';
import { telemetry } from '../../../functions/lambda/powertools.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { eventOf } from '../../infra/as-deployed/door.ts';
import { REQUEST, testApp } from '../app.ts';

// Even if an operator sets these, no function may log its events.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOGGER_LOG_EVENT = 'true';
  process.env.POWERTOOLS_LOGGER_SAMPLE_RATE = '1';
  process.env.POWERTOOLS_LOG_LEVEL = 'TRACE';
  process.env.POWERTOOLS_DEV = 'true';
});

let written = '';
beforeEach(() => {
  written = '';
  const keep = (said: unknown): boolean => {
    written += `${String(said).trimEnd()}\n`;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  for (const method of ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation(keep);
  }
});
afterEach(() => vi.restoreAllMocks());

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 10_000 } as Context;

const open = () => {
  const app = testApp();
  const edge = { ...app.edge, app: app.edge.app, log: telemetry.log };
  return { app, edge, handler: answerPipeline(lambda(routes, async () => edge)) };
};

/** Data of a person who occurs nowhere else in these tests. */
const PERSON = /Nara-Hanako|奈良|花子|%E5%A5%88|hanako@|19700203/;
const NAME = '奈良 花子';
const personal = {
  'content-type': 'application/json',
  cookie: 'name=Nara-Hanako',
  'user-agent': 'Nara-Hanako/1',
  'x-name': 'hanako@example.jp',
};

describe('the log of a function', () => {
  const ask = async (
    handler: ReturnType<typeof open>['handler'],
    method: string,
    path: string,
    given: Parameters<typeof eventOf>[2],
  ): Promise<APIGatewayProxyStructuredResultV2> => handler(eventOf(method, path, given), context);

  it('has no data of the person whom a request is about, whether it is answered, refused or fails', async () => {
    const { app, edge, handler } = open();
    const headers = { ...personal, authorization: `Bearer ${await app.tokenOf('officer')}` };
    const query = `name=${encodeURIComponent(NAME)}&born=19700203`;
    const body = JSON.stringify({ name: NAME, 'Nara-Hanako': 'hanako@example.jp', born: '19700203' });
    const answers = [
      await ask(handler, 'GET', `/api/v1/requests/${REQUEST}`, { headers }),
      await ask(handler, 'GET', `/api/v1/requests/${NAME}`, { headers }),
      await ask(handler, 'GET', `/Nara-Hanako/${NAME}`, { headers, query }),
      await ask(handler, 'GET', '/api/v1/requests', { headers, query }),
      await ask(handler, 'POST', '/api/v1/requests', { headers, query, body }),
      await ask(handler, 'POST', '/api/v1/requests', { headers, body }),
      await ask(handler, 'GET', `/api/v1/requests/${REQUEST}`, {
        headers: { ...headers, authorization: NAME },
      }),
    ];
    // And where the service itself fails, with the person's name in the error.
    vi.spyOn(edge.app.registration, 'get').mockRejectedValue(new Error(`no row for ${NAME}`));
    answers.push(await ask(handler, 'GET', `/api/v1/requests/${REQUEST}`, { headers, query: '' }));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 400, 404, 400, 400, 400, 401, 500]);
    expect(written).toContain('"message":"request failed"');
    expect(written).not.toMatch(PERSON);
    expect(written.trimEnd().split('\n')).toHaveLength(1);
  });

  it('has nothing of the event of a task either', async () => {
    const task = taskPipeline(async () => {
      throw new Error(NAME);
    });
    await expect(task({ name: NAME }, context)).rejects.toThrow(NAME);
    expect(written).toBe('');
  });
});

describe('an event that is not one', () => {
  it.each([
    ['null', null],
    ['an empty object', {}],
    ['text', 'GET /healthz'],
    ['one without a path', { ...eventOf('GET', '/healthz', {}), rawPath: undefined }],
    ['one without headers', { ...eventOf('GET', '/healthz', {}), headers: undefined }],
    ['one whose certificate is none', eventOf('GET', '/healthz', { certificate: NAME })],
  ])('(%s) is answered', async (_what, event) => {
    const answer = await open().handler(event as never, context);
    expect([answer.statusCode, JSON.parse(answer.body ?? '')]).toMatchObject([
      500,
      { code: 'internal', requestId: 'aws-1' },
    ]);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': 'aws-1',
    });
    expect(written).toContain('"level":"error"');
    expect(written).not.toMatch(PERSON);
  });

  it('is answered behind a load balancer too, once it has the form of one', async () => {
    const { handler } = open();
    const answer = await behindLoadBalancer(handler)(
      {
        requestContext: { elb: { targetGroupArn: 'arn:x:targetgroup/tls-1/1' } },
        httpMethod: 'GET',
        headers: { 'X-Amzn-Mtls-Clientcert-Leaf': 'none' },
        path: '/healthz',
        body: null,
        isBase64Encoded: false,
      },
      context,
    );
    expect([answer.statusCode, JSON.parse(answer.body ?? '').code]).toEqual([500, 'internal']);
  });
});

describe('a pipeline', () => {
  it('hands a body over as it came, so that a member given twice is seen', async () => {
    const { app, handler } = open();
    const answer = await handler(
      eventOf('POST', '/api/v1/requests', {
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${await app.tokenOf('officer')}`,
        },
        body: '{"profile":"a","profile":"b"}',
      }),
      context,
    );
    const { code, detail } = JSON.parse(answer.body ?? '');
    expect([answer.statusCode, code]).toEqual([400, 'invalid-input']);
    expect(detail).toContain('twice');
  });
});
