import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import type { FrontEvent, LambdaHandler } from '../../../functions/lambda/gateway.ts';
import { throughCdn } from '../../../functions/lambda/through-cdn.ts';
import { openSecrets } from '../../../lib/aws/secrets.ts';
import { startRecorder } from '../../aws/recorder.ts';
import { isSigned } from '../../aws/signature-oracle.ts';
import { eventOf } from '../../infra/as-deployed/door.ts';

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 10_000 } as Context;
/** A secret that is there, and cannot be read. */
const UNREADABLE = 'unreadable';
const ANSWER: APIGatewayProxyStructuredResultV2 = { statusCode: 200, body: 'answered' };

/** A function behind the check, with the secrets of a Secrets Manager that the test owns. */
const start = async (texts: Record<string, string | undefined>) => {
  const recorder = await startRecorder(({ body }) => {
    const { SecretId } = JSON.parse(String(body)) as { SecretId: string };
    const text = texts[SecretId];
    if (text === UNREADABLE) return { status: 400, body: '{"__type":"AccessDeniedException"}' };
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
    expect(door.seen[0]?.requestContext.authentication).toBeDefined();
    // A header says nothing about the door.
    const forged = { 'x-amzn-mtls-clientcert-leaf': 'PEM', authorization: 'Bearer x' };
    expect((await door.ask(undefined, { headers: forged })).statusCode).toBe(403);
  });

  it('takes the client certificate of the CDN for no caller’s', async () => {
    await using door = await start({ one: 'first' });
    expect(await door.ask('first', { certificate: 'PEM' })).toBe(ANSWER);
    expect(door.seen[0]?.requestContext.authentication).toBeUndefined();
    expect((await door.ask('wrong', { certificate: 'PEM' })).statusCode).toBe(403);
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
    door.texts.one = UNREADABLE;
    door.texts.two = 'second';
    door.forward(5_000);
    expect(await door.ask('second')).toBe(ANSWER);
    expect(await door.ask('first')).toBe(ANSWER);
    expect(door.recorder.asked).toHaveLength(4);
  });

  it('forgets a secret that cannot be read for fifteen minutes, and knows it again when it is read', async () => {
    await using door = await start({ one: 'first', two: 'second' });
    expect(await door.ask('first')).toBe(ANSWER);
    door.texts.one = UNREADABLE;
    door.forward(899_000);
    expect(await door.ask('first')).toBe(ANSWER);
    door.forward(5_000);
    expect(codeOf(await door.ask('first'))).toBe('store-unavailable');
    expect(await door.ask('second')).toBe(ANSWER);
    door.texts.one = 'first';
    door.forward(5_000);
    expect(await door.ask('first')).toBe(ANSWER);
  });

  it.each([
    ['is gone', undefined],
    ['is empty', ''],
  ])('forgets a secret at once that %s', async (_, text) => {
    await using door = await start({ one: 'first', two: 'second' });
    expect(await door.ask('first')).toBe(ANSWER);
    door.texts.one = text;
    door.forward(300_000);
    expect(codeOf(await door.ask('first'))).toBe('store-unavailable');
    expect(await door.ask('second')).toBe(ANSWER);
  });

  it('says in its log once for each read that a secret cannot be read, however many ask meanwhile', async () => {
    await using door = await start({ one: 'first', two: UNREADABLE });
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      for (let n = 0; n < 20; n++) expect((await door.ask('wrong')).statusCode).toBe(503);
      expect(log).toHaveBeenCalledTimes(1);
      door.forward(5_000);
      for (let n = 0; n < 20; n++) await door.ask('wrong');
      expect(log).toHaveBeenCalledTimes(2);
      const [[line]] = log.mock.calls as [[string]];
      expect(JSON.parse(line)).toMatchObject({
        level: 'error',
        code: 'store-unavailable',
        failures: [{ secret: 'two', error: 'AccessDeniedException' }],
      });
      expect(line).not.toMatch(/first|wrong/);
    } finally {
      log.mockRestore();
    }
  });
});
