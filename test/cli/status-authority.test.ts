import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { akashi, type Ended } from './in-process.ts';
import { OpensslCa } from './openssl-ca.ts';
import { ReplyServer } from './reply-server.ts';

/** Who may speak for a CA: not a file of roots for the CAs in it, not a name, and no CA for the one that certified it. */
const folder = mkdtempSync(join(tmpdir(), 'akashi-authority-'));
const CA_USAGE = 'keyUsage=critical,keyCertSign,cRLSign';

let server: ReplyServer;
let root: OpensslCa;

beforeAll(async () => {
  server = await ReplyServer.open();
  root = new OpensslCa(join(folder, 'root'), 'Root');
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;

/** Certificates in one file. */
const together = (...paths: readonly string[]): string => {
  const path = join(folder, `${files++}.pem`);
  writeFileSync(path, paths.map((one) => readFileSync(one, 'utf8')).join(''));
  return path;
};

const crlAt = (name: string): string => `crlDistributionPoints=URI:${server.base}/${name}.crl`;

const status = (file: string, ...more: readonly string[]): Promise<Ended> =>
  akashi(['status', file, '--root', root.pem('ca'), ...more]);

describe('a CA below a root of the same file', () => {
  it('is revoked if the root revokes it, by the CRLs that are named and by those that are given', async () => {
    const sub = new OpensslCa(join(folder, 'sub'), 'Sub', `${CA_USAGE}\n${crlAt('root')}`, root);
    sub.issue('leaf', crlAt('sub'));
    const roots = together(root.pem('ca'), sub.pem('ca'));
    const asked = (...more: readonly string[]) =>
      akashi(['status', sub.pem('leaf'), '--root', roots, ...more]);
    const given = (): readonly string[] => [
      ...['--crl', root.write('root.crl', root.crl())],
      ...['--crl', sub.write('sub.crl', sub.crl())],
    ];
    server.replies = { '/root.crl': () => ({ body: root.crl() }), '/sub.crl': () => ({ body: sub.crl() }) };
    expect((await asked()).code).toBe(0);
    expect((await asked(...given())).code).toBe(0);
    root.revoke({ name: 'sub' }, 'CACompromise', sub.pem('ca'));
    const revoked = {
      code: 1,
      out: expect.stringMatching(/^result +REVOKED: C=JP, O=Test, CN=Sub, a CA in its path/m),
    };
    expect(await asked()).toMatchObject(revoked);
    expect(await asked(...given())).toMatchObject(revoked);
    // Alone it is the anchor; the root that certified it can be among what is not trusted.
    const anchored = ['--root', sub.pem('ca'), ...given()];
    expect(await akashi(['status', together(sub.pem('leaf'), root.pem('ca')), ...anchored])).toMatchObject(
      revoked,
    );
  });
});

describe('a CRL', () => {
  it('by an end entity of another CA that has the name of the CA is not used', async () => {
    const sub = new OpensslCa(join(folder, 'named'), 'Named', CA_USAGE, root);
    const leaf = sub.issue('leaf', 'keyUsage=digitalSignature');
    sub.revoke(leaf, 'keyCompromise');
    const other = new OpensslCa(join(folder, 'other'), 'Other', CA_USAGE, root);
    other.issue('Named', 'keyUsage=critical,cRLSign\nbasicConstraints=CA:FALSE');
    // openssl signs CRLs for the index of a folder: this one lists nothing.
    const blank = new OpensslCa(join(folder, 'blank'), 'Blank');
    for (const ending of ['pem', 'key']) {
      blank.write(`signer.${ending}`, readFileSync(join(other.folder, `Named.${ending}`)));
    }
    const forged = blank.write('forged.crl', blank.crl('2.5.29.20=ASN1:INTEGER:1', 0, 24, 'signer'));
    const above = ['--crl', root.write('r.crl', root.crl()), '--crl', other.write('o.crl', other.crl())];
    const file = together(sub.pem('leaf'), sub.pem('ca'), other.pem('Named'), other.pem('ca'));
    expect(await status(file, '--crl', forged, ...above)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/has the name of the CA, but neither .*\(RFC 5280 6\.3\.3 \(f\)\)$/m),
    });
    const own = sub.write('own.crl', sub.crl());
    expect((await status(file, '--crl', forged, '--crl', own, ...above)).code).toBe(1);
  });
});

describe('CAs that certify each other', () => {
  it('and no root does are not at hand, which is a doubt and no bad signature', async () => {
    const [a, b] = [
      new OpensslCa(join(folder, 'a'), 'A', CA_USAGE, root),
      new OpensslCa(join(folder, 'b'), 'B', CA_USAGE, root),
    ];
    a.issue('leaf', crlAt('a'));
    const usage = `basicConstraints=critical,CA:TRUE\n${CA_USAGE}\nsubjectKeyIdentifier=hash`;
    const file = together(a.pem('leaf'), a.certify(b, usage), b.certify(a, usage));
    const stranger = new OpensslCa(join(folder, 'stranger'), 'Stranger');
    expect(await akashi(['status', file, '--root', stranger.pem('ca')])).toMatchObject({
      code: 5,
      out: expect.stringMatching(/^result +IN DOUBT: .* the path comes back to itself/m),
    });
  });
});
