import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatCheckpoint, parseCheckpoint, signCheckpoint } from '../../lib/tlog/checkpoint.ts';
import { proveConsistency } from '../../lib/tlog/consistency.ts';
import { cosigner } from '../../lib/tlog/cosignature.ts';
import { proveInclusion } from '../../lib/tlog/inclusion.ts';
import { append, foldRoot, leafHash, storedHashIndex } from '../../lib/tlog/merkle.ts';
import { ed25519Verifier, noteSigner, parseNote, verifyNote } from '../../lib/tlog/note.ts';
import { newTiles, parseTilePath, tilePath, tileWidth } from '../../lib/tlog/tile.ts';
import { TileReader } from '../../lib/tlog/tile-reader.ts';
import { formatVkey, parseVkey } from '../../lib/tlog/vkey.ts';
import { ed25519FromSeed, growFiles, hexOf, memoryReader, numberedLeaf } from './reference.ts';
import { enoch, peter } from './vectors/notes.ts';

/** Where Debian's golang-golang-x-mod-dev puts golang.org/x/mod. */
const GOPATH = '/usr/share/gocode';

const hasGo =
  existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog')) && spawnSync('go', ['version']).status === 0;
if (!hasGo) {
  console.log('Skipped: golang.org/x/mod/sumdb is not here (Debian: golang-go, golang-golang-x-mod-dev).');
}

interface Findings {
  readonly Roots: readonly string[];
  readonly Inclusion: readonly string[];
  readonly Consistency: readonly string[];
  readonly Stored: readonly number[];
  readonly Tiles: Readonly<Record<string, string>>;
  readonly Checkpoint: string;
  readonly Opened: readonly boolean[];
  readonly Signed: string;
}

describe.skipIf(!hasGo)('the findings of golang.org/x/mod/sumdb', () => {
  const SMALL = 260;
  const SIZE = 70_000;
  // The origin line that Go's checkpoints always have.
  const ORIGIN = 'go.sum database tree';
  const all = Array.from({ length: SIZE }, (_, i) => leafHash(numberedLeaf(i)));
  const files = growFiles(all, 7_001);
  const root = foldRoot(append(0, [], all).edge);
  const reader = new TileReader({ size: SIZE, root }, async (path) => files.get(path));
  const folder = mkdtempSync(join(tmpdir(), 'tlog-'));
  const name = 'log.example/証';
  const signer = noteSigner(name, ed25519FromSeed(Buffer.alloc(32, 5)));
  const checkpoint = { origin: ORIGIN, size: SIZE, root, extensions: [] };
  let found: Findings;

  const ask = (question: object): { status: number | null; stdout: string; stderr: string } => {
    const program = fileURLToPath(new URL('./gosumdb/main.go', import.meta.url));
    const env = {
      ...process.env,
      GOPATH,
      GO111MODULE: 'off',
      GOFLAGS: '',
      GOCACHE: join(tmpdir(), 'tlog-go-cache'),
    };
    return spawnSync('go', ['run', program], {
      env,
      input: JSON.stringify(question),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
  };
  const question = (root64: string, notes: readonly string[]) => ({
    SmallSize: SMALL,
    Size: SIZE,
    Folder: folder,
    Root: root64,
    Indexes: [0, 1, 255, 256, 65_535, 65_536, SIZE - 1],
    OldSizes: [1, 255, 256, 257, 65_536, 65_537, SIZE - 1, SIZE],
    Notes: notes,
    Vkeys: [formatVkey(signer.key), enoch.vkey],
    Skey: 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
    Text: 'ledger\n証\n\n',
  });

  beforeAll(async () => {
    for (const [path, bytes] of files) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const witness = cosigner('witness.example', ed25519FromSeed(Buffer.alloc(32, 6)), () => 1_000);
    const signed = await signCheckpoint(checkpoint, [signer, witness]);
    const both = await signCheckpoint(checkpoint, [
      noteSigner(enoch.name, ed25519FromSeed(enoch.seed)),
      signer,
    ]);
    const notes = [signed, both, signed.replace('70000', '70001')];
    const run = ask(question(Buffer.from(root).toString('base64'), notes));
    expect(run.stderr).toBe('');
    found = JSON.parse(run.stdout);
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = memoryReader(all.slice(0, SMALL));

  it('are the same roots', async () => {
    const ours = await Promise.all(Array.from({ length: SMALL + 1 }, (_, size) => reader.rootAt(size)));
    // Some versions of Go give no root for the empty tree.
    expect(found.Roots.slice(1)).toEqual(ours.slice(1).map((one) => Buffer.from(one).toString('base64')));
  });

  it(`are the same proofs, of all leaves and prefixes of all trees of up to ${SMALL} leaves`, async () => {
    for (let size = 0; size <= SMALL; size++) {
      const inclusion = createHash('sha256');
      const consistency = createHash('sha256');
      for (let i = 0; i < size; i++) {
        for (const hash of await proveInclusion(read, i, size)) inclusion.update(hash);
        for (const hash of await proveConsistency(read, i + 1, size)) consistency.update(hash);
      }
      expect(inclusion.digest('hex'), `inclusion in ${size}`).toBe(found.Inclusion[size]);
      expect(consistency.digest('hex'), `consistency with ${size}`).toBe(found.Consistency[size]);
    }
  });

  it('are the same tiles under the same paths', () => {
    const ours = new Map(newTiles(0, SIZE).map((tile) => [tilePath(tile), tile]));
    for (const path of ours.keys()) {
      const digest = createHash('sha256').update(files.get(path) ?? '');
      expect(found.Tiles[path], path).toBe(digest.digest('hex'));
    }
    // Go lists every partial tile up to the width that the tree has, and no other tile.
    for (const path of Object.keys(found.Tiles)) {
      const tile = parseTilePath(path);
      const widest = { ...tile, width: tileWidth(Number(tile.level), tile.index, SIZE) };
      expect(tile.width <= widest.width && ours.has(tilePath(widest)), path).toBe(true);
    }
  });

  it('are the same index for each stored hash', () => {
    const ours = found.Stored.map((_, i) => storedHashIndex({ level: Math.floor(i / 50), index: i % 50 }));
    expect(found.Stored).toEqual(ours);
  });

  it('are the same checkpoint', () => {
    expect(found.Checkpoint).toBe(formatCheckpoint(checkpoint));
    expect(hexOf(parseCheckpoint(found.Checkpoint).root)).toBe(hexOf(root));
  });

  it('are that our notes open with our keys, and changed notes do not', () => {
    // First our key, then EnochRoot's, on each of the three notes.
    expect(found.Opened).toEqual([true, true, false, false, true, false]);
  });

  it('include notes signed by Go that open here', () => {
    const opened = verifyNote(parseNote(found.Signed), [ed25519Verifier(parseVkey(peter.vkey))]);
    expect(opened.text).toBe('ledger\n証\n\n');
  });

  it('include no proofs if the tiles do not lead to the root', () => {
    const run = ask(question(Buffer.alloc(32, 1).toString('base64'), []));
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('downloaded inconsistent tile');
  }, 60_000);
});
