import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { newKey, type OwnKey } from '../../../enrolment/people.ts';
import type { serveService } from '../../../served-service.ts';

/** The operations of enrolment through the real doors. */

export type Served = Awaited<ReturnType<typeof serveService>>;

/** Who was enrolled in the test: it shows its certificate. Everybody else is of the trust domain, and sends a token. */
export interface Credential {
  readonly id: string;
  readonly key: OwnKey;
  readonly pem: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers of all operations.
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly record: string | undefined;
}

export const openDoors = (service: Served) => {
  const overTls = (
    method: string,
    path: string,
    { key, pem }: Credential,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = httpsRequest(
        {
          host: '127.0.0.1',
          port: service.tlsPort,
          method,
          path,
          headers,
          cert: pem,
          key: key.key,
          agent: false,
          // The door's own certificate is not what these tests are about.
          rejectUnauthorized: false,
        },
        async (given) => {
          const said = await text(given);
          const record = given.headers['akashi-record'];
          resolve({
            status: given.statusCode ?? 0,
            // A file is no JSON.
            body:
              given.headers['content-type']?.includes('json') && said !== '' ? JSON.parse(said) : undefined,
            record: typeof record === 'string' ? record : undefined,
          });
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });

  /** `who`: nobody, a principal of the trust domain, or somebody with a certificate. A string is sent as it is. */
  const ask = async (
    who: string | Credential | undefined,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer> => {
    const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const headers: Record<string, string> =
      sent === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(sent)) };
    if (typeof who === 'object') return overTls(method, path, who, headers, sent);
    if (who !== undefined) {
      const { token } = await service.app.principals.issueToken(service.principal(who));
      headers.authorization = `Bearer ${token}`;
    }
    const given = await fetch(`${service.url}${path}`, {
      method,
      headers,
      ...(sent !== undefined && { body: sent }),
    });
    const said = await given.text();
    return {
      status: given.status,
      body: said === '' ? undefined : JSON.parse(said),
      record: given.headers.get('akashi-record') ?? undefined,
    };
  };

  const ok = async (status: number, answer: Promise<Answer>): Promise<Json> => {
    const { status: given, body } = await answer;
    expect(given, JSON.stringify(body)).toBe(status);
    return body;
  };

  const refused = async (answer: Promise<Answer>): Promise<string> => {
    const { status, body } = await answer;
    return status < 400 ? 'none' : `${status} ${body.code}`;
  };

  /** The invited person brings a key, `by` confirms its fingerprint, and the person fetches the certificate. */
  const enter = async (invitation: string, by: string | Credential): Promise<Credential> => {
    const id = invitation.slice(0, invitation.indexOf('.'));
    const key = newKey(service.folder, id);
    const brought = { invitation, csr: key.csr };
    const { fingerprint } = await ok(200, ask(undefined, 'POST', '/api/v1/invitations', brought));
    await ok(200, ask(by, 'POST', `/api/v1/principals/${id}/enrolment`, { fingerprint }));
    const { certificate } = await ok(200, ask(undefined, 'POST', '/api/v1/invitations', brought));
    return { id, key, pem: certificate };
  };

  return { ask, ok, refused, enter };
};
