import { parentPort, workerData } from 'node:worker_threads';
import { openExports } from '../../lib/ledger/export/export.ts';
import type { ExportFormat } from '../../lib/ledger/export/formats.ts';
import type { Ledger, LedgerRecord } from '../../lib/ledger/ledger.ts';
import type { Caller } from '../../lib/principal.ts';

/** A worker that exports `records` records from a ledger that generates them on demand. It posts the file's length. */
const { format, records } = workerData as { readonly format: ExportFormat; readonly records: number };

const nth = (n: number): LedgerRecord => ({
  id: n.toString(16).padStart(32, '0'),
  time: new Date(1_800_000_000_000 + n).toISOString(),
  salt: n.toString(16).padStart(32, '5'),
  kind: 'provision',
  recipient: `verifier-${n % 40}`,
  channel: 'ocsp',
  method: 'POST',
  certificates: [{ ca: 'signature-1', serial: ((n * 7919) % 200_003).toString(16) }],
  provided: { answers: ['good'], thisUpdate: new Date(1_800_000_000_000 + n).toISOString() },
  requestDigest: n.toString(16).padStart(64, 'a'),
  responseDigest: n.toString(16).padStart(64, 'b'),
  count: 1,
  leaf: n,
});

const refuse = () => {
  throw new Error('not asked for');
};

let appended = records;
const ledger: Ledger = {
  prepare: refuse,
  get: refuse,
  act: refuse,
  verified: refuse,
  conclude: refuse,
  conclusion: refuse,
  newest: refuse,
  followClosings: refuse,
  appendSigned: refuse,
  append: async (...drafts) => drafts.map((draft) => ({ ...nth(appended++), ...draft }) as LedgerRecord),
  query: async ({ limit, cursor = '0' }) => {
    const from = Number(cursor);
    const to = Math.min(records, from + limit);
    return {
      records: Array.from({ length: to - from }, (_, i) => nth(from + i)),
      ...(to < records && { cursor: String(to) }),
    };
  },
};

const auditor: Caller = { recipient: 'auditor', method: 'GET' };
const { bytes } = await openExports({ ledger, clock: () => 1_800_000_000_000 })(auditor, {
  query: {},
  format,
});
let total = 0;
for await (const piece of bytes) total += piece.length;
parentPort?.postMessage(total);
