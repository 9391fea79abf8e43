import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { BYTE_ORDER_MARK, csvLine } from '../sheets/sheets.ts';
import { everyItem, type Write } from '../store/store.ts';
import { type ArchivedFile, archiveOf } from './archive.ts';
import type { Batches } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import type { openRowLists } from './row-lists.ts';
import { batchKey, type CollectionRow, claimKey, collectionKey, numberOf } from './rows.ts';

/** So many certificates are handed over at once; their records share a commit where the store can do that. */
const TOGETHER = 32;
/** So many requests are read at once. */
const SIDE_BY_SIDE = 64;

const HEADER = {
  ja: ['行番号', '整理番号', '申請ID', '認証局', 'シリアル番号', '証明書のファイル', '提供記録'],
  en: ['Row', 'Row key', 'Request', 'CA', 'Serial number', 'File of the certificate', 'Record'],
} as const;

/** Certificates of a file's rows, in archives. A row is in one collection. */
export const openCollecting = (
  { table, registration, clock }: Pick<BatchesDeps, 'table' | 'registration' | 'clock'>,
  {
    finding,
    lists,
  }: { readonly finding: Finding; readonly lists: Pick<ReturnType<typeof openRowLists>, 'openContents'> },
): Pick<Batches, 'collect' | 'collection'> => {
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
        if (rows.length === 0 && last) return { number: last.number, certificates: last.rows.length };
        if (rows.length === 0) throw new Fault('not-issued', 'No certificate of this file is issued yet.');
        const number = (last?.number ?? 0) + 1;
        const own: Write = { put: collectionKey(id, number), value: { rows }, if: 'absent' };
        try {
          await table.write([own]);
          return { number, certificates: rows.length };
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

      const files = async function* (): AsyncGenerator<ArchivedFile> {
        let listed = BYTE_ORDER_MARK + csvLine([...HEADER[language]]);
        for (let at = 0; at < rows.length; at += TOGETHER) {
          const some = await Promise.all(
            rows.slice(at, at + TOGETHER).map(async (row) => {
              const claim = await table.get<{ readonly request: string }>(claimKey(id, row));
              const request = claim?.value.request;
              const outline = request && (await registration.ofBatches.outline(actor, request));
              if (!request || !outline || outline.office !== batch.office)
                throw new Fault('unknown-row', phrase`Row ${row} has not led to a request.`, { row });
              const { pem, certificate, record } = await registration.collect(actor, request, method);
              const name = `${String(row).padStart(5, '0')}-${certificate.serial}.pem`;
              const key = (await contents.row(row))?.row.key ?? '';
              return { row, key, request, certificate, record, name, pem };
            }),
          );
          for (const { row, key, request, certificate, record, name, pem } of some) {
            listed += csvLine([String(row), key, request, certificate.ca, certificate.serial, name, record]);
            yield { name, bytes: Buffer.from(pem) };
          }
        }
        yield { name: 'certificates.csv', bytes: Buffer.from(listed) };
      };
      return archiveOf(files(), new Date(clock()));
    },
  };
};
