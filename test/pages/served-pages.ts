import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { doorCredentials } from '../../functions/local/credentials.ts';
import { serve } from '../../functions/local/server.ts';
import { pages } from '../../functions/pages/pages.ts';
import { routes } from '../../functions/routes/routes.ts';
import type { Log } from '../../lib/ports.ts';
import { credentialsOfAll } from '../credentials.ts';
import { credentialsIn } from '../demonstration-people.ts';
import { holdPort } from '../ports.ts';
import { type Options, openService, PUBLIC_URL, type Service } from '../service.ts';

/** What a page answered. */
export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A browser without a screen: it keeps the session's cookie, and says of each request that it comes from a page of the service. */
export interface Browser {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  post(
    path: string,
    filled: Readonly<Record<string, string>> | FormData,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Shown>;
  /** `name=value` of the session. */
  session: string;
}

export interface ServedPages extends Service {
  readonly url: string;
  readonly tlsPort: number;
  /** Signed in as that principal; nobody where it is left out. */
  browser(principal?: string): Promise<Browser>;
}

/** DER. */
export const certificateOf = (folder: string, principal: string): Uint8Array =>
  new X509Certificate(readFileSync(join(credentialsIn(folder), principal, 'cert.pem'))).raw;

/** The service with its pages behind a real socket. */
export const servePages = async (folder: string, options: Options = {}): Promise<ServedPages> => {
  const { port, release } = await holdPort();
  const url = `http://localhost:${port}`;
  const doorOf = ({ core, trustDomain, now }: Service, data: string) =>
    doorCredentials(core, join(data, 'door'), trustDomain, PUBLIC_URL, now);
  const service = await openService(folder, options, {
    name: 'door of pages',
    prepare: async (prepared) => {
      await doorOf(prepared, prepared.folder);
      await credentialsOfAll(prepared, credentialsIn(prepared.folder));
    },
  });
  const { app, now } = service;
  const door = await doorOf(service, folder);
  await release();
  const log: Log = (level, message, facts = {}) => service.logged.push({ level, message, facts });
  const served = await serve({
    app,
    routes: [...routes, ...pages],
    host: 'localhost',
    port,
    tlsPort: 0,
    tls: { key: door.key, cert: door.cert, ca: [door.ca] },
    clock: now,
    log,
    limits: { rate: 1_000_000 },
  });

  const browser = async (principal?: string): Promise<Browser> => {
    const own: Browser = {
      session: '',
      get: (path, headers = {}) => ask(path, { headers: { 'sec-fetch-site': 'same-origin', ...headers } }),
      post: (path, filled, headers = {}) =>
        ask(path, {
          method: 'POST',
          body: filled instanceof FormData ? filled : new URLSearchParams(filled),
          headers: { origin: url, 'sec-fetch-site': 'same-origin', ...headers },
        }),
    };
    const ask = async (path: string, init: RequestInit): Promise<Shown> => {
      const headers = new Headers(init.headers);
      if (own.session !== '') headers.set('cookie', own.session);
      const answer = await fetch(`${url}${path}`, { ...init, headers, redirect: 'manual' });
      const cookie = answer.headers.get('set-cookie')?.split(';')[0];
      if (cookie?.startsWith('__Host-akashi-session=')) own.session = cookie;
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    };
    if (principal !== undefined) {
      const { ticket } = await app.sessions.ticket(certificateOf(folder, principal));
      await own.get(`/console/one-time/${ticket}`);
    }
    return own;
  };

  const close = async (): Promise<void> => {
    await served.stop();
    await service.close();
  };
  return { ...service, url, tlsPort: served.tlsPort, browser, close };
};
