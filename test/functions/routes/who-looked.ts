import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { LedgerRecord } from '../../../lib/ledger/ledger.ts';
import { credentialsOfAll } from '../../credentials.ts';
import { serveService } from '../../served-service.ts';
import { type Options, type Service, temporaryFolder } from '../../service.ts';

export type Provision = Extract<LedgerRecord, { kind: 'provision' }>;

export interface Shown {
  readonly key: string;
  readonly cert: string;
}

export interface Given {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** By client certificate, on the TLS door. */
  readonly shown?: Shown;
  readonly token?: string;
}

export interface Answer {
  readonly status: number;
  readonly record: string | undefined;
  readonly text: string;
}

export interface Access {
  readonly id: string;
  readonly who: string;
  readonly door?: string;
  readonly channel?: string;
  readonly office?: string;
  readonly result: string;
  readonly code?: string;
  readonly requests: readonly string[];
  readonly certificates: readonly { readonly ca: string; readonly serial: string }[];
  readonly shown: Readonly<Record<string, unknown>>;
  readonly count: number;
}

export interface Doors {
  readonly service: Service & { readonly url: string; readonly tlsPort: number };
  readonly folder: string;
  credentialsOf(principal: string): Shown;
  ask(path: string, given?: Given): Promise<Answer>;
  /** Every access that a query finds, page by page. */
  accesses(as: string, query?: string, limit?: number): Promise<readonly Access[]>;
  close(): Promise<void>;
}

/** The service behind its two doors, with everybody's credentials. */
export const openDoors = async (options: Options = {}): Promise<Doors> => {
  const folder = temporaryFolder();
  const service = await serveService(join(folder.path, 'data'), options);
  const credentials = join(folder.path, 'credentials');
  await credentialsOfAll(service, credentials);
  const credentialsOf = (principal: string): Shown => {
    const read = (file: string) => readFileSync(join(credentials, principal, file), 'utf8');
    return { key: read('key.pem'), cert: read('cert.pem') };
  };
  const ca = readFileSync(join(credentials, 'auditor', 'ca.pem'));
  const plain = new HttpAgent({ keepAlive: true });

  const ask: Doors['ask'] = (path, { method = 'GET', body, headers = {}, shown, token } = {}) =>
    new Promise((done, failed) => {
      const all = {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      };
      const to = { method, path, headers: all, host: '127.0.0.1' };
      const sent = shown
        ? httpsRequest({ ...to, port: service.tlsPort, agent: new HttpsAgent(), ca, ...shown })
        : httpRequest({ ...to, port: new URL(service.url).port, agent: plain });
      sent.once('error', failed);
      sent.once('response', async (response) => {
        let text = '';
        for await (const part of response) text += part;
        done({
          status: response.statusCode ?? 0,
          record: response.headers['akashi-record'] as string | undefined,
          text,
        });
      });
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });

  return {
    service,
    folder: folder.path,
    credentialsOf,
    ask,
    accesses: async (as, query = '', limit = 1000) => {
      const { token } = await service.app.principals.issueToken(service.principal(as));
      const found: Access[] = [];
      let cursor = '';
      do {
        const answer = await ask(`/api/v1/accesses?limit=${limit}&${query}${cursor}`, { token });
        if (answer.status !== 200) throw new Error(answer.text);
        const page = JSON.parse(answer.text);
        found.push(...page.accesses);
        cursor = page.cursor === undefined ? '' : `&cursor=${page.cursor}`;
      } while (cursor !== '');
      return found;
    },
    close: async () => {
      plain.destroy();
      await service.close();
      folder.remove();
    },
  };
};
