import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { BYTE_ORDER_MARK, csvLine } from '../sheets/sheets.ts';
import { everyItem, type Write } from '../store/store.ts';
import { type ArchivedFile, archiveOf } from './archive.ts';
import type { Batches } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import type { openRowLists } from './row-lists.ts';
import { openIsOfRow } from './row-of-request.ts';
import { batchKey, type CollectionRow, claimKey, collectionKey, numberOf } from './rows.ts';
import { isPassing } from './trying.ts';

/** So many certificates are handed over at once; their records share a commit where the store can do that. */
const TOGETHER = 32;
/** So many requests are read at once. */
const SIDE_BY_SIDE = 64;

const HEADER = {
  ja: ['行番号', '整理番号', '申請ID', '認証局', 'シリアル番号', '証明書のファイル', '提供記録'],
  en: ['Row', 'Row key', 'Request', 'CA', 'Serial number', 'File of the certificate', 'Record'],
} as const;

/** The certificate with its chain, and the root apart: a server sends no root (RFC 8446 4.4.2), and whoever checks needs one. */
const dividedPem = (pem: string): { readonly own: string; readonly root?: string } => {
  const all = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\r?\n?/g) ?? [];
  const root = all.at(-1);
  return all.length > 1 && root !== undefined ? { own: all.slice(0, -1).join(''), root } : { own: pem };
};

/** Certificates of a file's rows, in archives. A row is in one collection. */
export const openCollecting = (
  {
    table,
    registration,
    recorder,
    clock,
  }: Pick<BatchesDeps, 'table' | 'registration' | 'recorder' | 'clock'>,
  {
    finding,
    lists,
  }: { readonly finding: Finding; readonly lists: Pick<ReturnType<typeof openRowLists>, 'openContents'> },
): Pick<Batches, 'collect' | 'collection'> => {
  const isOfRow = openIsOfRow({ recorder });

  const collectionsOf = async (id: string) => {
    const found: { readonly number: number; readonly rows: readonly number[] }[] = [];
    for await (const item of everyItem<CollectionRow>(table, { pk: batchKey(id).pk, prefix: 'collection/' }))
      found.push({ number: numberOf(item), rows: item.value.rows });
    return found;
  };

  /** The issued rows that none of the collections has. */
  const uncollected = async (
    actor: Principal,
    id: string,
    office: string,
    collected: ReadonlySet<number>,
  ): Promise<readonly number[]> => {
    const found: number[] = [];
    let waiting: Promise<void>[] = [];
    for await (const item of everyItem<{ readonly request: string }>(table, {
      pk: batchKey(id).pk,
      prefix: 'row/',
    })) {
      const row = numberOf(item);
      if (collected.has(row)) continue;
      const read = async (): Promise<void> => {
        const outline = await registration.ofBatches.outline(actor, item.value.request);
        if (outline?.certificate && outline.office === office) found.push(row);
      };
      waiting.push(read());
      if (waiting.length < SIDE_BY_SIDE) continue;
      await Promise.all(waiting);
      waiting = [];
    }
    await Promise.all(waiting);
    return found.sort((a, b) => a - b);
  };

  return {
    collect: async (actor, id) => {
      const { value: batch } = await finding.readable(actor, id);
      for (;;) {
        const earlier = await collectionsOf(id);
        const rows = await uncollected(actor, id, batch.office, new Set(earlier.flatMap((one) => one.rows)));
        const last = earlier.at(-1);
        if (rows.length === 0 && last)
          return { number: last.number, certificates: last.rows.length, first: false };
        if (rows.length === 0) throw new Fault('not-issued', 'No certificate of this file is issued yet.');
        const number = (last?.number ?? 0) + 1;
        const own: Write = { put: collectionKey(id, number), value: { rows }, if: 'absent' };
        try {
          await table.write([own]);
          return { number, certificates: rows.length, first: true };
        } catch (error) {
          if (!Fault.is(error, 'condition-failed')) throw error;
        }
      }
    },

    collection: async (actor, id, number, method, language) => {
      const { value: batch } = await finding.readable(actor, id);
      const rows = (await table.get<CollectionRow>(collectionKey(id, number)))?.value.rows;
      if (rows === undefined)
        throw new Fault(
          'not-issued',
          phrase`There is no collection ${number} of this file; make one first.`,
          { collection: number },
        );
      const contents = await lists.openContents(id, batch);

      /** A certificate that cannot be handed over keeps nobody from the others. */
      const handedOver = async (row: number) => {
        const claim = await table.get<{ readonly request: string }>(claimKey(id, row));
        const request = claim?.value.request ?? '';
        const key = (await contents.row(row))?.row.key ?? '';
        try {
          const outline = await registration.ofBatches.outline(actor, request);
          const at = { batch: id, office: batch.office, row };
          if (!outline || !(await isOfRow(at, request, outline)))
            return { row, key, request: '', why: 'unknown-row', handed: undefined };
          const { pem, certificate, record } = await registration.collect(actor, request, method, {
            withRoot: true,
          });
          const name = `${String(row).padStart(5, '0')}-${certificate.serial}.pem`;
          return { row, key, request, why: '', handed: { certificate, record, name, ...dividedPem(pem) } };
        } catch (error) {
          if (!Fault.is(error) || isPassing(error)) throw error;
          return { row, key, request, why: error.code, handed: undefined };
        }
      };

      const roots = new Set<string>();
      const files = async function* (): AsyncGenerator<ArchivedFile> {
        let listed = BYTE_ORDER_MARK + csvLine([...HEADER[language]]);
        for (let at = 0; at < rows.length; at += TOGETHER) {
          const some = await Promise.all(rows.slice(at, at + TOGETHER).map((row) => handedOver(row)));
          for (const { row, key, request, handed, why } of some) {
            const { certificate, record = '', name = '' } = handed ?? {};
            const { ca = '', serial = '' } = certificate ?? {};
            listed += csvLine([String(row), key, request, ca, serial, name || why, record]);
            if (handed === undefined) continue;
            yield { name, bytes: Buffer.from(handed.own) };
            if (handed.root !== undefined && !roots.has(ca))
              yield { name: `${ca}-root.pem`, bytes: Buffer.from(handed.root) };
            roots.add(ca);
          }
        }
        yield { name: 'certificates.csv', bytes: Buffer.from(listed) };
      };
      return archiveOf(files(), new Date(clock()));
    },
  };
};
