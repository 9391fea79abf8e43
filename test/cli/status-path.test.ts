import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asDer, certsOnly, encodePem } from '../../lib/pki/pki.ts';
import { checkStatus } from '../../lib/status-check/check.ts';
import { readCrls } from '../../lib/status-check/crl-file.ts';
import { akashi, type Ended } from './in-process.ts';
import { type Issued, OpensslCa } from './openssl-ca.ts';
import { ReplyServer } from './reply-server.ts';

/** Paths of three and more certificates, made by stock openssl: root, CA, certificate. */
const folder = mkdtempSync(join(tmpdir(), 'akashi-path-'));
const CA_USAGE = 'keyUsage=critical,keyCertSign,cRLSign';

let server: ReplyServer;
let root: OpensslCa;
let ca: OpensslCa;
let leaf: Issued;

const crlAt = (name: string): string => `crlDistributionPoints=URI:${server.base}/${name}.crl`;
const issuerAt = (...names: readonly string[]): string =>
  `authorityInfoAccess=${names.map((name) => `caIssuers;URI:${server.base}/${name}`).join(',')}`;

beforeAll(async () => {
  server = await ReplyServer.open();
  root = new OpensslCa(join(folder, 'root'), 'Root');
  ca = new OpensslCa(join(folder, 'ca'), 'Sub', `${CA_USAGE}\n${crlAt('root')}`, root);
  leaf = ca.issue('leaf', `${crlAt('ca')}\n${issuerAt('ca.cer')}`);
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  server.replies = {
    '/ca.cer': () => ({ body: ca.certificate.der }),
    '/root.crl': () => ({ body: root.crl() }),
    '/ca.crl': () => ({ body: ca.crl() }),
  };
  server.asked = [];
});

const check = (subject: { readonly name: string }, by = ca, ...more: readonly string[]): Promise<Ended> =>
  akashi(['status', by.pem(subject.name), '--root', root.pem('ca'), ...more]);

/** The certificate with others behind it, in one file with text around. */
const chain = (name: string, ...files: readonly string[]): string => {
  const path = join(folder, `${name}.chain.pem`);
  writeFileSync(path, files.map((file) => `# ${file}\n${readFileSync(file, 'utf8')}`).join('text\n'));
  return path;
};

describe('a path', () => {
  it('is built to the root, and the status of every certificate below it is asked for', async () => {
    const { code, out } = await check(leaf, ca, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      result: 'good',
      trust: 'root',
      path: [
        { subject: 'C=JP, O=Test, CN=leaf', result: 'good', crl: { says: 'notListed' } },
        { subject: 'C=JP, O=Test, CN=Sub', from: `${server.base}/ca.cer`, result: 'good' },
        { subject: 'C=JP, O=Test, CN=Root', from: '--root' },
      ],
    });
    expect(server.asked.toSorted()).toEqual(['/ca.cer', '/ca.crl', '/root.crl']);
  });

  it('with a revoked CA, or one of unknown status, is not good', async () => {
    const other = new OpensslCa(join(folder, 'other'), 'Other', `${CA_USAGE}\n${crlAt('root')}`, root);
    const below = other.issue('below', crlAt('other'));
    const file = chain('below', other.pem('below'), other.pem('ca'));
    server.replies['/other.crl'] = () => ({ body: other.crl() });
    const asked = () => akashi(['status', file, '--root', root.pem('ca')]);
    expect((await asked()).code).toBe(0);
    server.replies['/root.crl'] = undefined;
    expect(await asked()).toMatchObject({ code: 5, out: expect.stringMatching(/IN DOUBT: .*CN=Other/) });
    server.replies['/root.crl'] = () => ({ body: root.crl() });
    root.revoke({ name: 'ca' }, 'cACompromise', other.pem('ca'));
    expect(await asked()).toMatchObject({
      code: 1,
      out: expect.stringMatching(/REVOKED: C=JP, O=Test, CN=Other, a CA in its path/),
    });
    expect(below.name).toBe('below');
  });

  it('whose root is listed by its own CRL is revoked', async () => {
    const bad = new OpensslCa(join(folder, 'bad'), 'Bad');
    const one = bad.issue('one', crlAt('bad'));
    server.replies['/bad.crl'] = () => ({ body: bad.crl() });
    const asked = () => akashi(['status', bad.pem(one.name), '--root', bad.pem('ca')]);
    expect((await asked()).code).toBe(0);
    bad.revoke({ name: 'ca' }, 'cACompromise');
    const { code, out } = await asked();
    expect(code).toBe(1);
    expect(out).toMatch(/^result +REVOKED: C=JP, O=Test, CN=Bad, a CA in its path/m);
    expect(out).toMatch(/^rule +RFC 5280 6\.1\.3 \(a\) \(3\)$/m);
    // The list of a scope that leaves CAs out lists it all the same.
    server.replies['/bad.crl'] = () => ({
      body: bad.crl('issuingDistributionPoint=critical,@idp\n[idp]\nonlyuser=TRUE'),
    });
    expect((await asked()).code).toBe(1);
  });

  it('is chosen by the key, not by the name: generations of a CA have one name', async () => {
    const twin = new OpensslCa(join(folder, 'twin'), 'Sub', `${CA_USAGE}\n${crlAt('root')}`, root);
    const file = chain('twins', ca.pem('leaf'), twin.pem('ca'), ca.pem('ca'));
    expect(await akashi(['status', file, '--root', root.pem('ca')])).toMatchObject({ code: 0 });
    server.replies['/ca.cer'] = () => ({ body: twin.certificate.der });
    expect(await check(leaf)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/does not verify under the key of its issuer/),
    });
    const stranger = new OpensslCa(join(folder, 'stranger'), 'Root');
    server.replies['/ca.cer'] = () => ({ body: ca.certificate.der });
    expect((await akashi(['status', ca.pem('leaf'), '--root', stranger.pem('ca')])).code).toBe(5);
  });

  it('may pass through a CA that the caller itself trusts, which is then the root', async () => {
    expect(await akashi(['status', ca.pem('leaf'), '--root', ca.pem('ca')])).toMatchObject({ code: 0 });
    expect(server.asked).toEqual(['/ca.crl']);
  });

  it('without a given root rests on nothing, and says so', async () => {
    const withRoot = new OpensslCa(
      join(folder, 'named'),
      'Named',
      `${CA_USAGE}\n${crlAt('root')}\n${issuerAt('root.cer')}`,
      root,
    );
    const one = withRoot.issue('one', `${crlAt('named')}\n${issuerAt('named.cer')}`);
    Object.assign(server.replies, {
      '/named.cer': () => ({ body: withRoot.certificate.der }),
      '/named.crl': () => ({ body: withRoot.crl() }),
      '/root.cer': () => ({ body: root.certificate.der }),
    });
    const asked = () => akashi(['status', withRoot.pem(one.name), '--json']);
    const { code, out } = await asked();
    expect(code).toBe(5);
    expect(JSON.parse(out)).toMatchObject({
      result: 'untrusted',
      rule: 'RFC 5280 6.1.1 (d)',
      trust: 'selfSigned',
      path: [{}, {}, { refused: [] }],
    });
    server.replies['/root.cer'] = undefined;
    expect((await asked()).code).toBe(5);
    const plain = await akashi(['status', ca.pem('leaf')]);
    expect(plain).toMatchObject({
      code: 5,
      out: expect.stringMatching(/^trust +nothing: .*issuer is not named/m),
    });
  });

  it('is held to basicConstraints, pathLenConstraint, keyUsage, validity and critical extensions', async () => {
    const refused = async (extensions: string, detail: RegExp, rule: RegExp): Promise<void> => {
      const name = `CA${Math.abs(Buffer.from(extensions).reduce((a, b) => (a * 31 + b) | 0, 7))}`;
      const bad = new OpensslCa(join(folder, name), name, `${extensions}\n${crlAt('root')}`, root);
      const below = bad.issue('below', crlAt(name));
      server.replies[`/${name}.crl`] = () => ({ body: bad.crl() });
      const file = chain(name, bad.pem(below.name), bad.pem('ca'));
      const { code, out } = await akashi(['status', file, '--root', root.pem('ca')]);
      expect({ code, out }).toEqual({ code: 6, out: expect.stringMatching(detail) });
      expect(out).toMatch(rule);
    };
    await refused(`basicConstraints=CA:FALSE\n${CA_USAGE}`, /not the certificate of a CA/, /6\.1\.4 \(k\)/);
    await refused('keyUsage=critical,cRLSign', /may not sign certificates/, /6\.1\.4 \(n\)/);
    await refused(
      `${CA_USAGE}\n1.2.3.4=critical,ASN1:NULL`,
      /critical extension 1\.2\.3\.4/,
      /6\.1\.4 \(o\)/,
    );
    const short = new OpensslCa(
      join(folder, 'short'),
      'Short',
      `basicConstraints=critical,CA:TRUE,pathlen:0\n${CA_USAGE}\n${crlAt('root')}`,
      root,
    );
    const long = new OpensslCa(join(folder, 'long'), 'Long', `${CA_USAGE}\n${crlAt('short')}`, short);
    const below = long.issue('below', crlAt('long'));
    server.replies['/short.crl'] = () => ({ body: short.crl() });
    server.replies['/long.crl'] = () => ({ body: long.crl() });
    const file = chain('long', long.pem(below.name), long.pem('ca'), short.pem('ca'));
    expect(await akashi(['status', file, '--root', root.pem('ca')])).toMatchObject({
      code: 6,
      out: expect.stringMatching(/longer than a pathLenConstraint/),
    });
    expect(await akashi(['status', file, '--root', short.pem('ca')])).toMatchObject({ code: 6 });
  });

  it('is judged at the time that --at says, as a whole', async () => {
    const at = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
    expect((await check(leaf, ca, '--at', at(0))).code).toBe(0);
    expect(await check(leaf, ca, '--at', at(24 * 90))).toMatchObject({
      code: 6,
      out: expect.stringMatching(/NOT VALID: .*has expired/),
    });
    // Valid then, but the lists are not of that time.
    expect(await check(leaf, ca, '--at', at(48))).toMatchObject({
      code: 5,
      out: expect.stringMatching(/too old/),
    });
    const early = ['status', ca.pem('leaf'), '--root', ca.pem('ca'), '--at', at(-0.5)];
    expect(await akashi(early)).toMatchObject({ code: 5, out: expect.stringMatching(/of the future/) });
    expect(await check(leaf, ca, '--at', 'yesterday')).toMatchObject({ code: 2 });
  });
});

describe('a CRL that another key of the CA signed', () => {
  const separate = (name: string, extensions: string, parent = root): OpensslCa =>
    new OpensslCa(join(folder, name), 'Sub', `${extensions}\n${crlAt('root')}`, parent);
  const judge = (crl: Buffer, signer: OpensslCa, maxSigners = 9) =>
    checkStatus({
      certificate: leaf.certificate,
      chain: [ca, signer].map(({ certificate }) => ({ certificate, from: 'test' })),
      roots: [{ certificate: root.certificate, from: 'test' }],
      crls: [readCrls(crl, 'sub.crl'), readCrls(root.crl(), 'root.crl')],
      clock: { at: Date.now(), maxAge: 0 },
      maxSigners,
      nonce: () => new Uint8Array(32),
      now: Date.now,
      ask: () => Promise.reject(new Error('Nothing is asked.')),
    }).then(({ verdict }) => ({ ...verdict, because: String(verdict.because) }));

  it('is taken if that key may sign CRLs, and has a path to the same root in which nothing is revoked', async () => {
    const signer = separate('crl-key', 'keyUsage=critical,cRLSign');
    expect(await judge(signer.crl(), signer)).toMatchObject({ outcome: 'good' });
    expect(await judge(signer.crl(), signer, 0)).toMatchObject({
      outcome: 'inDoubt',
      because: expect.stringMatching(/more signers/),
    });
    const other = separate('no-crl-key', 'keyUsage=critical,keyCertSign');
    expect(await judge(other.crl(), other)).toMatchObject({
      outcome: 'inDoubt',
      rule: 'RFC 5280 6.3.3 (f)',
      because: expect.stringMatching(/not allowed to sign CRLs/),
    });
    const elsewhere = new OpensslCa(join(folder, 'elsewhere-2'), 'Root');
    const stranger = separate('strange-key', 'keyUsage=critical,cRLSign', elsewhere);
    expect(await judge(stranger.crl(), stranger)).toMatchObject({
      outcome: 'inDoubt',
      because: expect.stringMatching(/has no path to the root/),
    });
    root.revoke({ name: 'ca' }, 'keyCompromise', signer.pem('ca'));
    expect(await judge(signer.crl(), signer)).toMatchObject({
      outcome: 'inDoubt',
      because: expect.stringMatching(/cannot be relied on: The CRL lists it as revoked/),
    });
  });
});

describe('a delta CRL', () => {
  it('that the certificate names is fetched, and named if it cannot be had', async () => {
    const fresh = ca.issue('fresh', `${crlAt('ca')}\nfreshestCRL=URI:${server.base}/delta.crl`);
    const complete = ca.crl();
    server.replies['/ca.crl'] = () => ({ body: complete });
    expect(await check(fresh)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/is not at hand/),
    });
    const asked = () => akashi(['status', ca.pem('fresh'), '--root', ca.pem('ca'), '--json']);
    const leftOut = JSON.parse((await asked()).out) as { path: { crl: { leftOut: object[] } }[] };
    expect(leftOut.path[0]?.crl.leftOut).toMatchObject([{ from: `${server.base}/delta.crl` }]);
    ca.revoke(fresh, 'keyCompromise');
    const delta = ca.crl('authorityKeyIdentifier=keyid\n2.5.29.27=critical,ASN1:INTEGER:1', 0.01);
    server.replies['/delta.crl'] = () => ({ body: delta });
    expect((await asked()).code).toBe(1);
  });
});

describe('policies', () => {
  it('are asked for by --policy, under their own name', async () => {
    const policy = 'certificatePolicies=1.2.3.4';
    const named = new OpensslCa(
      join(folder, 'policy'),
      'Policy',
      `${CA_USAGE}\n${policy}\n${crlAt('root')}`,
      root,
    );
    const one = named.issue('one', `${policy}\n${crlAt('policy')}`);
    server.replies['/policy.crl'] = () => ({ body: named.crl() });
    const file = chain('policy', named.pem(one.name), named.pem('ca'));
    const asked = (...more: readonly string[]) => akashi(['status', file, '--root', root.pem('ca'), ...more]);
    expect((await asked('--policy', '1.2.3.4')).code).toBe(0);
    expect((await asked('--policy', '1.2.3.5', '--policy', '1.2.3.4')).code).toBe(0);
    expect(await asked('--policy', '1.2.3.5')).toMatchObject({
      code: 6,
      out: expect.stringMatching(/^rule +RFC 5280 6\.1\.5 \(g\)$/m),
    });
    expect((await asked('--policy', 'gold')).code).toBe(2);
  });
});

describe('an issuer address', () => {
  const subject = (name: string, ...at: readonly string[]): Issued =>
    ca.issue(name, `${crlAt('ca')}\n${issuerAt(...at)}`);

  it('may give certs-only PKCS#7 in DER or PEM, and PEM certificates', async () => {
    const message = await certsOnly([root.certificate.der, ca.certificate.der]);
    const one = subject('p7c', 'ca.p7c');
    for (const body of [
      message,
      Buffer.from(encodePem('PKCS7', message)),
      Buffer.from(encodePem('CMS', message)),
      readFileSync(ca.pem('ca')),
    ]) {
      server.replies['/ca.p7c'] = () => ({ body: body });
      const { code, out } = await check(one);
      expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/from +\S+ca\.p7c$/m) });
    }
  });

  it('whose message has a certificate that is refused says why, if nothing else helps', async () => {
    const old = Buffer.from(
      Buffer.from(ca.certificate.der).toString('hex').replace('a003020102', 'a003020101'),
      'hex',
    );
    const message = await certsOnly([root.certificate.der, asDer(old)]);
    const one = subject('old', 'old.p7c');
    server.replies['/old.p7c'] = () => ({ body: message });
    expect(await check(one)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/^result .*old\.p7c gave something else .* version 3 are taken/m),
    });
    const both = await certsOnly([ca.certificate.der, asDer(old)]);
    server.replies['/old.p7c'] = () => ({ body: both });
    expect((await check(one)).code).toBe(0);
  });

  it('that gives nothing of use is followed by the next', async () => {
    const one = subject('next', 'empty.p7c', 'gone.cer', 'wrong.cer', 'ca.cer');
    server.replies['/empty.p7c'] = () => ({ body: Buffer.from('3003020100', 'hex') });
    server.replies['/wrong.cer'] = () => ({ body: root.certificate.der });
    expect((await check(one)).code).toBe(0);
    server.replies['/ca.cer'] = undefined;
    expect(await check(one)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/empty\.p7c gave something else than a certificate/),
    });
  });

  it('is asked if what is at hand leads to no root', async () => {
    const elsewhere = new OpensslCa(join(folder, 'elsewhere'), 'Elsewhere');
    const cross = new OpensslCa(join(folder, 'cross'), 'Cross', `${CA_USAGE}\n${crlAt('root')}`, root);
    // The same key and name under two roots; the one at hand leads to the wrong one.
    const config = `${CA_USAGE}\nbasicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash`;
    const other = elsewhere.certify(cross, config);
    const one = cross.issue('one', `${crlAt('cross')}\n${issuerAt('cross.cer')}`);
    server.replies['/cross.crl'] = () => ({ body: cross.crl() });
    server.replies['/cross.cer'] = () => ({ body: cross.certificate.der });
    const file = chain('cross', cross.pem(one.name), other);
    expect((await akashi(['status', file, '--root', root.pem('ca')])).code).toBe(0);
    expect(server.asked).toContain('/cross.cer');
    server.asked = [];
    expect((await akashi(['status', file, '--root', elsewhere.pem('ca')])).code).toBe(5);
    expect(server.asked).not.toContain('/cross.cer');
  });

  it('is asked once, however often certificates name it, and paths have an end', async () => {
    const loop = new OpensslCa(join(folder, 'loop'), 'Loop', `${CA_USAGE}\n${issuerAt('loop.cer')}`, root);
    const one = loop.issue('one', issuerAt('loop.cer'));
    server.replies['/loop.cer'] = () => ({ body: loop.certificate.der });
    expect((await akashi(['status', loop.pem(one.name)])).code).toBe(5);
    expect(server.asked.filter((path) => path === '/loop.cer')).toHaveLength(1);
    let next = root;
    const links = Array.from({ length: 14 }, (_, index) => {
      const name = `Deep${index}`;
      next = new OpensslCa(join(folder, name), name, `${CA_USAGE}\n${issuerAt(`${index - 1}.cer`)}`, next);
      const { der } = next.certificate;
      server.replies[`/${index}.cer`] = () => ({ body: der });
      return next;
    });
    const deep = links[13]?.issue('one', issuerAt('13.cer')) as Issued;
    server.asked = [];
    expect(
      await akashi(['status', (links[13] as OpensslCa).pem(deep.name), '--root', root.pem('ca')]),
    ).toMatchObject({
      code: 5,
      out: expect.stringMatching(/too long/),
    });
    expect(server.asked.length).toBeLessThanOrEqual(12);
  }, 30_000);
});
