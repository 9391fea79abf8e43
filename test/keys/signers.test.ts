import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pkijs from 'pkijs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import {
  ALGORITHMS,
  type AlgorithmName,
  algorithmNamed,
  generatePrivateKey,
  generateSoftwareKey,
  type Signer,
  schemeOf,
  softwareSigner,
  verifySignature,
} from '../../lib/keys/keys.ts';
import { NO_OPENSSL } from '../pki/openssl.ts';
import { pem, selfSigned } from './certificates.ts';

const signers = new Map<AlgorithmName, Signer>();
const signerOf = (name: AlgorithmName): Signer => {
  const signer = signers.get(name);
  if (signer === undefined) throw new Error(`no ${name}`);
  return signer;
};
const folder = mkdtempSync(join(tmpdir(), 'keys-'));

beforeAll(async () => {
  for (const { name } of ALGORITHMS) signers.set(name, await generateSoftwareKey(name));
});
afterAll(() => rmSync(folder, { recursive: true }));

const message = Buffer.from('証明書失効リスト');
const signed = (name: AlgorithmName) => {
  const signer = signerOf(name);
  return {
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
    signatureAlgorithm: signer.algorithm.signatureAlgorithm,
    message,
    signature: signer.sign(message) as Uint8Array,
  };
};

const names = ALGORITHMS.map(({ name }) => name);

describe.each(names)('%s', (name) => {
  it('signs at once, and what it signs verifies', () => {
    const signature = signerOf(name).sign(message);
    expect(signature).toBeInstanceOf(Uint8Array);
    verifySignature(signed(name));
  });

  it('a changed message, a changed signature and a foreign key do not verify', async () => {
    const good = signed(name);
    const changed = Buffer.from(good.signature);
    changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
    const { subjectPublicKeyInfo } = name.startsWith('rsa')
      ? signerOf(name.includes('3072') ? 'rsa4096-sha256' : 'rsa3072-sha256')
      : await generateSoftwareKey(name);
    for (const bad of [
      { ...good, message: Buffer.from('証明書失効リスト2') },
      { ...good, signature: changed },
      { ...good, signature: new Uint8Array() },
      { ...good, signature: new Uint8Array(100_000) },
      { ...good, subjectPublicKeyInfo },
    ]) {
      expect(() => verifySignature(bad)).toThrow(expect.objectContaining({ code: 'signature-invalid' }));
    }
  });

  it('OpenSSL in Node takes the certificate, algorithm identifiers included', async () => {
    const certificate = new X509Certificate(await selfSigned(signerOf(name)));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('shows no private key when it is printed', () => {
    const signer = signerOf(name);
    expect(Object.keys(signer).sort()).toEqual(['algorithm', 'sign', 'subjectPublicKeyInfo']);
    expect(JSON.stringify(signer)).not.toContain('PRIVATE');
  });
});

// Not ML-DSA: the openssl of the system may be older than that.
it.skipIf(NO_OPENSSL).each(names.filter((name) => !name.startsWith('ml-dsa')))(
  'the openssl command takes a certificate by %s',
  async (name) => {
    const file = join(folder, `${name}.pem`);
    writeFileSync(file, pem('CERTIFICATE', await selfSigned(signerOf(name))));
    const out = execFileSync('openssl', ['verify', '-check_ss_sig', '-CAfile', file, file], {
      encoding: 'utf8',
    });
    expect(out).toContain(': OK');
  },
);

it.each(names.filter((name) => /^(rsa|ecdsa)/.test(name)))(
  'pkijs takes a certificate by %s',
  async (name) => {
    const certificate = pkijs.Certificate.fromBER(Uint8Array.from(await selfSigned(signerOf(name))));
    expect(await certificate.verify()).toBe(true);
  },
);

describe('the registry', () => {
  it('has the identifiers of the standards', () => {
    const identifiers = Object.fromEntries(
      ALGORITHMS.map((a) => [a.name, Buffer.from(a.signatureAlgorithm).toString('hex')]),
    );
    const pss =
      '304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120';
    expect(identifiers).toEqual({
      'rsa2048-sha256': '300d06092a864886f70d01010b0500',
      'rsa3072-sha256': '300d06092a864886f70d01010b0500',
      'rsa4096-sha256': '300d06092a864886f70d01010b0500',
      'rsa2048-pss-sha256': pss,
      'rsa3072-pss-sha256': pss,
      'rsa4096-pss-sha256': pss,
      'ecdsa-p256-sha256': '300a06082a8648ce3d040302',
      'ecdsa-p384-sha384': '300a06082a8648ce3d040303',
      'ecdsa-p521-sha512': '300a06082a8648ce3d040304',
      ed25519: '300506032b6570',
      'ml-dsa-44': '300b0609608648016503040311',
      'ml-dsa-65': '300b0609608648016503040312',
      'ml-dsa-87': '300b0609608648016503040313',
    });
  });

  it('faults for names that it does not have, inherited ones too', () => {
    expect(algorithmNamed('ed25519').kmsKeySpec).toBe('ECC_NIST_EDWARDS25519');
    for (const name of ['rsa1024-sha256', 'toString', '__proto__', '']) {
      expect(() => algorithmNamed(name)).toThrow(expect.objectContaining({ code: 'unsupported-algorithm' }));
    }
  });

  it('a key of another kind than the algorithm’s makes no signer', async () => {
    const key = await generatePrivateKey('ecdsa-p256-sha256');
    expect(() => softwareSigner('ecdsa-p384-sha384', key)).toThrow(Fault);
    expect(() => softwareSigner('ed25519', key)).toThrow(Fault);
    softwareSigner('ecdsa-p256-sha256', key);
  });
});

describe.skipIf(NO_OPENSSL)('signatures of other people’s tools', () => {
  /** A CSR as openssl makes it, taken apart by openssl's own fixed shape: SEQUENCE { info, algorithm, BIT STRING }. */
  const request = (key: readonly string[], options: readonly string[]) => {
    const args = [
      'req',
      '-new',
      '-nodes',
      '-keyout',
      join(folder, 'key.pem'),
      '-subj',
      '/CN=試験',
      '-utf8',
      '-outform',
      'DER',
    ];
    const der = execFileSync('openssl', [...args, ...key, ...options], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const element = (at: number) => {
      const first = der[at + 1] as number;
      const head = first < 0x80 ? 2 : 2 + (first & 0x7f);
      const length =
        first < 0x80 ? first : Number.parseInt(der.subarray(at + 2, at + head).toString('hex'), 16);
      return { content: at + head, end: at + head + length };
    };
    const info = element(element(0).content);
    const algorithm = element(info.end);
    const signature = element(algorithm.end);
    const version = element(info.content);
    const subject = element(version.end);
    return {
      message: der.subarray(element(0).content, info.end),
      subjectPublicKeyInfo: der.subarray(subject.end, element(subject.end).end),
      signatureAlgorithm: der.subarray(info.end, algorithm.end),
      signature: der.subarray(signature.content + 1, signature.end),
    };
  };
  const rsa = ['-newkey', 'rsa:2048'];
  const ec = (curve: string) => ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`];
  const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'];

  it.each([
    ['RSA, SHA-256', rsa, ['-sha256']],
    ['RSA, SHA-384', rsa, ['-sha384']],
    ['RSA, SHA-512', rsa, ['-sha512']],
    ['RSA PSS, SHA-256', rsa, ['-sha256', ...pss]],
    ['RSA PSS, SHA-384', rsa, ['-sha384', ...pss]],
    ['RSA PSS, SHA-512', rsa, ['-sha512', ...pss]],
    ['P-256, SHA-256', ec('P-256'), ['-sha256']],
    ['P-256, SHA-512', ec('P-256'), ['-sha512']],
    ['P-384, SHA-256', ec('P-384'), ['-sha256']],
    ['P-384, SHA-384', ec('P-384'), ['-sha384']],
    ['P-521, SHA-512', ec('P-521'), ['-sha512']],
    ['Ed25519', ['-newkey', 'ed25519'], []],
  ])('takes %s', (_, key, options) => {
    const csr = request(key, options);
    verifySignature(csr);
    const message = Buffer.from(csr.message);
    message[message.length - 1] = (message.at(-1) as number) ^ 1;
    expect(() => verifySignature({ ...csr, message })).toThrow(
      expect.objectContaining({ code: 'signature-invalid' }),
    );
  });

  it.each([
    ['RSA, SHA-1', rsa, ['-sha1']],
    ['RSA, MD5', rsa, ['-md5']],
    ['RSA, SHA-224', rsa, ['-sha224']],
    ['P-256, SHA-1', ec('P-256'), ['-sha1']],
    [
      'RSA PSS with another salt',
      rsa,
      ['-sha256', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:20'],
    ],
    ['RSA PSS with SHA-1 by default', rsa, ['-sha1', ...pss]],
    ['secp256k1', ec('secp256k1'), ['-sha256']],
    ['Ed448', ['-newkey', 'ed448'], []],
  ])('refuses %s', (_, key, options) => {
    expect(() => verifySignature(request(key, options))).toThrow(
      expect.objectContaining({ code: 'unsupported-algorithm' }),
    );
  });
});

describe('verifying', () => {
  it('accepts the exact bytes, and absent parameters where RFC 4055 allows them, and nothing else', () => {
    const absent = Buffer.from('300b06092a864886f70d01010b', 'hex');
    expect(schemeOf(absent).hash).toBe('sha256');
    verifySignature({ ...signed('rsa2048-sha256'), signatureAlgorithm: absent });
    for (const hex of [
      '',
      '3000',
      '300c06082a8648ce3d0403020500',
      '300706032b65700500',
      '30810d06092a864886f70d01010b0500',
    ]) {
      expect(() => schemeOf(Buffer.from(hex, 'hex'))).toThrow(
        expect.objectContaining({ code: 'unsupported-algorithm' }),
      );
    }
  });

  it('refuses an algorithm that does not go with the key', () => {
    const good = signed('ml-dsa-44');
    const { signatureAlgorithm } = algorithmNamed('ml-dsa-65');
    for (const bad of [
      { ...good, signatureAlgorithm },
      { ...good, signatureAlgorithm: algorithmNamed('ed25519').signatureAlgorithm },
      {
        ...signed('ecdsa-p256-sha256'),
        signatureAlgorithm: algorithmNamed('rsa2048-sha256').signatureAlgorithm,
      },
      { ...good, subjectPublicKeyInfo: Buffer.from('3003020101', 'hex') },
    ]) {
      expect(() => verifySignature(bad)).toThrow(expect.objectContaining({ code: 'unsupported-algorithm' }));
    }
    expect(() => verifySignature({ ...good, subjectPublicKeyInfo: new Uint8Array(5000) })).toThrow(
      expect.objectContaining({ code: 'input-too-large' }),
    );
  });
});
