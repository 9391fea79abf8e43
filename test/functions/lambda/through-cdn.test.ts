import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { FrontEvent, LambdaHandler } from '../../../functions/lambda/gateway.ts';
import { throughCdn } from '../../../functions/lambda/through-cdn.ts';
import { openSecrets } from '../../../lib/aws/secrets.ts';
import { startRecorder } from '../../aws/recorder.ts';
import { isSigned } from '../../aws/signature-oracle.ts';
import { eventOf } from '../../infra/as-deployed/door.ts';

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 10_000 } as Context;
const ANSWER: APIGatewayProxyStructuredResultV2 = { statusCode: 200, body: 'answered' };

/** A function behind the check, with the secrets of a Secrets Manager that the test owns. */
const start = async (texts: Record<string, string | undefined>) => {
  const recorder = await startRecorder(({ body }) => {
    const { SecretId } = JSON.parse(String(body)) as { SecretId: string };
    const text = texts[SecretId];
    return text === undefined
      ? { status: 400, body: '{"__type":"ResourceNotFoundException"}' }
      : { body: JSON.stringify({ SecretString: text }) };
  });
  const seen: FrontEvent[] = [];
  let now = 1_000_000;
  const inner: LambdaHandler = async (event) => {
    seen.push(event);
    return ANSWER;
  };
  const handler = throughCdn(inner, () => ({
    ids: Object.keys(texts),
    read: openSecrets(recorder.access).read,
    clock: () => now,
  }));
  return {
    recorder,
    seen,
    texts,
    forward: (ms: number) => {
      now += ms;
    },
    ask: async (shown: string | undefined, given: Parameters<typeof eventOf>[2] = {}, method = 'GET') =>
      handler(
        eventOf(method, '/ca', {
          ...given,
          headers: { ...given.headers, ...(shown !== undefined && { 'Akashi-Origin-Secret': shown }) },
        }),
        context,
      ),
    [Symbol.asyncDispose]: () => recorder[Symbol.asyncDispose](),
  };
};

const codeOf = ({ body = '' }: APIGatewayProxyStructuredResultV2): string =>
  (JSON.parse(body) as { code: string }).code;

describe('a function that is open to everybody', () => {
  it('answers what shows a secret of the CDN, and hands the secret to nobody', async () => {
    await using door = await start({ one: 'first', two: 'second' });
    expect(await door.ask('first')).toBe(ANSWER);
    expect(await door.ask('second')).toBe(ANSWER);
    expect(JSON.stringify(door.seen)).not.toMatch(/first|second|akashi-origin/i);
    const [asked] = door.recorder.asked;
    expect(asked?.headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
    const { secretAccessKey } = door.recorder.access.credentials;
    expect(await isSigned(asked as never, (asked as { body: Buffer }).body, secretAccessKey)).toBe(true);
  });

  it.each([undefined, '', 'firs', 'first ', 'FIRST', 'first,second', 'x'.repeat(10_000)])(
    'refuses %j, and does not reach the function',
    async (shown) => {
      await using door = await start({ one: 'first', two: 'second' });
      const refused = await door.ask(shown);
      expect([refused.statusCode, codeOf(refused)]).toEqual([403, 'not-through-cdn']);
      expect(refused.headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': 'aws-1' });
      expect((await door.ask(shown, {}, 'HEAD')).body).toBe('');
      expect(door.seen).toEqual([]);
    },
  );

  it('does not take an empty secret for one that is shown', async () => {
    await using door = await start({ one: '' });
    expect(codeOf(await door.ask(''))).toBe('store-unavailable');
  });

  it('answers in the language of the caller', async () => {
    await using door = await start({ one: 'first' });
    const { body, headers } = await door.ask(undefined, { headers: { 'Accept-Language': 'ja' } });
    expect(headers?.['content-language']).toBe('ja');
    expect(body).toContain('CDN を経由していない要求です');
  });

  it('asks for no secret where API Gateway has verified a client certificate or a token', async () => {
    await using door = await start({ one: 'first' });
    expect(await door.ask(undefined, { certificate: 'PEM' })).toBe(ANSWER);
    expect(await door.ask(undefined, { claims: { sub: 'somebody' } })).toBe(ANSWER);
    expect(door.recorder.asked).toEqual([]);
    // A header says nothing about the door.
    const forged = { 'x-amzn-mtls-clientcert-leaf': 'PEM', authorization: 'Bearer x' };
    expect((await door.ask(undefined, { headers: forged })).statusCode).toBe(403);
  });

  it('reads the secrets at the first request, and again after five minutes', async () => {
    await using door = await start({ one: 'first', two: 'second' });
    for (let n = 0; n < 5; n++) await door.ask('first');
    expect(door.recorder.asked).toHaveLength(2);
    door.texts.one = 'changed';
    door.forward(299_000);
    expect((await door.ask('changed')).statusCode).toBe(403);
    door.forward(1_000);
    expect(await door.ask('changed')).toBe(ANSWER);
    expect((await door.ask('first')).statusCode).toBe(403);
    expect(door.recorder.asked).toHaveLength(4);
  });

  it('goes on with what it knows while a secret cannot be read, and reads at most every five seconds', async () => {
    await using door = await start({ one: 'first', two: undefined });
    expect(await door.ask('first')).toBe(ANSWER);
    const unsure = await door.ask('second');
    expect([unsure.statusCode, codeOf(unsure)]).toEqual([503, 'store-unavailable']);
    expect(door.recorder.asked).toHaveLength(2);
    door.texts.one = undefined;
    door.texts.two = 'second';
    door.forward(5_000);
    expect(await door.ask('second')).toBe(ANSWER);
    expect(await door.ask('first')).toBe(ANSWER);
    expect(door.recorder.asked).toHaveLength(4);
  });
});
