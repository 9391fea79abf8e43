import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { akashi } from './in-process.ts';
import { ReplyServer } from './reply-server.ts';

/** A service that answers in a form of its own, and says its version. */
let server: ReplyServer;
beforeAll(async () => {
  server = await ReplyServer.open();
});
afterAll(() => server.close());

const answering = (version: string): void => {
  const json = (value: unknown) => () => ({
    type: 'application/json',
    body: Buffer.from(JSON.stringify(value)),
  });
  server.replies = { '/ca': json({ cas: [] }), '/openapi.json': json({ info: { version } }) };
};

describe('an answer that is not known here', () => {
  it('of a service of another version names both versions', async () => {
    answering('9.9.9');
    const { code, err } = await akashi(['authorities', '--url', server.base]);
    expect(code).toBe(2);
    expect(err).toContain(`This program has version ${packageJson.version}, and the service has 9.9.9:`);
    expect((await akashi(['authorities', '--url', server.base, '--language', 'ja'])).err).toContain(
      `このプログラムの版は ${packageJson.version}、サービスの版は 9.9.9 です。`,
    );
  });

  it('of the same version, or of one that does not say it, names none', async () => {
    answering(packageJson.version);
    const { code, err } = await akashi(['authorities', '--url', server.base]);
    expect({ code, named: err.includes('This program has version') }).toEqual({ code: 2, named: false });
    server.replies = { '/ca': server.replies['/ca'] };
    expect((await akashi(['authorities', '--url', server.base])).err).not.toContain('This program has');
  });

  it('is not looked into where the service takes what it is asked', async () => {
    answering('9.9.9');
    server.replies['/ca'] = () => ({
      type: 'application/json',
      body: Buffer.from(JSON.stringify({ authorities: [] })),
    });
    server.asked = [];
    expect((await akashi(['authorities', '--url', server.base])).code).toBe(0);
    expect(server.asked).toEqual(['/ca']);
  });
});
