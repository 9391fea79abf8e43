import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languageOf } from '../../../functions/http/language.ts';
import { lambda } from '../../../functions/lambda/gateway.ts';
import { answerPipeline } from '../../../functions/lambda/pipeline.ts';
import type { Served } from '../../../functions/local/server.ts';
import { routes } from '../../../functions/routes/routes.ts';
import { Fault } from '../../../lib/fault.ts';
import { REQUEST, type TestApp, testApp } from '../app.ts';
import { exchange, get, open } from '../wire.ts';

describe('Accept-Language', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['ja', 'ja'],
    ['JA', 'ja'],
    ['ja-JP', 'ja'],
    ['ja-JP-u-ca-japanese', 'ja'],
    ['ja,en-US;q=0.9,en;q=0.8', 'ja'],
    ['en-US,en;q=0.9,ja;q=0.8', 'en'],
    ['en;q=0.8,ja;q=0.9', 'ja'],
    ['ja, en', 'ja'],
    ['en, ja', 'en'],
    ['fr, ja;q=0.1', 'ja'],
    ['fr', 'en'],
    ['*', 'en'],
    ['ja;q=0', 'en'],
    ['*, ja;q=0', 'en'],
    ['*;q=0.5, en;q=0.1', 'ja'],
    ['en;q=0, *;q=0.1', 'ja'],
    ['ja;q=0.001', 'ja'],
    ['ja ; q=1.000', 'ja'],
    [',ja,', 'ja'],
    // Malformed, so English.
    ['ja;q=2', 'en'],
    ['ja;q=0.1234', 'en'],
    ['ja;q=', 'en'],
    ['ja_JP', 'en'],
    ['ja;level=1', 'en'],
    ['日本語', 'en'],
    [`${'ja,'.repeat(400)}ja`, 'en'],
  ])('%s asks for %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });

  it('of any kind asks for one of the languages', () => {
    const parts = fc.constantFrom('ja', 'en', '*', 'ja-JP', ';q=', '0.5', '1', '0', ',', ' ', ';', 'x');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((all) => all.join('')),
        ),
        (header) => {
          expect(['en', 'ja']).toContain(languageOf(header));
        },
      ),
    );
  });
});

const JAPANESE_404 = {
  type: 'urn:akashi:fault:unknown-route',
  title: 'その操作はありません',
  detail: 'このパスの操作はありません。/openapi.json を参照してください。',
  code: 'unknown-route',
};

describe('a problem document of the one machine', () => {
  let app: TestApp;
  let served: Served;
  beforeAll(async () => {
    app = testApp();
    served = await open(app);
  });
  afterAll(() => served.stop());

  const ask = async (target: string, ...headers: readonly string[]) => {
    const reply = await exchange(served.port, get(target, ...headers));
    return { reply, problem: JSON.parse(String(reply?.body)) };
  };

  it('is in the language that was asked for, and says which one and on what it depends', async () => {
    const { reply, problem } = await ask('/nowhere', 'accept-language: ja-JP, en;q=0.5');
    expect(reply?.headers).toMatchObject({ 'content-language': 'ja', vary: 'Accept, Accept-Language' });
    expect(problem).toMatchObject(JAPANESE_404);
    const english = await ask('/nowhere');
    expect(english.reply?.headers).toMatchObject({
      'content-language': 'en',
      vary: 'Accept, Accept-Language',
    });
    expect(english.problem.title).toBe('No such operation');
  });

  it('says in it what the stack refuses', async () => {
    const { problem } = await ask(`/api/v1/requests/${REQUEST}`, 'accept-language: ja');
    expect(problem).toMatchObject({
      title: '認証が必要です',
      detail: 'クライアント証明書を提示するか、トークンを送ってください。',
      code: 'unauthenticated',
    });
  });

  it('says in it what is wrong with an input: in our words, or in those of the schema', async () => {
    const token = await app.tokenOf('officer');
    const authorization = `authorization: Bearer ${token}`;
    const bad = await ask('/api/v1/requests/a%20b', 'accept-language: ja', authorization);
    expect(bad.problem).toMatchObject({
      detail: 'リクエストの内容に誤りがあります。誤りは facts.problems にあります。',
      facts: { problems: [{ at: 'path.id', problem: '申請の ID を指定してください。' }] },
    });
    const query = await ask('/api/v1/requests?limit=x&other=1', 'accept-language: ja', authorization);
    const { problems } = query.problem.facts;
    for (const { problem } of problems) expect(problem).toMatch(/[ぁ-ん]/);
    expect(problems.map(({ at }: { at: string }) => at)).toContain('query.limit');
    const english = await ask('/api/v1/requests?limit=x&other=1', authorization);
    for (const { problem } of english.problem.facts.problems) expect(problem).toMatch(/^[\x20-\x7e]+$/);
  });

  it('is the only answer that depends on it', async () => {
    const reply = await exchange(served.port, get('/healthz', 'accept-language: ja'));
    expect(reply?.headers).not.toHaveProperty('content-language');
    expect(reply?.headers).not.toHaveProperty('vary');
  });
});

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 10_000 } as Context;

describe('a problem document of Lambda', () => {
  const answer = async (
    around: (handler: ReturnType<typeof lambda>) => ReturnType<typeof lambda>,
    path: string,
  ) => {
    const app = testApp();
    const route = routes.filter(({ id }) => id === 'askStatus');
    const event = {
      version: '2.0',
      rawPath: path,
      rawQueryString: '',
      headers: { 'Accept-Language': 'ja' },
      isBase64Encoded: false,
      requestContext: { http: { method: 'GET', path, sourceIp: '10.1.2.3' } },
    } as unknown as APIGatewayProxyEventV2;
    return around(lambda(route, async () => app.edge))(event, context);
  };

  it.each([
    ['the OCSP function', (handler: ReturnType<typeof lambda>) => handler],
    ['a function with a pipeline', answerPipeline],
  ])('from %s is in the language that was asked for', async (_which, around) => {
    const found = await answer(around, '/nowhere');
    expect(found.headers).toMatchObject({ 'content-language': 'ja', vary: 'Accept-Language' });
    expect(JSON.parse(String(found.body))).toMatchObject(JAPANESE_404);
    expect(JSON.parse((await answer(around, '/ocsp')).body ?? '')).toMatchObject({
      title: 'このメソッドは使えません',
      detail: 'このパスで使えるメソッドは POST, OPTIONS です。',
    });
  });

  it("shows of the service's own failure the title alone, in that language too", async () => {
    const failing = lambda(
      routes.filter(({ id }) => id === 'askStatus'),
      () => Promise.reject(new Fault('unknown-key', 'The key store has no key of that id.')),
    );
    const event = {
      rawPath: '/ocsp',
      rawQueryString: '',
      headers: { 'accept-language': 'ja' },
      requestContext: { http: { method: 'POST' } },
    } as unknown as APIGatewayProxyEventV2;
    const { statusCode, body } = await failing(event, context);
    expect(statusCode).toBe(500);
    expect(JSON.parse(String(body))).toMatchObject({
      title: 'サービスでエラーが発生しました',
      detail: 'サービスでエラーが発生しました。要求 ID（requestId）を認証局運用者に知らせてください。',
      code: 'internal',
    });
  });
});
