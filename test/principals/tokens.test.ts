import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, exportJWK, type JSONWebKeySet, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Principals, RemoteIssuer } from '../../lib/principals/contract.ts';
import { withTokens } from '../../lib/principals/token-callers.ts';

const auditor: Principal = {
  id: 'auditor-1',
  role: 'auditor',
  person: 'p9',
  name: { ja: '監査 次郎', en: 'Jiro Kansa' },
};
const ISSUER = 'https://akashi.example';
const AUDIENCE = 'akashi';
const START = Date.UTC(2026, 0, 1);

const signer = await generateSoftwareKey('ed25519');
let now = START;
let known = true;

const nobody = {
  byCertificate: () => Promise.reject(new Error('no certificates here')),
  namedBy: async () => undefined,
};

const open = (remote?: RemoteIssuer, key = signer): Principals =>
  withTokens(nobody, {
    find: async (id) => (known && id === auditor.id ? auditor : undefined),
    clock: () => now,
    random: randomBytes,
    embedded: { signer: key, issuer: ISSUER, audience: AUDIENCE },
    ...(remote && { remote }),
  });

const faultOf = async (promise: Promise<unknown>): Promise<FaultCode | undefined> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined && !Fault.is(error)) throw error;
  return error?.code;
};

describe('a token of the embedded issuer', () => {
  const principals = open();

  it('names its principal for 15 minutes and not a second longer', async () => {
    now = START;
    const { token, expiresAt } = await principals.issueToken(auditor);
    expect(Date.parse(expiresAt)).toBe(START + 900_000);
    now = START + 899_999;
    expect(await principals.byToken(token)).toBe(auditor);
    now = START + 900_000;
    expect(await faultOf(principals.byToken(token))).toBe('token-expired');
    now = START;
  });

  it('verifies with a foreign library by the published key set', async () => {
    const { token } = await principals.issueToken(auditor);
    const keys = createLocalJWKSet((await principals.jwks()) as unknown as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: 'JWT',
      currentDate: new Date(now),
    });
    expect(payload).toMatchObject({ sub: 'auditor-1', iat: START / 1000, exp: START / 1000 + 900 });
    expect(Buffer.from(String(payload.jti), 'base64url')).toHaveLength(16);
    expect(protectedHeader.alg).toBe('EdDSA');
  });

  it('publishes no private part of its key', async () => {
    const { keys } = await principals.jwks();
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  it('has another id each time', async () => {
    const [one, two] = await Promise.all([principals.issueToken(auditor), principals.issueToken(auditor)]);
    expect(one.token).not.toBe(two.token);
  });

  it('is refused at once when its principal is removed', async () => {
    const { token } = await principals.issueToken(auditor);
    known = false;
    expect(await faultOf(principals.byToken(token))).toBe('token-invalid');
    known = true;
  });

  it('is refused after any character of it is changed', async () => {
    const { token } = await principals.issueToken(auditor);
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const altered = token.slice(0, at) + other + token.slice(at + 1);
      expect(await faultOf(principals.byToken(altered)), `at ${at}`).toBe('token-invalid');
    }
  });

  it.each([
    ['nothing', ''],
    ['not a token', 'a.b.c'],
    ['too long', `${'a'.repeat(9000)}.b.c`],
    ['not JSON', `${Buffer.from('{').toString('base64url')}.e30.`],
    ['five parts', 'a.b.c.d.e'],
  ])('is refused where there is %s', async (_what, token) => {
    expect(await faultOf(principals.byToken(token))).toBe('token-invalid');
  });
});

describe('a foreign token', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const claims = () =>
    new SignJWT()
      .setSubject('auditor-1')
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(START / 1000)
      .setExpirationTime(START / 1000 + 60);

  it('signed by another key is refused', async () => {
    const token = await claims().setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
    expect(await faultOf(open().byToken(token))).toBe('token-invalid');
  });

  it('signed by nobody is refused', async () => {
    const token = new UnsecuredJWT({ jti: 'x' })
      .setSubject('auditor-1')
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(START / 1000)
      .setExpirationTime(START / 1000 + 60)
      .encode();
    expect(await faultOf(open().byToken(token))).toBe('token-invalid');
  });

  it('signed with the public key as an HMAC secret is refused', async () => {
    const token = await claims().setProtectedHeader({ alg: 'HS256' }).sign(signer.subjectPublicKeyInfo);
    expect(await faultOf(open().byToken(token))).toBe('token-invalid');
  });
});

describe('a token of a remote issuer', () => {
  const REMOTE = 'https://cognito.example/pool';
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let server: Server;
  let remote: RemoteIssuer;
  let answer = '';

  beforeAll(async () => {
    answer = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256' }] });
    server = createServer((_request, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const jwks = new URL(`http://127.0.0.1:${port}/jwks.json`);
    remote = { issuer: REMOTE, audience: 'client-7', jwks, principalClaim: 'sub' };
  });
  afterAll(() => server.close());

  const sign = (
    change: {
      iss?: string;
      aud?: string;
      alg?: string;
      key?: KeyObject;
      sub?: string;
      username?: string;
    } = {},
  ) =>
    new SignJWT(change.username === undefined ? {} : { 'cognito:username': change.username })
      .setProtectedHeader({ alg: change.alg ?? 'RS256', kid: 'one' })
      .setSubject(change.sub ?? 'auditor-1')
      .setIssuer(change.iss ?? REMOTE)
      .setAudience(change.aud ?? 'client-7')
      .setIssuedAt(START / 1000)
      .setExpirationTime(START / 1000 + 60)
      .sign(change.key ?? keys.privateKey);

  it('names its principal', async () => {
    expect(await open(remote).byToken(await sign())).toBe(auditor);
  });

  it('names it in the claim that is configured, and there alone', async () => {
    const pool = { ...remote, principalClaim: 'cognito:username' };
    const named = await sign({ sub: '6f1c1f4e-9a55-4f0c-9c7b-3f1c7c2c3a10', username: 'auditor-1' });
    expect(await open(pool).byToken(named)).toBe(auditor);
    expect(await faultOf(open(pool).byToken(await sign()))).toBe('token-invalid');
    expect(await faultOf(open(remote).byToken(named))).toBe('token-invalid');
  });

  it.each([
    ['for another audience', { aud: AUDIENCE }],
    ['of another issuer', { iss: 'https://elsewhere.example' }],
    ["that claims to be the embedded issuer's", { iss: ISSUER, aud: AUDIENCE }],
    ['for a subject that is no principal id', { sub: '登録 花子' }],
    ['by another key', { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }],
  ])('%s is refused', async (_what, change) => {
    expect(await faultOf(open(remote).byToken(await sign(change)))).toBe('token-invalid');
  });

  it('gives try-later while the keys of the issuer cannot be fetched', async () => {
    const token = await sign();
    const nowhere = { ...remote, jwks: new URL('http://127.0.0.1:1/jwks.json') };
    expect(await faultOf(open(nowhere).byToken(token))).toBe('try-later');
    const good = answer;
    for (const garbage of ['{}', 'not json']) {
      answer = garbage;
      expect(await faultOf(open(remote).byToken(token)), garbage).toBe('try-later');
    }
    answer = good;
  });

  it('is not issued here when there is no embedded issuer', async () => {
    const principals = withTokens(nobody, {
      find: async () => auditor,
      clock: () => now,
      random: randomBytes,
      remote,
    });
    expect(await faultOf(principals.issueToken(auditor))).toBe('unknown-route');
    expect(await principals.jwks()).toEqual({ keys: [] });
  });
});
