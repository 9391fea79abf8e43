import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openCas } from '../../lib/authority/authority.ts';
import { generateSoftwareKey, verifySignature } from '../../lib/keys/keys.ts';
import { openCrls } from '../../lib/status/crls/crls.ts';
import {
  issuerTermsOf,
  issuerUrls,
  openIssuers,
  openRegister,
  type ProvenStatus,
} from '../../lib/status/status.ts';
import { type Opened, openStore } from '../ocsp/store.ts';
import { CRL_CA, revocationOf } from './entries.ts';

/**
 * `node worker.ts FOLDER full|incremental ENTRIES ROUNDS`: publishes the CRL of one CA, over a store that has `ENTRIES`
 * revocations, and a CRL that lists them (`fill`). For `full`, each round has a new core, which verifies that CRL and reads
 * all revocations; then it compares the status rows with the list. For `incremental`, one core has
 * published before, and finds a hundred new revocations in each round. The figures go to standard output as JSON.
 */
const [folder = '', mode = 'full', count = '10000', rounds = '3'] = process.argv.slice(2);
const entries = Number(count);
const NEW = 100;

/** Rows as the register has them once a CRL lists them. Their change rows are deleted by then. */
const fill = (from: number, to: number): void => {
  const db = new DatabaseSync(join(folder, 'table.sqlite'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
  const put = db.prepare('INSERT OR IGNORE INTO item (pk, sk, version, value) VALUES (?, ?, 1, ?)');
  db.exec('BEGIN');
  for (let n = from; n < to; n++) {
    const { serial, revocationTime, reason, notAfter } = revocationOf(n);
    const entry = { revocationTime, reason, notAfter };
    put.run(`revoked/${CRL_CA}`, serial, JSON.stringify(entry));
    const status = { state: 'revoked', request: 'benchmark', ...entry };
    put.run(`status/${CRL_CA}/${serial.slice(-1)}`, serial, JSON.stringify(status));
  }
  db.exec('COMMIT');
  db.close();
};

/** The CRL before: its entries were judged by acts, of which the benchmark has none. */
const publishBase = async ({ table, bucket, keys, core, trustDomain }: Opened): Promise<void> => {
  const clock = (): number => Date.now();
  const log = (): void => {};
  const register = openRegister(table);
  const terms = trustDomain.authorities.map(issuerTermsOf);
  const issuers = openIssuers({ table, terms, isCertificateOf: async () => true, clock, log });
  const urlsOf = async (ca: string) => issuerUrls(ca, ['http://localhost:8080']);
  const standing = { assertMayAct: async () => {} };
  const { signCrl } = openCas({ trustDomain, keys, issuers, urlsOf, standing });
  const proven: ProvenStatus = {
    closingOf: async (ref) => {
      const row = await register.listed(ref);
      return { closing: row ?? 'never', since: row?.revocationTime ?? 0 };
    },
    endOf: async () => undefined,
    issued: async function* () {},
    follow: async () => true,
  };
  const crlUrlsOf = async (ca: string) => (await urlsOf(ca)).crl;
  const compromiseOf = async () => undefined;
  const deps = {
    table,
    bucket,
    issuers,
    register,
    crlUrlsOf,
    compromiseOf,
    signCrl,
    verifySignature,
    proven,
    clock,
    log,
  };
  await openCrls({ ...deps, recorder: core.ledger }).publish(CRL_CA, 'benchmark');
};

/** Revokes a hundred more, by the authority's own acts and writes. */
const revoke = async ({ core, table }: Opened, round: number): Promise<void> => {
  const register = openRegister(table);
  for (let n = entries + round * NEW; n < entries + (round + 1) * NEW; n++) {
    const { serial, notAfter, ...entry } = revocationOf(n);
    const ref = { ca: CRL_CA, serial };
    await table.write(
      register.admitWrites(ref, { request: 'benchmark', notAfter, since: entry.revocationTime }),
    );
    const details = {
      reason: entry.reason,
      revocationTime: new Date(entry.revocationTime * 1000).toISOString(),
      before: 'good',
    };
    const { writes } = await core.ledger.conclude(
      { kind: 'revocation', actor: 'benchmark', certificates: [ref], details },
      { act: `status.${CRL_CA}.${serial}`, number: 1 },
    );
    const since = entry.revocationTime;
    const revoked = { state: 'revoked', request: 'benchmark', notAfter, since, ...entry } as const;
    const changes = register.changeWrites(ref, await register.read(ref), revoked, 'benchmark');
    await table.write([...changes, ...writes]);
  }
};

/** Opening the sealed keys (scrypt) takes, for a moment, more memory than most CRLs. Linux forgets that peak here. */
const forgetPeak = (): void => {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Other systems keep the peak of the whole process.
  }
};

/** Bytes. */
const peakMemory = (): number => {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
};

/** The least that a publication has to do: hash the bytes, sign the hash, write the file to the disk. */
const leastOf = async (der: Uint8Array): Promise<number> => {
  const signer = await generateSoftwareKey('ecdsa-p256-sha256');
  const path = join(folder, 'least.crl');
  const began = performance.now();
  await signer.sign(createHash('sha256').update(der).digest());
  const file = openSync(path, 'w');
  for (let at = 0; at < der.length; ) at += writeSync(file, der, at);
  fsyncSync(file);
  closeSync(file);
  return performance.now() - began;
};

if (mode === 'fill') {
  await (await openStore(folder)).close();
  fill(0, entries);
  const opened = await openStore(folder);
  await publishBase(opened);
  await opened.close();
} else {
  const took: number[] = [];
  const least: number[] = [];
  let bytes = 0;
  let peak = 0;
  let opened = await openStore(folder);
  /** Milliseconds. */
  const publish = async (): Promise<number> => {
    forgetPeak();
    const began = performance.now();
    const { der } = await opened.core.status.publish(CRL_CA, 'service');
    const ended = performance.now();
    peak = Math.max(peak, peakMemory());
    bytes = der.length;
    if (mode === 'incremental') least.push(await leastOf(der));
    return ended - began;
  };
  // The incremental CRLs are made from this one.
  if (mode === 'incremental') await publish();
  for (let round = 0; round < Number(rounds); round++) {
    if (mode === 'incremental') await revoke(opened, round);
    took.push(await publish());
    if (mode === 'incremental') continue;
    await opened.close();
    opened = await openStore(folder);
  }
  const began = performance.now();
  await opened.core.status.followListed();
  const compared = performance.now() - began;
  await opened.close();
  const middle = (figures: readonly number[]): number =>
    figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
  process.stdout.write(
    `${JSON.stringify({ ms: middle(took), least: middle(least), compared, bytes, peak })}\n`,
  );
}
