import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { join } from 'node:path';

/** A browser without a screen: one connection at a time, which is kept alive, and the session's cookie. */

export interface Asked {
  readonly path: string;
  /** Posted as a form. */
  readonly form?: Readonly<Record<string, string>>;
}

export interface Shown {
  readonly status: number;
  readonly body: Buffer;
  /** Milliseconds from the question until the last octet of the answer. */
  readonly took: number;
}

export interface Browser {
  ask(asked: Asked): Promise<Shown>;
  /** A question by OCSP, as somebody else asks one meanwhile. */
  ocsp(der: Uint8Array): Promise<void>;
  /** The next question has a new connection. */
  hangUp(): void;
}

interface Answered {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

const exchange = (options: RequestOptions, body?: string | Uint8Array): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const asking = request(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          cookies: answer.headers['set-cookie'] ?? [],
          body: Buffer.concat(parts),
        }),
      );
    });
    asking.on('error', reject);
    asking.end(body);
  });

const SESSION = '__Host-akashi-session=';
const sessionIn = ({ cookies }: Answered): string | undefined =>
  cookies.map((cookie) => cookie.split(';')[0] ?? '').find((cookie) => cookie.startsWith(SESSION));

/** The certificate of the door is for another port's host name; nobody is in between here. */
const doorAt = (port: number): RequestOptions => ({ host: '127.0.0.1', port, rejectUnauthorized: false });

/**
 * Signs in as the console's command does: the client certificate asks for an address that is good once, and the cookie of that
 * address is kept. Nobody is signed in where no principal is named.
 */
export const openBrowser = async (port: number, folder: string, principal?: string): Promise<Browser> => {
  let agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let session: string | undefined;
  const here = `localhost:${port}`;
  const headers = (): Record<string, string> => ({
    host: here,
    'accept-language': 'ja',
    'sec-fetch-site': 'same-origin',
    ...(session !== undefined && { cookie: session }),
  });

  const ask: Browser['ask'] = async ({ path, form }) => {
    const body = form && String(new URLSearchParams(form));
    const began = performance.now();
    const answered = await exchange(
      {
        ...doorAt(port),
        agent,
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...headers(),
          ...(body !== undefined && {
            origin: `https://${here}`,
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(body),
          }),
        },
      },
      body,
    );
    const took = performance.now() - began;
    // A session is renewed now and then.
    session = sessionIn(answered) ?? session;
    return { status: answered.status, body: answered.body, took };
  };

  const signIn = async (id: string): Promise<void> => {
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) =>
      readFileSync(join(folder, 'credentials', id, name)),
    );
    const made = await exchange({
      ...doorAt(port),
      cert,
      key,
      agent: false,
      method: 'POST',
      path: '/console/one-time-addresses',
      headers: { host: here, 'content-length': 0 },
    });
    const { path } = JSON.parse(String(made.body)) as { readonly path?: string };
    if (path === undefined) throw new Error(`${id} got no address: ${made.body}`);
    await ask({ path });
    if (session === undefined) throw new Error(`${id} is not signed in`);
  };
  if (principal !== undefined) await signIn(principal);

  return {
    ask,
    ocsp: async (der) => {
      const type = { 'content-type': 'application/ocsp-request', 'content-length': der.length };
      await exchange(
        { ...doorAt(port), agent, path: '/ocsp', method: 'POST', headers: { host: here, ...type } },
        der,
      );
    },
    hangUp: () => {
      agent.destroy();
      agent = new Agent({ keepAlive: true, maxSockets: 1 });
    },
  };
};
