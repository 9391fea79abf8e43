import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { languageOfTerminal } from '../../cli/terminal-language.ts';
import { akashi } from './in-process.ts';

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});

const listen = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((listening) => server.once('listening', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const inJapan = (): void => {
  vi.stubEnv('LC_ALL', '');
  vi.stubEnv('LC_MESSAGES', '');
  vi.stubEnv('LANG', 'ja_JP.UTF-8');
};

describe('the language of the terminal', () => {
  it.each([
    [{}, 'en'],
    [{ LANG: 'ja_JP.UTF-8' }, 'ja'],
    [{ LANG: 'ja_JP.utf8' }, 'ja'],
    [{ LANG: 'ja' }, 'ja'],
    [{ LANG: 'ja_JP.eucJP' }, 'en'],
    [{ LANG: 'en_US.UTF-8' }, 'en'],
    [{ LANG: 'C', LC_MESSAGES: 'ja_JP.UTF-8' }, 'ja'],
    [{ LANG: 'ja_JP.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, 'en'],
    [{ LANG: 'ja_JP.UTF-8', LC_MESSAGES: 'ja_JP.UTF-8', LC_ALL: 'C' }, 'en'],
    [{ LANG: 'ja_JP.UTF-8', LC_ALL: '' }, 'ja'],
  ])('is by %o %s', (environment, language) => {
    expect(languageOfTerminal(environment)).toBe(language);
  });
});

describe('a failure', () => {
  it('is said in the language of the terminal: title, detail, what to do', async () => {
    inJapan();
    const { code, err } = await akashi(['examine', 'x']);
    expect(code).toBe(2);
    expect(err).toContain('akashi: コマンドラインに誤りがあります (usage)');
    expect(err).toMatch(/詳細 +--approve と --reject のどちらか一方を指定してください。/);
    const unreachable = await akashi(['authorities', '--url', 'http://127.0.0.1:1']);
    expect(unreachable.err).toMatch(/詳細 +http:\/\/127\.0\.0\.1:1 に接続できません（ECONNREFUSED）。/);
    expect(unreachable.err).toMatch(/対処 +`npm start` でサービスを起動するか/);
  });

  it.each([
    [['--language', 'ja'], undefined, true],
    [['--language=en'], 'ja', false],
    [[], 'ja', true],
    [[], 'en', false],
  ])('is said as %o and AKASHI_LANGUAGE=%s have it before that', async (option, variable, isJapanese) => {
    if (isJapanese) vi.stubEnv('LC_ALL', 'C');
    else inJapan();
    if (variable !== undefined) vi.stubEnv('AKASHI_LANGUAGE', variable);
    const { err } = await akashi(['examine', 'x', ...option]);
    expect(/どちらか一方/.test(err)).toBe(isJapanese);
  });

  it('keeps its code and its members as JSON', async () => {
    const { err } = await akashi(['examine', 'x', '--json', '--language', 'ja']);
    expect(JSON.parse(err)).toEqual({
      type: 'urn:akashi:cli:usage',
      title: 'コマンドラインに誤りがあります',
      detail: '--approve と --reject のどちらか一方を指定してください。',
      code: 'usage',
    });
  });

  it.each([
    [['nothing-such'], "unknown command 'nothing-such'", "'nothing-such' というコマンドはありません。"],
    [['status', '--crll', 'x'], "unknown option '--crll' (Did you mean --crl?)", '（もしかして: --crl）'],
    [['show'], "missing required argument 'request'", "引数 'request' が必要です。"],
    [
      ['show', 'a', 'b'],
      "too many arguments for 'show'. Expected 1 argument but got 2.",
      '2 個が指定されました',
    ],
    [['publish', '--url'], "option '--url <url>' argument missing", '値が必要です'],
    [
      ['audit', 'check', 'f'],
      "required option '--key <vkey-or-file>' not specified",
      "'--key <vkey-or-file>'",
    ],
    [
      ['revoke', 'c', '--reason', 'x'],
      "option '--reason <name>' argument 'x' is invalid. Allowed",
      'は指定できません',
    ],
    [['report', '26'], 'A fiscal year is written like 2026.', '年度は 2026 のように指定してください。'],
  ])('of the command line %o is said in both', async (argv, english, japanese) => {
    expect((await akashi(argv)).err).toContain(english);
    inJapan();
    expect((await akashi(argv)).err).toContain(japanese);
  });

  it('of another language than these two is one itself', async () => {
    expect(await akashi(['authorities', '--language', 'fr'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Allowed choices are en, ja.'),
    });
  });

  it('of the service is asked for in that language, and shown as it came', async () => {
    const asked: unknown[] = [];
    const url = await listen((request, response) => {
      asked.push(request.headers['accept-language']);
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(
        JSON.stringify({
          type: 'urn:akashi:fault:not-issued',
          title: '証明書はまだ発行されていません',
          status: 409,
          detail: 'There is no such request.',
          code: 'not-issued',
        }),
      );
    });
    const { err } = await akashi(['show', 'x', '--url', url, '--language', 'ja']);
    expect(err).toContain('akashi: 証明書はまだ発行されていません (not-issued)');
    expect(err).toMatch(/詳細 +There is no such request\./);
    expect(err).toMatch(/対処 +申請の状態を確認してください（npx akashi show REQUEST）。/);
    await akashi(['show', 'x', '--url', url]);
    expect(asked).toEqual(['ja', 'en']);
  });
});
