import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { decodeCertificate, decodeCertificateList } from '../../lib/pki/pki.ts';
import { checkStatus, type StatusReport } from '../../lib/status-check/check.ts';
import type { Held } from '../../lib/status-check/contract.ts';
import { readCrls } from '../../lib/status-check/crl-file.ts';
import { EXCEPTIONS, REFUSED } from './pkits/exceptions.ts';
import { EXPECTED, type Expected, UNREADABLE, VALID } from './pkits/expected.ts';
import { EXPECTED_OF_POLICIES } from './pkits/expected-policies.ts';

/** NIST's PKITS, judged as `akashi status` judges, without HTTP. Debian's python3-cryptography-vectors has its files. */
const DATA = '/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data';
const MISSING = !existsSync(DATA);
if (MISSING) console.log('python3-cryptography-vectors not installed: PKITS is not run.');

/** The certificates of the suite are valid to the end of 2030. */
const AT = Date.UTC(2026, 0, 1);

const ALL: readonly Expected[] = [...EXPECTED, ...EXPECTED_OF_POLICIES];

const refused: string[] = [];

/** What `decode` gives, by file; what it refuses is noted. */
const files = <T>(folder: string, decode: (bytes: Buffer) => T): ReadonlyMap<string, T> => {
  const found = new Map<string, T>();
  for (const file of MISSING ? [] : readdirSync(join(DATA, folder))) {
    try {
      found.set(file, decode(read(folder, file)));
    } catch (error) {
      if (!Fault.is(error)) throw error;
      refused.push(`${file}: ${error.code}`);
    }
  }
  return found;
};

const read = (folder: string, file: string): Buffer => readFileSync(join(DATA, folder, file));

const pool = [...files('certs', decodeCertificate)].map(
  ([from, certificate]): Held => ({ certificate, from }),
);
const readable = new Set(files('crls', decodeCertificateList).keys());
const crls = [...readable].map((file) => readCrls(read('crls', file), file));

const judge = ([id, target, , policies]: Expected): Promise<StatusReport> => {
  const unreadable = UNREADABLE[id];
  return checkStatus({
    certificate: decodeCertificate(read('certs', `${target}.crt`)),
    chain: pool,
    roots: pool.filter(({ from }) => from === 'TrustAnchorRootCertificate.crt'),
    crls: unreadable === undefined ? crls : [...crls, readCrls(read('crls', unreadable), unreadable)],
    clock: { at: AT, maxAge: 0 },
    ...(policies && { policies }),
    nonce: () => new Uint8Array(32),
    now: () => 0,
    ask: () => Promise.reject(new Error('PKITS has no addresses.')),
  });
};

/** The result; with its clause if it is not good, or with the code of the fault if the certificate cannot be read. */
const said = async (test: Expected): Promise<string> => {
  try {
    const { outcome, rule } = (await judge(test)).verdict;
    return outcome === VALID ? outcome : `${outcome} (${rule})`;
  } catch (error) {
    if (!Fault.is(error)) throw error;
    return `${error.code} (decoder)`;
  }
};

describe.skipIf(MISSING)('PKITS', () => {
  for (const test of ALL) {
    const [id, target, result, policies] = test;
    it(`${id} ${target} ${policies ? JSON.stringify(policies) : ''}`, async () => {
      const exception = EXCEPTIONS[id];
      expect(await said(test)).toBe(exception ? exception.says : result);
    });
  }

  it('has no certificate that is called good here and is not valid', () => {
    const wrong = ALL.filter(([id, , result]) => EXCEPTIONS[id] && result !== VALID);
    expect(wrong).toEqual([]);
    expect(Object.values(EXCEPTIONS).filter(({ says }) => says === VALID)).toEqual([]);
  });

  it('has files that the decoders refuse: these, and no others', () => {
    expect(refused.toSorted()).toEqual(REFUSED);
  });

  it('is run as a whole', () => {
    const targets = readdirSync(join(DATA, 'certs')).filter((file) => /Test\d+EE\.crt$/.test(file));
    const tested = new Set(ALL.map(([, target]) => `${target}.crt`));
    expect(targets.filter((file) => !tested.has(file))).toEqual([]);
  });
});
