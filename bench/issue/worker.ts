import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOffices, operatorsOf, readPeople } from '../../functions/local/demonstration-people.ts';
import { generateSoftwareKey, type Signer, verifySignature } from '../../lib/keys/keys.ts';
import {
  type CertificationRequest,
  decodeCertificationRequest,
  decodePem,
  derBitString,
  derInteger,
  derSequence,
  encodePem,
  MAX_CSR_BYTES,
  tlv,
} from '../../lib/pki/pki.ts';
import type { Duty, Principal } from '../../lib/principal.ts';
import { readApplication } from '../../lib/registration/intake.ts';
import { openStore } from '../ocsp/store.ts';

/**
 * `node worker.ts SECONDS ROUNDS CONCURRENCY [what]`: one process, as a server is. Its figures go to standard output, a
 * line of JSON for each round. README.md says what is measured.
 */
const [seconds = 3, rounds = 3, concurrency = 16] = process.argv.slice(2, 5).map(Number);
const only = process.argv[5];

const PROFILE = 'person-authentication';
const OFFICE = 'mizusaki-higashi';
const FIELDS = { holderId: '2026112200000001' };
const WARM_MS = 3_000;

const folder = mkdtempSync(join(tmpdir(), 'akashi-bench-issue-'));
const { core, trustDomain, table, close } = await openStore(folder);
const { authority, registration } = core;

const operators = operatorsOf(trustDomain);
const [, operator] = operators;
await openOffices(core, operators, await readPeople());
const officer = (id: string, duty: Duty): Principal => ({
  id,
  role: 'officer',
  person: id,
  tenant: 'tokiwa',
  office: OFFICE,
  duties: [duty],
  name: { ja: id, en: id },
});
const [counter, examiner] = [officer('higashi-counter', 'receive'), officer('higashi-examiner', 'examine')];

/** A CSR (RFC 2986) without a subject and attributes: this service uses neither. */
const csrOf = async (signer: Signer): Promise<string> => {
  const info = derSequence(derInteger(0), derSequence(), signer.subjectPublicKeyInfo, tlv(0xa0));
  const signature = await signer.sign(info);
  return encodePem(
    'CERTIFICATE REQUEST',
    derSequence(info, signer.algorithm.signatureAlgorithm, derBitString(signature)),
  );
};

const newCsrs = (count: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: count }, async () => csrOf(await generateSoftwareKey('ecdsa-p256-sha256'))),
  );

/** Runs `one`, `concurrency` at once, for `ms`. Resolves with the runs a second and the processor time of one run. */
const measure = async (ms: number, one: (n: number) => Promise<unknown>, most = Number.POSITIVE_INFINITY) => {
  const began = performance.now();
  const cpu = process.cpuUsage();
  let n = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() - began < ms && n < most) await one(n++);
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (n * 1000) / (performance.now() - began), work: (user + system) / n };
};

const csrs = await newCsrs(64);
const ca = await generateSoftwareKey('ecdsa-p256-sha256');
const read: readonly CertificationRequest[] = csrs.map((pem) =>
  decodeCertificationRequest(decodePem('CERTIFICATE REQUEST', pem, MAX_CSR_BYTES)),
);
let made = 0;

/** The least work that issuing needs: one signature verified, one made, one row durable. */
const bound = async (n: number): Promise<void> => {
  const { subjectPublicKeyInfo, signatureAlgorithm, info, signatureValue } = read[
    n % read.length
  ] as CertificationRequest;
  verifySignature({ subjectPublicKeyInfo, signatureAlgorithm, message: info, signature: signatureValue });
  const signature = await ca.sign(info);
  await table.write([
    {
      put: { pk: `bench/${made++}`, sk: 'row' },
      value: { certificate: Buffer.from(signature).toString('base64').repeat(8) },
      if: 'absent',
    },
  ]);
};

/** From the CSR's PEM to the certificate's, as registration and the authority do it. Each key is new. */
const issue = (fresh: readonly string[]) => async (n: number) => {
  const submission = { profile: PROFILE, csr: fresh[n] as string, fields: FIELDS, holder: 'holder-tanabe' };
  const officers = { isAt: async () => false };
  const means = { issuing: authority, officers, random: (bytes: number) => randomBytes(bytes) };
  const { application, data } = await readApplication(means, OFFICE, submission);
  const ref = await authority.issue({
    order: `bench-${made++}`,
    profile: application.profile,
    office: OFFICE,
    fields: data.fields,
    subjectPublicKeyInfo: Buffer.from(data.subjectPublicKeyInfo, 'base64'),
    actor: operator.id,
  });
  await authority.chainPem(ref);
};

/** The same with the office's steps: submitted, examined by two persons, issued, collected. */
const throughOffice = (fresh: readonly string[]) => async (n: number) => {
  const submission = { profile: PROFILE, csr: fresh[n] as string, fields: FIELDS };
  const { request } = await registration.submit(counter, { ...submission, holder: 'holder-tanabe' });
  await registration.examine(examiner, request.id, { decision: 'approve' });
  const { state } = await registration.examine(operator, request.id, { decision: 'approve' });
  if (state !== 'issued') throw new Error(`the request ended ${state}`);
  await registration.collect(counter, request.id, 'GET');
};

const say = (what: string, round: number, figures: object): void => {
  if (round >= 0) process.stdout.write(`${JSON.stringify({ what, ...figures })}\n`);
};

// All take turns, so that other work on the machine affects all. The first turn warms up.
for (let round = -1; round < rounds; round++) {
  const ms = round < 0 ? WARM_MS : seconds * 1000;
  if (!only || only === 'bound') say('bound', round, await measure(ms, bound));
  for (const [what, one] of Object.entries({ issue, office: throughOffice })) {
    if (only && only !== what) continue;
    const fresh = await newCsrs(2_000 * Math.ceil(ms / 1000));
    say(what, round, await measure(ms, one(fresh), fresh.length - concurrency));
  }
  // Housekeeping does this too, so that records without a leaf do not pile up.
  await core.sequencer.sequence();
}
await close();
rmSync(folder, { recursive: true, force: true });
