import { hash } from 'node:crypto';
import { MAX_PART_BYTES } from '../../lib/batches/batches.ts';
import { generateSoftwareKey } from '../../lib/keys/keys.ts';
import { derBitString, derInteger, derSequence, encodePem, tlv } from '../../lib/pki/pki.ts';
import type { Client } from './client.ts';

/* Two ways from certification requests to certificates: one by one, and in a file. */

export interface People {
  readonly counter: Client;
  readonly examiner: Client;
  readonly operator: Client;
}

interface Batch {
  readonly id: string;
  readonly state: string;
  readonly submission?: { readonly isOver: boolean; readonly done: number };
  readonly examinations?: readonly { readonly isOver: boolean; readonly done: number }[];
  readonly sample?: { readonly number: number; readonly sample: readonly number[] };
}

/** Its CA signs with P-256. */
const PROFILE = 'person-authentication';
const HOLDER = 'holder-tanabe';
const HOLDER_ID = '2026112200000001';
const BATCHES = '/api/v1/batches';

/** PEM of certification requests (RFC 2986) without a subject, each with a new key. */
export const newCsrs = (count: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const signer = await generateSoftwareKey('ecdsa-p256-sha256');
      const info = derSequence(derInteger(0), derSequence(), signer.subjectPublicKeyInfo, tlv(0xa0));
      const signature = derBitString(await signer.sign(info));
      return encodePem(
        'CERTIFICATE REQUEST',
        derSequence(info, signer.algorithm.signatureAlgorithm, signature),
      );
    }),
  );

export const oneByOne = async (
  { counter, examiner, operator }: People,
  csrs: readonly string[],
  concurrency: number,
): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < csrs.length; n = next++) {
      const submission = {
        profile: PROFILE,
        csr: csrs[n] as string,
        fields: { holderId: HOLDER_ID },
        holder: HOLDER,
      };
      const { id } = await counter.ask<{ id: string }>('POST', '/api/v1/requests', submission);
      const path = `/api/v1/requests/${id}`;
      for (const by of [examiner, operator])
        await by.ask('POST', `${path}/examinations`, { decision: 'approve' });
      await counter.bytes('GET', `${path}/certificate.pem`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
};

const until = async (counter: Client, id: string, isSo: (batch: Batch) => boolean): Promise<Batch> => {
  for (;;) {
    const batch = await counter.ask<Batch>('GET', `${BATCHES}/${id}`);
    if (isSo(batch)) return batch;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export const inFile = async (
  { counter, examiner, operator }: People,
  csrs: readonly string[],
): Promise<void> => {
  const rows = csrs.map(
    (csr, n) => `${n + 1},${HOLDER_ID},${HOLDER},${csr.replace(/-----[^-]+-----|\s/g, '')}\n`,
  );
  const file = Buffer.from(`key,holderId,holder,csr\n${rows.join('')}`);
  const parts = Array.from({ length: Math.ceil(file.length / MAX_PART_BYTES) }, (_, n) =>
    file.subarray(n * MAX_PART_BYTES, (n + 1) * MAX_PART_BYTES),
  );
  const digest = hash('sha256', file);
  const terms = {
    profile: PROFILE,
    format: 'csv',
    bytes: file.length,
    digest,
    parts: parts.map((part) => hash('sha256', part)),
  };
  const { id } = await counter.ask<Batch>('POST', BATCHES, terms);
  for (const [n, part] of parts.entries())
    await counter.bytes('POST', `${BATCHES}/${id}/parts/${n + 1}`, part);
  await until(counter, id, ({ state }) => state === 'received');
  await counter.ask('POST', `${BATCHES}/${id}/submission`, { digest });
  await until(counter, id, ({ state }) => state === 'submitted');
  for (const [n, by] of [examiner, operator].entries()) {
    const { sample } = await by.ask<Batch>('POST', `${BATCHES}/${id}/samples`);
    await Promise.all(
      (sample?.sample ?? []).map((row) => by.bytes('POST', `${BATCHES}/${id}/rows/${row}/opening`)),
    );
    await by.ask('POST', `${BATCHES}/${id}/examinations`, { sample: sample?.number, decision: 'approve' });
    const { examinations } = await until(counter, id, (batch) => batch.examinations?.[n]?.isOver === true);
    if (examinations?.[n]?.done !== csrs.length) throw new Error('not every row was approved');
  }
  const { number } = await counter.ask<{ number: number }>('POST', `${BATCHES}/${id}/collections`);
  await counter.bytes('GET', `${BATCHES}/${id}/collections/${number}.zip`);
};
