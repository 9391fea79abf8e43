import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openTransparencyLog } from '../../lib/ledger/transparency-log.ts';
import { openTemporaryBucket, openTemporaryTable } from '../store/temporary.ts';
import { appendSome, ledgerOver, ORIGIN, sequencerOver } from './log-world.ts';

/** Where Debian's golang-golang-x-mod-dev puts golang.org/x/mod. */
const GOPATH = '/usr/share/gocode';

const hasGo =
  existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog')) && spawnSync('go', ['version']).status === 0;
if (!hasGo) {
  console.log('Skipped: golang.org/x/mod/sumdb is not here (Debian: golang-go, golang-golang-x-mod-dev).');
}

const ask = (question: object) =>
  spawnSync('go', ['run', fileURLToPath(new URL('./outside/main.go', import.meta.url))], {
    env: {
      ...process.env,
      GOPATH,
      GO111MODULE: 'off',
      GOFLAGS: '',
      GOCACHE: join(tmpdir(), 'tlog-go-cache'),
    },
    input: JSON.stringify(question),
    encoding: 'utf8',
  });

describe.skipIf(!hasGo)('a verifier that is not ours', () => {
  it('accepts the checkpoint, every tile and leaf, the growth and the proofs; and none of them altered', async () => {
    await using store = await openTemporaryTable();
    await using files = await openTemporaryBucket();
    const ledger = ledgerOver(store.table);
    const sequencer = sequencerOver(store.table, files.bucket);
    const log = openTransparencyLog({ table: store.table, bucket: files.bucket, actKeys: async () => [] });
    const records = await appendSome(ledger, 300);
    await ledger.append({ kind: 'trust-domain', actor: 'operator-1', details: { 件名: '変更' } });
    await sequencer.sequence();
    const older = Buffer.from(await log.checkpoint()).toString('utf8');
    const early = (await log.prove(records[7]?.id as string)).proof;
    records.push(...(await appendSome(ledger, 400)));
    await sequencer.sequence();
    const late = (await log.prove(records[650]?.id as string)).proof;
    const question = {
      Folder: join(files.path, 'log'),
      Vkey: await log.verifierKey(),
      Proofs: [early, late],
      Older: older,
    };
    const run = ask(question);
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual({
      Origin: ORIGIN,
      Size: 701,
      Kinds: { provision: 700, 'trust-domain': 1 },
      Proven: [records[7]?.id, records[650]?.id],
    });

    expect(ask({ ...question, Proofs: [late.replace(/^index 65/m, 'index 64')] }).stderr).toContain('proof');
    const forged = older.replace('\n301\n', '\n300\n');
    expect(ask({ ...question, Older: forged }).stderr).toContain('checkpoint');
    const bundle = 'log/tile/entries/000';
    const entries = await files.bucket.get(bundle);
    const altered = Buffer.from(entries?.body as Uint8Array);
    altered.writeUInt8(altered.readUInt8(20) ^ 1, 20);
    await files.bucket.put(bundle, altered, { if: { version: entries?.version as string } });
    expect(ask(question).stderr).toContain('leaf 0 is not its entry');
  }, 180_000);
});
