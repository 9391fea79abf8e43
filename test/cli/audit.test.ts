import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOG_KEY } from '../../lib/keys/keys.ts';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import { formatVkey, noteKeyOf } from '../../lib/tlog/vkey.ts';
import { sequencerOver } from '../ledger/log-world.ts';
import { serveService } from '../served-service.ts';
import {
  issueThroughOffice,
  openService,
  opensslRequest,
  type Service,
  temporaryFolder,
} from '../service.ts';
import { akashi, type Ended } from './in-process.ts';

/*
 * Each test stops the service, tampers with its real files and starts it again. The audit must find the damage and name
 * it.
 */
const folder = temporaryFolder();
const clean = join(folder.path, 'clean');
const data = join(folder.path, 'data');
const keyFile = join(folder.path, 'log.vkey');
const state = join(folder.path, 'state.json');
let ids: { readonly told: string; readonly issued: string; readonly revoked: string };

const sequence = async (service: Service): Promise<void> => {
  while ((await service.core.sequencer.sequence()).leaves > 0);
};

beforeAll(async () => {
  const service = await openService(clean, { publicUrl: 'http://127.0.0.1:1' });
  const office = service.principal('higashi-counter');
  const issued = await issueThroughOffice(service, 'official-position', opensslRequest(folder.path, 'seal'));
  await service.core.authority.revoke(service.principal('operator-noda'), issued.certificate, {
    reason: 'superseded',
  });
  for (let i = 0; i < 300; i++) {
    await service.core.ledger.append({
      kind: 'provision',
      recipient: i % 2 === 0 ? 'public' : office.id,
      channel: 'status',
      method: 'GET',
      tenant: 'tokiwa',
      certificates: [issued.certificate],
      provided: { 状態: 'revoked' },
      responseDigest: 'ab'.repeat(32),
      count: 1,
    });
  }
  await service.core.status.publish(issued.certificate.ca, 'operator-noda');
  await sequence(service);
  writeFileSync(keyFile, `${await service.app.transparencyLog.verifierKey()}\n`);
  const pick = async (kind: 'provision' | 'issuance' | 'revocation'): Promise<string> =>
    (await service.app.ledger.query({ kind, limit: 1000 })).records[0]?.id as string;
  ids = { told: await pick('provision'), issued: await pick('issuance'), revoked: await pick('revocation') };
  await service.close();
}, 120_000);

afterAll(() => folder.remove());

beforeEach(() => {
  rmSync(data, { recursive: true, force: true });
  rmSync(state, { force: true });
  cpSync(clean, data, { recursive: true });
});

const withService = async <T>(act: (service: Service & { url: string }) => Promise<T>): Promise<T> => {
  const service = await serveService(data, { publicUrl: 'http://127.0.0.1:1' });
  try {
    return await act(service);
  } finally {
    await service.close();
  }
};

/** Audits as an auditor, with the records. */
const verify = (ahead = 0): Promise<Ended> =>
  withService(async (service) => {
    const { token } = await service.app.principals.issueToken(service.principal('auditor'));
    const auditor = ['--url', service.url, '--token', token];
    return akashi(['audit', 'verify', ...auditor, '--key', keyFile, '--state', state, '--json'], {
      now: () => Date.now() + ahead,
    });
  });

const verifyFolder = (...more: readonly string[]): Promise<Ended> =>
  akashi([
    'audit',
    'verify',
    join(data, 'objects/log'),
    '--key',
    keyFile,
    '--state',
    state,
    '--json',
    ...more,
  ]);

const damages = ({ out, err }: Ended): readonly string[] => {
  expect(out, err).not.toBe('');
  const { findings } = JSON.parse(out) as { findings: { damage: string }[] };
  return [...new Set(findings.map(({ damage }) => damage))];
};

/** In the real file of the stopped service. */
const sql = (statement: string, ...values: readonly string[]): void => {
  const db = new DatabaseSync(join(data, 'table.sqlite'));
  try {
    expect(db.prepare(statement).run(...values).changes).toBeGreaterThan(0);
  } finally {
    db.close();
  }
};

const flip = (path: string, at = 10): void => {
  const file = join(data, 'objects/log', path);
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
};

/** Width of the partial tile of the checkpoint. Narrower tiles of earlier checkpoints stay beside it. */
const newestPartial = (): number =>
  Math.max(...readdirSync(join(data, 'objects/log/tile/0/001.p')).map(Number));

describe('akashi audit verify', () => {
  it('finds nothing in a log that nobody touched, and keeps its checkpoint', async () => {
    const ended = await verify();
    expect(damages(ended)).toEqual([]);
    expect(ended.code).toBe(0);
    const { size, records } = JSON.parse(ended.out);
    expect(size).toBeGreaterThan(320);
    expect(records).toMatchObject({ matched: size, expired: 0 });
    expect(JSON.parse(readFileSync(state, 'utf8')).checkpoint).toBe(
      readFileSync(join(data, 'objects/log/checkpoint'), 'utf8'),
    );
    expect((await verifyFolder()).code).toBe(0);
  });

  it.each([
    [
      'edited',
      "UPDATE item SET value = replace(value, '\"GET\"', '\"PUT\"') WHERE pk LIKE 'record/%' AND sk = ?",
    ],
    [
      'edited, its digest kept',
      "UPDATE item SET value = json_set(value, '$.salt', '00') WHERE pk LIKE 'record/%' AND sk = ?",
    ],
  ])('names a row that was %s', async (_, statement) => {
    sql(statement, ids.told);
    const ended = await verify();
    expect(damages(ended)).toEqual(['record-altered']);
    expect(ended.code).toBe(1);
    expect(ended.out).toContain(ids.told);
  });

  it('names a row that was deleted', async () => {
    sql("DELETE FROM item WHERE pk LIKE 'record/%' AND sk = ?", ids.told);
    const ended = await verify();
    expect(damages(ended)).toEqual(['record-missing']);
    expect(ended.code).toBe(1);
    expect(ended.out).toContain(ids.told);
  });

  it('accepts that a row is gone once its retention period is over', async () => {
    sql("DELETE FROM item WHERE pk LIKE 'record/%' AND sk = ?", ids.told);
    const eightYears = 8 * 365.25 * 86_400_000;
    const ended = await verify(eightYears);
    expect(JSON.parse(ended.out).records.expired).toBe(1);
    expect(damages(ended)).not.toContain('record-missing');
  });

  it.each([
    ['without a leaf', ''],
    ["with another record's leaf", ", '$.leaf', 5"],
    ['with a leaf that is yet to come', ", '$.leaf', 100000"],
  ])('names a row that was inserted %s', async (_, leaf) => {
    const forged = `${ids.told.slice(0, 16)}${'0'.repeat(16)}`;
    const copied = leaf === '' ? "json_remove(value, '$.leaf')" : 'value';
    sql(
      `INSERT INTO item (pk, sk, version, value)
       SELECT pk, ?, 1, json_set(${copied}, '$.id', ?${leaf}) FROM item WHERE pk LIKE 'record/%' AND sk = ?`,
      forged,
      forged,
      ids.told,
    );
    const hour = 3_700_000;
    const ended = await verify(hour);
    expect(damages(ended)).toContain('record-inserted');
    expect(ended.out).toContain(forged);
    expect(ended.code).toBe(1);
  });

  it('names an issuance and a revocation that were taken out of the records', async () => {
    sql("DELETE FROM item WHERE pk LIKE 'record/%' AND sk = ?", ids.revoked);
    expect(damages(await verify())).toEqual(['record-missing', 'revocation-without-leaf']);
    rmSync(state);
    sql("DELETE FROM item WHERE pk LIKE 'record/%' AND json_extract(value, '$.kind') = 'issuance'");
    expect(damages(await verify())).toContain('serial-without-leaf');
  });

  it('names a CRL that was published without a record', async () => {
    sql("DELETE FROM item WHERE pk LIKE 'record/%' AND json_extract(value, '$.kind') = 'publication'");
    expect(damages(await verify())).toEqual(['record-missing', 'crl-without-leaf']);
  });

  it.each([['tile/0/000'], ['tile/entries/000']])('names %s when a bit of it was flipped', async (path) => {
    flip(path);
    const ended = await verifyFolder();
    expect(damages(ended)).toEqual(['tile-altered']);
    expect(JSON.parse(ended.out).findings[0].facts).toEqual({ path });
    expect(ended.code).toBe(1);
  });

  it('names a partial tile whose bit was flipped, and a file that is gone', async () => {
    const partial = newestPartial();
    flip(`tile/0/001.p/${partial}`);
    expect(damages(await verifyFolder())).toEqual(['tile-altered']);
    rmSync(join(data, 'objects/log/tile/entries/000'));
    expect(damages(await verifyFolder())).toContain('tile-altered');
    rmSync(join(data, 'objects/log/tile/0/000'));
    cpSync(join(clean, 'objects/log/tile/0/001.p'), join(data, 'objects/log/tile/0/001.p'), {
      recursive: true,
    });
    const ended = await verifyFolder();
    expect(damages(ended)).toEqual(['tile-missing']);
    expect(ended.code).toBe(1);
  });

  it('names a checkpoint that was rolled back', async () => {
    const old = readFileSync(join(data, 'objects/log/checkpoint'), 'utf8');
    await withService(async (service) => {
      await service.app.ledger.append({ kind: 'setting', actor: 'service', details: {} });
      await sequence(service);
    });
    expect((await verifyFolder()).code).toBe(0);
    const kept = readFileSync(state, 'utf8');
    writeFileSync(join(data, 'objects/log/checkpoint'), old);
    const ended = await verifyFolder();
    expect(damages(ended)).toEqual(['checkpoint-rolled-back']);
    expect(ended.code).toBe(1);
    expect(readFileSync(state, 'utf8')).toBe(kept);
  });

  it("names a fork that a second reader sees, by its state file and by the first reader's checkpoint", async () => {
    // The operator runs two histories from the same beginning, under the same key.
    const other = join(folder.path, 'other');
    rmSync(other, { recursive: true, force: true });
    cpSync(clean, other, { recursive: true });
    const grow = async (place: string, step: number): Promise<void> => {
      const service = await openService(place, { publicUrl: 'http://127.0.0.1:1' });
      await service.app.ledger.append({ kind: 'setting', actor: 'service', details: { step } });
      await sequence(service);
      await service.close();
    };
    await grow(data, 1);
    await grow(other, 2);
    await grow(other, 3);
    expect((await verifyFolder()).code).toBe(0);
    const first = readFileSync(join(data, 'objects/log/checkpoint'));
    const shown = join(folder.path, 'shown');
    writeFileSync(shown, first);
    cpSync(join(other, 'objects'), join(data, 'objects'), { recursive: true });
    const kept = readFileSync(state, 'utf8');
    const ended = await verifyFolder();
    expect(damages(ended)).toEqual(['fork']);
    expect(ended.code).toBe(1);
    expect(readFileSync(state, 'utf8')).toBe(kept);
    rmSync(state);
    expect(damages(await verifyFolder('--seen', shown))).toEqual(['fork']);
    expect((await verifyFolder()).code).toBe(0);
  });

  it('names a checkpoint of a key that is not the one that was handed over', async () => {
    const stranger = await generateSoftwareKey('ed25519');
    const vkey = formatVkey(noteKeyOf('127.0.0.1:1/log', 0x01, stranger));
    const ended = await akashi([
      'audit',
      'verify',
      join(data, 'objects/log'),
      '--key',
      vkey,
      '--state',
      state,
      '--json',
    ]);
    expect(damages(ended)).toEqual(['checkpoint-not-signed']);
    expect(ended.code).toBe(1);
  });

  it('reports a time without records that is longer than was asked for', async () => {
    const later = await openService(data, { publicUrl: 'http://127.0.0.1:1', ahead: 5 * 3_600_000 });
    await later.app.ledger.append({ kind: 'setting', actor: 'service', details: {} });
    await sequence(later);
    await later.close();
    expect((await verifyFolder('--max-gap', '6')).code).toBe(0);
    const ended = await verifyFolder('--max-gap', '4');
    expect(damages(ended)).toEqual(['time-gap']);
    expect(ended.code).toBe(1);
  });

  it('goes on where a run was interrupted', async () => {
    const note = readFileSync(join(data, 'objects/log/checkpoint'), 'utf8');
    const vkey = readFileSync(keyFile, 'utf8').trim();
    // The run does not read again what was checked before. Damage there stays unseen until the next whole run.
    flip('tile/entries/000');
    writeFileSync(state, JSON.stringify({ vkey, checkpoint: note, checked: 256 }));
    expect((await verifyFolder()).code).toBe(0);
    expect(JSON.parse(readFileSync(state, 'utf8')).checked).toBe(0);
    expect(damages(await verifyFolder())).toEqual(['tile-altered']);
  });

  it('warns if the key came from the log, and ends with 2 if it cannot check', async () => {
    const verify = ({ url }: { url: string }, isWatched: boolean) =>
      akashi(['audit', 'verify', url, '--state', state], { isWatched });
    const ended = await withService((service) => verify(service, true));
    expect(ended.code).toBe(0);
    expect(ended.err).toContain('WARNING: the verifier key');
    expect(ended.err).toContain('leaves       [##############################] 100 %');
    // Not where a file or a program takes it.
    expect(await withService((service) => verify(service, false))).toMatchObject({ code: 0, err: '' });
    expect((await akashi(['audit', 'verify', join(data, 'nothing'), '--state', `${state}-2`])).code).toBe(2);
    expect(
      (await akashi(['audit', 'verify', join(data, 'nothing'), '--key', keyFile, '--state', `${state}-2`]))
        .code,
    ).toBe(2);
    writeFileSync(`${state}-2`, '{}');
    expect((await akashi(['audit', 'verify', data, '--key', keyFile, '--state', `${state}-2`])).code).toBe(2);
  });
});

describe('akashi audit prove and check', () => {
  it('writes a proof that verifies years later without a service, and not if a byte of it differs', async () => {
    const file = join(folder.path, 'told.tlog-proof');
    rmSync(file, { force: true });
    await withService(async (service) => {
      const { token } = await service.app.principals.issueToken(service.principal('auditor'));
      const auditor = ['--url', service.url, '--token', token];
      const proved = await akashi(['audit', 'prove', ids.told, '--out', file, ...auditor]);
      expect(proved).toMatchObject({ code: 0 });
      expect((await akashi(['audit', 'prove', ids.told, '--out', file, ...auditor])).code).toBe(2);
      const missing = await akashi(['audit', 'prove', '0'.repeat(32), '--out', `${file}-2`, ...auditor]);
      expect(missing).toMatchObject({ code: 1 });
    });
    const shown = await akashi(['audit', 'check', file, '--key', keyFile, '--json']);
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.out).record).toMatchObject({ id: ids.told, kind: 'provision' });
    const proof = readFileSync(file, 'utf8');
    const extra = /^extra (.*)$/m.exec(proof)?.[1] as string;
    const lie = Buffer.from(extra, 'base64').toString('utf8').replace('"count":1', '"count":2');
    for (const altered of [
      proof.replace(extra, Buffer.from(lie).toString('base64')),
      proof.replace(/^index (\d+)$/m, (_, index) => `index ${Number(index) - 1}`),
      proof.replace(/\n\n.*\n(\d+)\n/, (all, size) => all.replace(size, String(Number(size) + 1))),
    ]) {
      expect(altered).not.toBe(proof);
      writeFileSync(`${file}-3`, altered);
      expect((await akashi(['audit', 'check', `${file}-3`, '--key', keyFile])).code).toBe(1);
    }
    writeFileSync(`${file}-3`, proof.replace('tlog-proof@v1', 'tlog-proof@v2'));
    expect((await akashi(['audit', 'check', `${file}-3`, '--key', keyFile])).code).toBe(2);
  });

  it('hands nobody a proof of a record that was edited', async () => {
    sql(
      "UPDATE item SET value = json_set(value, '$.method', 'PUT') WHERE pk LIKE 'record/%' AND sk = ?",
      ids.told,
    );
    await withService(async (service) => {
      await expect(service.app.transparencyLog.prove(ids.told)).rejects.toMatchObject({
        code: 'log-inconsistent',
      });
    });
  });

  it('gives a relying party the proofs of its own answers, and no others', async () => {
    await withService(async (service) => {
      const portal = service.principal('tax-portal');
      const [own] = await service.app.ledger.append({
        kind: 'provision',
        recipient: portal.id,
        channel: 'status',
        method: 'GET',
        certificates: [],
        provided: {},
        responseDigest: 'cd'.repeat(32),
        count: 1,
      });
      await sequence(service);
      const { token } = await service.app.principals.issueToken(portal);
      const prove = (id: string, out: string): Promise<Ended> =>
        akashi([
          'audit',
          'prove',
          id,
          '--out',
          join(folder.path, out),
          '--url',
          service.url,
          '--token',
          token,
        ]);
      expect(await prove(own?.id as string, 'own.tlog-proof')).toMatchObject({ code: 0 });
      expect(await prove(ids.told, 'foreign.tlog-proof')).toMatchObject({ code: 1 });
    });
  });
});

describe('a log whose files are damaged', () => {
  it('is not continued: the sequencer stops at a tile that is not its own', async () => {
    const partial = newestPartial();
    flip(`tile/0/001.p/${partial}`);
    const service = await openService(data, { publicUrl: 'http://127.0.0.1:1' });
    try {
      await service.app.ledger.append({ kind: 'setting', actor: 'service', details: {} });
      await expect(service.core.sequencer.sequence()).rejects.toMatchObject({ code: 'log-inconsistent' });
      const another = sequencerOver(service.table, service.bucket, {
        signer: () => service.keys.open(LOG_KEY.id),
        origin: { name: 'log.example', chosen: false },
      });
      await expect(another.sequence()).rejects.toMatchObject({ code: 'log-inconsistent' });
    } finally {
      await service.close();
    }
  });
});
