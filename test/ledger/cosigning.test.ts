import { describe, expect, it } from 'vitest';
import { witnessesAt } from '../../functions/witness/client.ts';
import { serveWitness } from '../../functions/witness/server.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { openCosigning } from '../../lib/ledger/cosigning.ts';
import { CHECKPOINT_OBJECT } from '../../lib/ledger/tree.ts';
import { readTree } from '../../lib/ledger/tree-row.ts';
import type { Log } from '../../lib/ports.ts';
import type { Bucket, Table } from '../../lib/store/store.ts';
import { formatCheckpoint, openCheckpoint } from '../../lib/tlog/checkpoint.ts';
import { formatNote, noteSigner, signText } from '../../lib/tlog/note.ts';
import { trustedLog, witnessPolicy } from '../../lib/tlog/policy.ts';
import { formatVkey, noteKeyOf } from '../../lib/tlog/vkey.ts';
import { openWitness } from '../../lib/tlog/witness-service.ts';
import { type Failure, faultyTable } from '../store/faulty-table.ts';
import { openTemporaryBucket, openTemporaryTable } from '../store/temporary.ts';
import { appendSome, clock, ledgerOver, logKey, ORIGIN, sequencerOver } from './log-world.ts';

/** The log and a witness with a table of its own, with a real socket between them. */
const logVkey = formatVkey(noteKeyOf(ORIGIN, 0x01, logKey));
const witnessKey = await generateSoftwareKey('ed25519');

const witnessOver = (table: Table, log: Log = () => {}) =>
  openWitness({
    table,
    signer: witnessKey,
    name: 'witness.example/二',
    logs: [trustedLog([logVkey])],
    clock,
    log,
  });

const serveOver = async (table: Table) => {
  const witness = witnessOver(table);
  const served = await serveWitness(witness, { host: '127.0.0.1', port: 0, log: () => {} });
  const url = `http://127.0.0.1:${served.port}`;
  return { witness, url, [Symbol.asyncDispose]: () => served.close() };
};

const cosigningBy = (bucket: Bucket, vkey: string, url: string, threshold: number) =>
  openCosigning({ bucket, witnesses: witnessesAt([{ vkey, url }]), threshold, log: () => {} });

const published = async (bucket: Bucket): Promise<Uint8Array> =>
  (await bucket.get(CHECKPOINT_OBJECT))?.body as Uint8Array;

describe('a log with a witness', () => {
  it('publishes checkpoints that the witness has cosigned, from its first one and when it starts anew', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    await using site = await openTemporaryTable();
    await using second = await serveOver(site.table);
    const { vkey } = second.witness;
    const ledger = ledgerOver(store.table);
    for (const count of [3, 300, 1]) {
      await appendSome(ledger, count);
      const cosign = cosigningBy(files.bucket, vkey, second.url, 1);
      // A new sequencer each time: it learns from the witness which size the witness has.
      await sequencerOver(store.table, files.bucket, { cosign }).sequence();
      const { verified, checkpoint } = openCheckpoint(
        await published(files.bucket),
        trustedLog([logVkey]),
        witnessPolicy([vkey], 1).verifiers,
      );
      expect(verified.map(({ key }) => key.name)).toEqual([ORIGIN, 'witness.example/二']);
      expect(checkpoint.size).toBe((await readTree(store.table))?.row.size);
    }
  });

  it('publishes nothing new while too few have cosigned, and goes on when they have', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    await using site = await openTemporaryTable();
    const ledger = ledgerOver(store.table);
    await appendSome(ledger, 2);
    const { vkey } = witnessOver(site.table);
    const nobody = cosigningBy(files.bucket, vkey, 'http://127.0.0.1:1', 1);
    await expect(
      sequencerOver(store.table, files.bucket, { cosign: nobody }).sequence(),
    ).rejects.toMatchObject({ code: 'witness-refused' });
    expect(await files.bucket.get(CHECKPOINT_OBJECT)).toBeUndefined();
    // The records have their leaves nevertheless.
    expect((await ledger.query({ limit: 10 })).records.map(({ leaf }) => leaf)).toEqual([1, 0]);
    const optional = cosigningBy(files.bucket, vkey, 'http://127.0.0.1:1', 0);
    await sequencerOver(store.table, files.bucket, { cosign: optional }).sequence();
    expect(await published(files.bucket)).toBeDefined();
  });

  it('cannot show the witness a second history; the witness keeps the attempt as evidence', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    await using otherStore = await openTemporaryTable();
    await using otherFiles = await openTemporaryBucket();
    await using site = await openTemporaryTable();
    await using second = await serveOver(site.table);
    const { vkey } = second.witness;
    const shown = async (table: Table, bucket: Bucket, count: number): Promise<unknown> => {
      await appendSome(ledgerOver(table), count);
      const cosign = cosigningBy(bucket, vkey, second.url, 1);
      return sequencerOver(table, bucket, { cosign }).sequence();
    };
    await shown(store.table, files.bucket, 5);
    await expect(shown(otherStore.table, otherFiles.bucket, 5)).rejects.toMatchObject({
      code: 'log-inconsistent',
    });
    await expect(shown(otherStore.table, otherFiles.bucket, 5)).rejects.toMatchObject({
      code: 'witness-refused',
    });
    expect(await otherFiles.bucket.get(CHECKPOINT_OBJECT)).toBeUndefined();
    const { hash } = await import('node:crypto');
    const rows = (await site.table.query({ pk: `witness/${hash('sha256', ORIGIN)}`, limit: 10 })).items;
    expect(rows.map(({ sk }) => sk)).toEqual(expect.arrayContaining(['tree']));
    expect(rows.length).toBe(2);
    // Both notes verify by the log's key alone, and say two roots of one size.
    const kept = rows.find(({ sk }) => sk === '5')?.value;
    const [one, two] = [kept?.note, kept?.other].map(
      (text) => openCheckpoint(String(text), trustedLog([logVkey])).checkpoint,
    );
    expect([one?.size, two?.size]).toEqual([5, 5]);
    expect(one?.root).not.toEqual(two?.root);
  });

  it('leaves a witness with little evidence, however much is signed and added to it', async () => {
    await using site = await openTemporaryTable();
    const logged: unknown[] = [];
    const witness = witnessOver(site.table, (level, message, facts) => logged.push([level, message, facts]));
    const signer = noteSigner(ORIGIN, logKey);
    const other = noteSigner('other.example', await generateSoftwareKey('ed25519'));
    const bodyFor = async (oldSize: number, root: number, extensions: readonly string[], lines = 0) => {
      const checkpoint = { origin: ORIGIN, size: 1, root: Buffer.alloc(32, root), extensions };
      const text = formatCheckpoint(checkpoint);
      const signed = await signText(text, [signer, ...Array.from({ length: lines }, () => other)]);
      return Buffer.from(`old ${oldSize}\n\n${formatNote({ text, signatures: signed })}`);
    };
    const rows = async () => {
      const { hash } = await import('node:crypto');
      return (await site.table.query({ pk: `witness/${hash('sha256', ORIGIN)}`, limit: 1000 })).items;
    };
    expect((await witness.addCheckpoint(await bodyFor(0, 1, ['x'.repeat(17_000)]))).status).toBe(400);
    expect(await rows()).toEqual([]);
    expect((await witness.addCheckpoint(await bodyFor(0, 1, ['first'], 99))).status).toBe(200);
    for (let n = 0; n < 5; n++) {
      const answer = await witness.addCheckpoint(await bodyFor(1, 2 + n, [`again ${n}`], 99));
      expect(answer.status).toBe(409);
    }
    expect(logged).toEqual([
      ['error', 'A log has signed two roots of one size', { origin: ORIGIN, size: 1 }],
    ]);
    const kept = await rows();
    expect(kept.map(({ sk }) => sk).sort()).toEqual(['1', 'tree']);
    expect(JSON.stringify(kept).length).toBeLessThan(2_000);

    // A log that has been proven a liar a hundred times gets no further row.
    const [{ pk } = { pk: '' }] = kept;
    const puts = Array.from({ length: 100 }, (_, n) => ({
      put: { pk, sk: `${1000 + n}` },
      value: {},
      if: 'absent' as const,
    }));
    for (const put of puts) await site.table.write([put]);
    await site.table.write([{ delete: { pk, sk: '1' }, if: { version: 1 } }]);
    expect((await witness.addCheckpoint(await bodyFor(1, 9, []))).status).toBe(409);
    expect(await rows()).toHaveLength(101);
    expect(logged).toHaveLength(1);
  });

  it.each(['lost', 'appliedThenErrored'] satisfies Failure[])(
    'is cosigned after the write of the witness was %s',
    async (failure) => {
      await using store = await openTemporaryTable();
      await using files = await openTemporaryBucket();
      await using site = await openTemporaryTable();
      await appendSome(ledgerOver(store.table), 4);
      await using second = await serveOver(faultyTable(site.table, new Map([[1, failure]])));
      const cosign = cosigningBy(files.bucket, second.witness.vkey, second.url, 1);
      const sequencer = sequencerOver(store.table, files.bucket, { cosign });
      await expect(sequencer.sequence()).rejects.toMatchObject({ code: 'witness-refused' });
      await sequencer.sequence();
      expect(await published(files.bucket)).toBeDefined();
    },
  );

  it('never lets two requests side by side take it back', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    await using site = await openTemporaryTable();
    const witness = witnessOver(site.table);
    const bodies: string[] = [];
    const keep = {
      vkey: witness.vkey,
      ask: async (body: string) => {
        bodies.push(body);
        throw new Error('kept');
      },
    };
    const ledger = ledgerOver(store.table);
    for (const count of [2, 3, 4]) {
      await appendSome(ledger, count);
      const cosign = openCosigning({ bucket: files.bucket, witnesses: [keep], threshold: 0, log: () => {} });
      await sequencerOver(store.table, files.bucket, { cosign }).sequence();
    }
    expect(bodies.length).toBe(3);
    const answers = await Promise.all(bodies.map((body) => witness.addCheckpoint(Buffer.from(body))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });
});

describe('the witness at its socket', () => {
  it('refuses malformed requests with the status codes of tlog-witness', async () => {
    await using site = await openTemporaryTable();
    await using second = await serveOver(site.table);
    const post = async (body: string, path = '/add-checkpoint'): Promise<number> =>
      (await fetch(`${second.url}${path}`, { method: 'POST', body })).status;
    expect(await post('old 0\n')).toBe(400);
    expect(await post('x'.repeat(1_100_000)).catch(() => 413)).toBe(413);
    expect(await post('', '/other')).toBe(404);
    expect((await fetch(`${second.url}/add-checkpoint`)).status).toBe(405);
    expect(await (await fetch(`${second.url}/key`)).text()).toBe(`${second.witness.vkey}\n`);
    const stranger = await generateSoftwareKey('ed25519');
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    await appendSome(ledgerOver(store.table), 1);
    const answers: number[] = [];
    const [asking] = witnessesAt([{ vkey: second.witness.vkey, url: second.url }]);
    const note = {
      vkey: second.witness.vkey,
      ask: async (body: string) => {
        const answer = await asking?.ask(body);
        answers.push(answer?.status ?? 0);
        throw new Error('noted');
      },
    };
    const cosign = openCosigning({ bucket: files.bucket, witnesses: [note], threshold: 0, log: () => {} });
    await sequencerOver(store.table, files.bucket, { signer: async () => stranger, cosign }).sequence();
    expect(answers).toEqual([403]);
  });
});
