import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { request } from 'node:https';
import { type AddressInfo, connect as connectTcp, createServer, type Server } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Served } from '../../../functions/local/server.ts';
import { encodeSigned, encodeTbsCertificate, type TbsCertificate } from '../../../lib/pki/certificate.ts';
import { asDer, TAG } from '../../../lib/pki/der.ts';
import { decodeCertificate, encodePem, OID } from '../../../lib/pki/pki.ts';
import { openCertificateCallers } from '../../../lib/principals/certificate-callers.ts';
import { CA, PEOPLE, REQUEST, type TestApp, testApp } from '../app.ts';
import { open, openssl, operations } from '../wire.ts';

interface Shown {
  readonly cert: string;
  readonly key: string;
}

const issuer = decodeCertificate(operations.der);
const issuerKey = createPrivateKey(operations.key);
const model = decodeCertificate(openssl.client('operations-1', { subject: '/serialNumber=officer-1' }).der);

const pemOf = (der: Uint8Array): string => encodePem('CERTIFICATE', der);

/** A certificate like that of officer-1 but for `changes`, signed by `signer` with SHA-256, and the key that goes with it. */
const make = (
  changes: Partial<TbsCertificate> = {},
  { signer = issuerKey, flip = false }: { readonly signer?: KeyObject; readonly flip?: boolean } = {},
): Shown => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subjectPublicKeyInfo = asDer(publicKey.export({ type: 'spki', format: 'der' }));
  // Without authorityKeyIdentifier: OpenSSL then tries every CA of the name.
  const extensions = model.extensions.filter(({ id }) => !id.endsWith('KeyIdentifier'));
  const tbs = encodeTbsCertificate({ ...model, extensions, subjectPublicKeyInfo, ...changes });
  const signature = sign('sha256', tbs, signer);
  if (flip) signature[signature.length - 1] = (signature.at(-1) as number) ^ 1;
  return {
    cert: pemOf(encodeSigned(tbs, changes.signature ?? model.signature, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
};

const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const withExtension = (oid: string, value: string, critical = false): Partial<TbsCertificate> => ({
  extensions: [
    ...model.extensions.filter(({ id }) => !id.endsWith('KeyIdentifier')),
    { id: 'other', oid: oid as never, value: Buffer.from(value, 'hex'), critical },
  ],
});
const rename = (value: string): TbsCertificate['issuer'] => [[{ type: OID.CN, tag: TAG.utf8String, value }]];

/** The certificate of a CA below the operations CA that it never certified. */
const falseCa = (): { readonly cert: string; readonly key: KeyObject } => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tbs = encodeTbsCertificate({
    ...issuer,
    issuer: issuer.subject,
    subject: rename('False CA'),
    extensions: issuer.extensions.filter(({ id }) => !id.endsWith('KeyIdentifier')),
    subjectPublicKeyInfo: asDer(publicKey.export({ type: 'spki', format: 'der' })),
  });
  const signature = sign('sha256', tbs, p256());
  return { cert: pemOf(encodeSigned(tbs, model.signature, signature)), key: privateKey };
};

const chained = (): Shown => {
  const between = falseCa();
  const leaf = make({ issuer: rename('False CA') }, { signer: p256() });
  return { ...leaf, cert: leaf.cert + between.cert };
};

const DAY = 86_400_000;
const LONG_AGO = { notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - 8 * DAY) };
const REVOKED = '0bad';

const refused: readonly (readonly [string, () => Shown, string?])[] = [
  ['a signature by another key', () => make({}, { signer: p256() })],
  ['a signature by another kind of key', () => make({}, { signer: rsa })],
  ['a signature with one bit changed', () => make({}, { flip: true })],
  ['an unknown issuer', () => make({ issuer: rename('Another CA') })],
  ['itself for issuer', () => make({ issuer: model.subject })],
  ['an end that has passed', () => make(LONG_AGO), 'client-certificate-expired'],
  ['an end that has passed, and a wrong signature', () => make(LONG_AGO, { signer: p256() })],
  ['a revoked serial number', () => make({ serialNumber: REVOKED as never }), 'client-certificate-revoked'],
  ['basicConstraints that are no DER', () => make(withExtension('2.5.29.19', '3003ff'))],
  ['name constraints that are no DER', () => make(withExtension('2.5.29.30', 'ff'), { signer: p256() })],
  ['an unknown critical extension', () => make(withExtension('1.2.3.4', '0500', true))],
  ['an extension twice', () => make(withExtension('2.5.29.37', '300a06082b06010505070302'))],
  [
    'an RSA-PSS identifier over another signature',
    () => make({ signature: decodeCertificate(pss.der).signature }),
  ],
  ['a chain whose links are not signed', chained],
  [
    'a wrong signature, and the CA behind it',
    () => ((leaf) => ({ ...leaf, cert: leaf.cert + operations.cert }))(make({}, { signer: p256() })),
  ],
];

openssl.ca('pss', 'RSA-PSS rsa_keygen_bits:2048', '/CN=PSS CA');
const pss = openssl.client('pss', { subject: '/serialNumber=officer-1' });

/** Passes the bytes of a client on in pieces, each a segment of its own, as a network may do at any place. */
const inPieces = async (port: number, octets: number): Promise<Server> => {
  const between = createServer({ noDelay: true }, (client) => {
    const door = connectTcp({ port, host: '127.0.0.1', noDelay: true });
    door.pipe(client);
    for (const socket of [client, door]) socket.on('error', () => {}).on('close', () => door.destroy());
    let sent = Promise.resolve();
    client.on('data', (bytes: Buffer) => {
      sent = sent.then(async () => {
        for (let at = 0; at < bytes.length; at += octets) {
          door.write(bytes.subarray(at, at + octets));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      });
    });
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  return between;
};

describe('a client certificate at the TLS door', () => {
  let app: TestApp;
  let served: Served;
  let between: Server;
  beforeAll(async () => {
    app = testApp();
    app.now = Date.now() + 60_000;
    const callers = openCertificateCallers({
      find: async (id) => Object.values(PEOPLE).find((candidate) => candidate.id === id),
      statusOf: async ({ serial }) => (serial === REVOKED ? 'revoked' : 'good'),
      clientCas: (
        (cas) => async () =>
          cas
      )([{ ca: 'operations-1', certificate: operations.der }]),
      clock: () => app.now,
    });
    Object.assign(app, { principals: { ...app.principals, ...callers } });
    served = await open(app);
    between = await inPieces(served.tlsPort, 50);
  });
  afterAll(async () => {
    between.close();
    await served.stop();
  });

  const ask = (
    path: string,
    { cert, key }: Shown,
    version: 'TLSv1.2' | 'TLSv1.3' | undefined,
    port: number,
    body?: Uint8Array,
  ): Promise<{ status: number; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          ...{ host: '127.0.0.1', port, path, servername: 'localhost', ca: operations.cert, agent: false },
          ...{ cert, key, method: body ? 'POST' : 'GET' },
          ...(body && { headers: { 'content-type': 'application/ocsp-request' } }),
          ...(version && { minVersion: version, maxVersion: version }),
        },
        async (response) => {
          const parts: Buffer[] = [];
          for await (const part of response) parts.push(part);
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) });
        },
      );
      call.on('error', reject).end(body);
    });

  it('that is no DER ends the handshake with an alert, and the door goes on', async () => {
    const shown = make();
    const der = Buffer.from(shown.cert.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    // TLS 1.2 sends the certificate in the clear.
    const spoiling = createServer((client) => {
      const door = connectTcp({ port: served.tlsPort, host: '127.0.0.1' });
      door.pipe(client);
      for (const socket of [client, door]) socket.on('error', () => {}).on('close', () => door.destroy());
      client.on('data', (bytes: Buffer) => {
        const at = bytes.indexOf(der.subarray(0, 16));
        if (at >= 0) bytes[at + 1] = 0xff;
        door.write(bytes);
      });
    });
    await new Promise<void>((resolve) => spoiling.listen(0, '127.0.0.1', resolve));
    const { port } = spoiling.address() as AddressInfo;
    await expect(ask('/healthz', shown, 'TLSv1.2', port)).rejects.toThrow(/alert/);
    spoiling.close();
    expect((await ask('/healthz', shown, 'TLSv1.2', served.tlsPort)).status).toBe(200);
  });

  const ports = () => [served.tlsPort, (between.address() as AddressInfo).port] as const;

  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (version) => {
    it.each(
      refused.map(([what, shown, code = 'client-certificate-invalid']) => [what, shown, code] as const),
    )('with %s gets public answers, and is refused by name', async (_, shown, code) => {
      const certificate = shown();
      for (const port of ports()) {
        const calls = app.ocspCalls.length;
        const status = await ask('/ocsp', certificate, version, port, Buffer.from('asked'));
        expect([status.status, String(status.body)]).toEqual([200, 'asked']);
        expect(app.ocspCalls.slice(calls).map(({ caller }) => caller)).toMatchObject([
          { recipient: 'public', unproven: code },
        ]);
        const crl = await ask(`/crl/${CA}/full.crl`, certificate, version, port);
        expect([crl.status, String(crl.body)]).toEqual([200, 'crl']);
        expect((await ask('/healthz', certificate, version, port)).status).toBe(200);
        const named = await ask(`/api/v1/requests/${REQUEST}`, certificate, version, port);
        expect([named.status, JSON.parse(String(named.body)).code]).toEqual([401, code]);
      }
      expect(app.logged.filter(({ level }) => level === 'error')).toEqual([]);
    });

    it('that is good names the caller, whole and in pieces, with its CA and without', async () => {
      const good = make();
      for (const port of ports()) {
        for (const shown of [good, { ...good, cert: good.cert + operations.cert }]) {
          const { status } = await ask(`/api/v1/requests/${REQUEST}`, shown, version, port);
          expect(status).toBe(200);
        }
      }
    });

    it('counts again where the session is resumed', async () => {
      const { cert, key } = make();
      const options = {
        ...{ port: served.tlsPort, host: '127.0.0.1', servername: 'localhost', ca: operations.cert },
        ...{ cert, key, minVersion: version, maxVersion: version },
      };
      const ask = `GET /api/v1/requests/${REQUEST} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
      const once = (session?: Buffer) =>
        new Promise<{ text: string; resumed: boolean; session: Buffer | undefined }>((resolve, reject) => {
          let resumed = false;
          const socket = connect({ ...options, ...(session && { session }) }, () => {
            resumed = socket.isSessionReused();
            socket.write(ask);
          });
          let text = '';
          let newer: Buffer | undefined;
          socket.on('session', (given) => {
            newer = given;
          });
          socket.on('data', (data) => {
            text += data;
          });
          socket.on('error', reject);
          socket.on('close', () => resolve({ text, resumed, session: newer }));
        });
      const first = await once();
      const second = await once(first.session);
      expect([first.resumed, second.resumed]).toEqual([false, true]);
      for (const { text } of [first, second]) expect(text).toMatch(/^HTTP\/1\.1 200 /);
    });
  });

  it('with an RSA-PSS key of a CA that is not ours gets public answers', async () => {
    expect((await ask('/healthz', pss, undefined, served.tlsPort)).status).toBe(200);
    const named = await ask(`/api/v1/requests/${REQUEST}`, pss, undefined, served.tlsPort);
    expect(named.status).toBe(401);
  });

  it('cannot be exchanged on the way: the door does not renegotiate', async () => {
    const { cert, key } = make();
    const socket = connect({
      ...{ port: served.tlsPort, host: '127.0.0.1', servername: 'localhost', ca: operations.cert },
      ...{ cert, key, maxVersion: 'TLSv1.2' },
    });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    const outcome = new Promise<unknown>((resolve) => {
      socket.on('error', resolve);
      socket.renegotiate({}, (error) => resolve(error ?? 'renegotiated'));
    });
    expect(String(await outcome)).toMatch(/no renegotiation/i);
    expect((await ask('/healthz', make(), undefined, served.tlsPort)).status).toBe(200);
  });

  it('whose key was not proved ends the handshake, and nothing is answered', async () => {
    const { cert, key } = make();
    // OpenSSL takes the key for that of the certificate by its public half alone, and signs with the other one.
    const { d } = p256().export({ format: 'jwk' });
    const own = createPrivateKey(key).export({ format: 'jwk' });
    const mixed = createPrivateKey({ key: { ...own, d } as never, format: 'jwk' });
    const shown = { cert, key: mixed.export({ type: 'pkcs8', format: 'pem' }) as string };
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      for (const port of ports()) {
        await expect(ask('/healthz', shown, version, port)).rejects.toThrow(
          /alert|hang up|reset|disconnected/i,
        );
      }
    }
    expect((await ask('/healthz', make(), undefined, served.tlsPort)).status).toBe(200);
  });
});
