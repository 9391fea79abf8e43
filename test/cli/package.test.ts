import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../cli/demo/service.ts';
import { buildPackage, PACKAGE } from '../../cli/package/build.ts';
import { generateSoftwareKey, type Signer } from '../../lib/keys/keys.ts';
import { encodeSigned } from '../../lib/pki/certificate.ts';
import { asDer, type Certificate, encodePem, encodeTbsCertificate } from '../../lib/pki/pki.ts';
import { formatVkey, noteKeyOf } from '../../lib/tlog/vkey.ts';
import { OpensslCa } from './openssl-ca.ts';

/** The package as an officer has it: packed, installed in an empty folder, with services.json and credentials of its own. */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'akashi-package-'));
const home = join(folder, 'home');
const config = join(home, '.config', 'akashi');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
let service: Service;

const versionOf = (node: string): string =>
  spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';

/** The Node of the tests, and the machine's own where it is another one that is new enough. */
const NODES = [
  ...new Map(
    [process.execPath, ...(process.env.PATH ?? '').split(delimiter).map((path) => join(path, 'node'))]
      .map((node): [string, string] => [versionOf(node), node])
      .filter(([name]) => /^v(2\d|[3-9]\d)\./.test(name))
      .reverse(),
  ),
].map(([name, node]) => ({ name, node, isOld: /^v2[0-3]\./.test(name) }));
if (!NODES.some(({ isOld }) => isOld))
  console.log('no Node 20 to 23 here: the package runs on Node 24 only.');

const akashi = (node: string, args: string, more: NodeJS.ProcessEnv = {}) => {
  const script = join(folder, 'node_modules', 'akashi-cli', 'akashi.js');
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: home, LC_ALL: 'C.UTF-8', ...more };
  const { status, stdout, stderr } = spawnSync(node, [script, ...args.split(' ')], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
};

/** The same certificate with another key, or signed by another one. */
const signedBy = (certificate: Certificate, signer: Signer, subjectPublicKeyInfo?: Uint8Array): string => {
  const { signatureAlgorithm } = signer.algorithm;
  const extensions = certificate.extensions.filter(({ id }) => !/KeyIdentifier$/.test(id));
  const tbs = encodeTbsCertificate({
    ...certificate,
    extensions,
    signature: asDer(signatureAlgorithm),
    ...(subjectPublicKeyInfo && { subjectPublicKeyInfo: asDer(subjectPublicKeyInfo) }),
  });
  const signature = signer.sign(tbs) as Uint8Array;
  return encodePem('CERTIFICATE', encodeSigned(tbs, asDer(signatureAlgorithm), signature));
};

beforeAll(async () => {
  await buildPackage();
  const npm = { cwd: PACKAGE, encoding: 'utf8' } as const;
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], npm).trim();
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const install = ['install', '--offline', '--no-audit', '--no-fund', '--silent', join(folder, packed)];
  execFileSync('npm', install, { cwd: folder });

  service = await startService(root, folder, process.env);
  mkdirSync(config, { recursive: true });
  cpSync(join(service.data, 'credentials'), join(config, 'credentials'), { recursive: true });
  const { url, tlsUrl } = service;
  const services = {
    mizusaki: { url, tlsUrl, as: 'higashi-counter' },
    elsewhere: { url: 'http://127.0.0.1:1' },
  };
  writeFileSync(join(config, 'services.json'), JSON.stringify({ default: 'mizusaki', services }));

  const ca = new OpensslCa(join(folder, 'ca'));
  const { certificate } = ca.issue('leaf', 'keyUsage=digitalSignature');
  const key = await generateSoftwareKey('ml-dsa-65');
  writeFileSync(join(folder, 'ca.pem'), signedBy(ca.certificate, key, key.subjectPublicKeyInfo));
  writeFileSync(join(folder, 'leaf.pem'), signedBy(certificate, key));
  const witness = noteKeyOf('witness.example', 0x06, await generateSoftwareKey('ml-dsa-44'));
  writeFileSync(join(folder, 'witness.vkey'), formatVkey(witness));
}, 180_000);

afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the package', () => {
  it('depends on nothing, and has the licences of what is in it', () => {
    const read = (file: string): string =>
      readFileSync(join(folder, 'node_modules/akashi-cli', file), 'utf8');
    const description = JSON.parse(read('package.json'));
    expect(description).toMatchObject({ version, bin: { akashi: './akashi.js' } });
    expect([description.dependencies, description.peerDependencies]).toEqual([undefined, undefined]);
    expect(read('LICENSES.txt')).toMatch(/^commander [\d.]+ \(MIT\)$/m);
    expect(read('LICENSES.txt')).toMatch(/^pkijs [\d.]+ \(BSD-3-Clause\)$/m);
  });

  it('is run by its name', () => {
    const env = { ...process.env, PATH: `${resolve(process.execPath, '..')}${delimiter}${process.env.PATH}` };
    const bin = join(folder, 'node_modules/.bin/akashi');
    expect(execFileSync(bin, ['--version'], { env, encoding: 'utf8' })).toBe(`${version}\n`);
  });
});

describe.each(NODES)('the package on Node $name', ({ node, name, isOld }) => {
  it('says its version and its help, with the commands as they are run', () => {
    expect(akashi(node, '--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
    const { code, out } = akashi(node, '--help');
    expect(code).toBe(0);
    expect(out).toContain('Usage: akashi [options]');
    expect(out).not.toContain('npx akashi');
    expect(akashi(node, 'show').err).toContain('See akashi --help');
  });

  it('asks the service of the file, as the principal there, with the credentials beside it', () => {
    expect(akashi(node, 'requests')).toEqual({ code: 0, out: 'requests: 0\n', err: '' });
    const { out } = akashi(node, 'provisions --json --limit 1', { AKASHI_AS: 'auditor' });
    expect(JSON.parse(out).records).toHaveLength(1);
    expect(akashi(node, 'token').code).toBe(0);
  });

  it('takes the command line before the environment, and that before the file', () => {
    const elsewhere = { AKASHI_URL: 'http://127.0.0.1:1' };
    expect(akashi(node, 'authorities').code).toBe(0);
    expect(akashi(node, 'authorities', elsewhere).code).toBe(3);
    expect(akashi(node, 'authorities --service mizusaki', elsewhere).code).toBe(0);
    expect(akashi(node, 'authorities', { AKASHI_SERVICE: 'elsewhere' }).code).toBe(3);
    expect(akashi(node, 'authorities --service none').err).toContain('There is no service "none"');
    expect(akashi(node, 'requests --as auditor', { AKASHI_AS: 'nobody' }).code).toBe(0);
    // An address alone is another service, which gets nothing that the file says of the default one.
    const { code, err } = akashi(node, 'token', { AKASHI_URL: service.url });
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('use --as') });
    // Where there is no data folder of a service, the credentials are those of the user's own folder.
    const there = `--url ${service.url} --tls-url ${service.tlsUrl}`;
    expect(JSON.parse(akashi(node, `whoami --as auditor ${there} --json`).out)).toMatchObject({
      id: 'auditor',
    });
  });

  it('verifies the log and every record, with all that this needs of the runtime', () => {
    const key = execFileSync('curl', ['-s', `${service.url}/log/key`], { encoding: 'utf8' });
    writeFileSync(join(folder, 'log.vkey'), key);
    const { code, out, err } = akashi(
      node,
      `audit verify --key log.vkey --as auditor --state ${name}.json --queries`,
    );
    // Nobody looks at the progress.
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('good: nothing was found');
  });

  it('says in Japanese what it says', () => {
    const ja = { AKASHI_LANGUAGE: 'ja' };
    expect(akashi(node, 'requests', ja).out).toBe('申請: 0 件\n');
    expect(akashi(node, 'authorities', ja).out).toMatch(/^有効期間 {2,}\d/m);
  });

  it('leaves the restoring of a service to the service', () => {
    const { code, err } = akashi(node, 'restore somewhere');
    expect(code).toBe(2);
    expect(err).toContain('npx akashi restore');
  });

  it('finds no certificate good whose algorithm the runtime lacks, and names it', () => {
    const { code, out, err } = akashi(node, 'status leaf.pem --root ca.pem');
    expect(err).toBe('');
    expect(code).toBe(5);
    const missing = `This Node.js (${name}) has no ML-DSA-65; use Node.js 24.7 or later.`;
    expect(out.includes(missing)).toBe(isOld);
    writeFileSync(join(folder, 'x.tlog-proof'), 'x');
    const check = akashi(node, 'audit check x.tlog-proof --key log.vkey --witness witness.vkey');
    expect(check.code).toBe(2);
    expect(check.err.includes(`This Node.js (${name}) has no ML-DSA-44`)).toBe(isOld);
  });
});
