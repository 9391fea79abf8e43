import { hash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../lib/ledger/canonical.ts';
import { rowOf } from '../../lib/ledger/export/columns.ts';
import { openExports } from '../../lib/ledger/export/export.ts';
import type { ExportFormat } from '../../lib/ledger/export/formats.ts';
import { type Ledger, type LedgerRecord, openLedger } from '../../lib/ledger/ledger.ts';
import type { Caller } from '../../lib/principal.ts';
import type { Json } from '../../lib/store/store.ts';
import { ledgerActs } from '../acts.ts';
import { temporaryFolder } from '../service.ts';
import { type LedgerWorld, openLedgerWorld, writeHistory } from './sample.ts';

const AUDITOR: Caller = { recipient: 'auditor-1', method: 'GET' };

let world: LedgerWorld;

beforeEach(async () => {
  world = await openLedgerWorld('2026-05-01T00:00:00Z');
});

afterEach(() => world.close());

const exporting = (ledger: Ledger = world.ledger) => openExports({ ledger, clock: () => world.now });

const piecesOf = async (bytes: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return pieces;
};

const file = async (format: ExportFormat, query = {}): Promise<Buffer> => {
  const { bytes } = await exporting()(AUDITOR, { format, query });
  return Buffer.concat(await piecesOf(bytes));
};

/** A strict reader of RFC 4180: a cell is bare or in quotes, lines end in CRLF. */
const readCsv = (text: string): string[][] => {
  const lines: string[][] = [];
  let line: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) throw new Error(`not CSV at ${cell.lastIndex}`);
    line.push(found[1]?.replaceAll('""', '"') ?? (found[2] as string));
    if (found[3] === '\r\n') {
      lines.push(line);
      line = [];
    }
  }
  return lines;
};

describe('an export', () => {
  let expected: readonly LedgerRecord[];

  beforeEach(async () => {
    await writeHistory(world, 2300, 60_000);
    world.now += 1000;
    expected = [];
    let cursor: string | undefined;
    do {
      const page = await world.ledger.query({ limit: 1000, ...(cursor !== undefined && { cursor }) });
      expected = [...expected, ...page.records];
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(expected).toHaveLength(2300);
  });

  it('as CSV has a header and a line for each record', async () => {
    const bytes = await file('csv');
    // A byte order mark, for spreadsheets; decoders take it away.
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [header, ...lines] = readCsv(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    expect(lines).toHaveLength(expected.length);
    expected.forEach((record, n) => {
      const row = rowOf(record);
      expect(lines[n]).toEqual(header?.map((name) => String(Reflect.get(row, name) ?? '')));
    });
  });

  it('as NDJSON has the records as they are', async () => {
    const lines = (await file('ndjson')).toString().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toEqual(expected.map((record) => canonicalJson(record as unknown as Json)));
  });

  it('as Parquet has typed columns that a reader of Parquet gives back', async () => {
    const bytes = await file('parquet');
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const rows = await parquetReadObjects({ file: buffer });
    expect(rows).toHaveLength(expected.length);
    expected.forEach((record, n) => {
      const { time, count, leaf, ...texts } = rowOf(record);
      const {
        time: readTime,
        count: readCount,
        leaf: readLeaf,
        ...readTexts
      } = rows[n] as (typeof rows)[0] & object;
      expect((readTime as Date).toISOString()).toBe(time);
      expect(readCount ?? null).toBe(count === null ? null : BigInt(count));
      expect(readLeaf ?? null).toBe(leaf === null ? null : BigInt(leaf));
      expect(Object.fromEntries(Object.entries(readTexts).map(([name, v]) => [name, v ?? null]))).toEqual(
        texts,
      );
    });
  });

  it.each(['csv', 'ndjson', 'parquet'] as const)('of nothing is still a file (%s)', async (format) => {
    const bytes = await file(format, { recipient: 'nobody' });
    if (format === 'csv') expect(readCsv(bytes.toString())).toHaveLength(1);
    if (format === 'ndjson') expect(bytes).toHaveLength(0);
    if (format === 'parquet') {
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
      expect(await parquetReadObjects({ file: buffer })).toEqual([]);
    }
  });

  it('is recorded when it begins, and whole with its digest before its last bytes', async () => {
    const { id, bytes } = await exporting()(AUDITOR, { format: 'csv', query: { recipient: 'tax-office' } });
    const begun = await world.ledger.get(id);
    expect(begun).toMatchObject({ kind: 'export', actor: 'auditor-1', details: { format: 'csv' } });
    const told = async () =>
      (await world.ledger.query({ recipient: 'auditor-1', channel: 'export', limit: 10 })).records;
    expect(await told()).toEqual([]);
    const pieces = await piecesOf(bytes);
    const whole = Buffer.concat(pieces);
    const count = readCsv(whole.toString()).length - 1;
    expect(count).toBeGreaterThan(100);
    expect(await told()).toEqual([
      expect.objectContaining({
        count,
        responseDigest: hash('sha256', whole),
        provided: expect.objectContaining({ export: id, format: 'csv' }),
      }),
    ]);
  });

  it('that is broken off, or cannot be recorded, never gives its last bytes', async () => {
    const { bytes } = await exporting()(AUDITOR, { format: 'ndjson', query: {} });
    for await (const _piece of bytes) break;
    const query = { recipient: 'auditor-1', channel: 'export', limit: 10 } as const;
    expect((await world.ledger.query(query)).records).toEqual([]);

    let failing = false;
    const table = {
      ...world.table,
      get: world.table.get.bind(world.table),
      query: world.table.query.bind(world.table),
      write: async (writes: Parameters<typeof world.table.write>[0]) => {
        if (failing) throw new Error('the disk is full');
        await world.table.write(writes);
      },
    };
    const random = (n: number): Uint8Array => new Uint8Array(n).fill(7);
    const ledger = openLedger({ table, clock: () => world.now, random, ...ledgerActs() });
    const unrecorded = await exporting(ledger)(AUDITOR, { format: 'ndjson', query: {} });
    await ledger.query({ limit: 1 });
    failing = true;
    let given = 0;
    await expect(
      (async () => {
        for await (const piece of unrecorded.bytes) given += piece.length;
      })(),
    ).rejects.toThrow('the disk is full');
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThan((await file('ndjson', { to: new Date(world.now).toISOString() })).length);
  });
});

describe('an export of very many records', () => {
  const folder = temporaryFolder();
  const program = join(folder.path, 'bounded-export.mjs');

  // The heap is for the export. In a worker that loads sources, stripping their types takes as much of it again.
  beforeAll(() => {
    buildSync({
      entryPoints: [join(import.meta.dirname, 'bounded-export.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
  });
  afterAll(() => folder.remove());

  const exportWithin = async (format: ExportFormat, records: number, megabytes: number): Promise<number> => {
    const worker = new Worker(program, {
      workerData: { format, records },
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 4 },
    });
    const [length] = (await once(worker, 'message')) as [number];
    await worker.terminate();
    return length;
  };

  it.each([
    ['csv', 12],
    ['ndjson', 12],
    ['parquet', 32],
  ] as const)('as %s takes a heap of %d MB and no more', { timeout: 120_000 }, async (format, megabytes) => {
    const few = await exportWithin(format, 10_000, megabytes);
    const many = await exportWithin(format, 120_000, megabytes);
    expect(many / few).toBeGreaterThan(11);
    expect(many / few).toBeLessThan(13);
  });

  it('reads pages only as its reader takes them', async () => {
    await writeHistory(world, 1500, 60_000);
    world.now += 1000;
    let pages = 0;
    const counting: Ledger = {
      ...world.ledger,
      query: (query) => {
        pages++;
        return world.ledger.query(query);
      },
    };
    const { bytes } = await exporting(counting)(AUDITOR, { format: 'ndjson', query: {} });
    const reader = bytes[Symbol.asyncIterator]();
    for (let taken = 1; taken <= 4; taken++) {
      await reader.next();
      await new Promise((resolve) => setTimeout(resolve, 20));
      // One piece is held back, so that the last one can wait for its record.
      expect(pages).toBe(taken + 1);
    }
    await reader.return?.();
    expect(pages).toBe(5);
  });
});
