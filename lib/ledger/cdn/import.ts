import { Fault } from '../../fault.ts';
import type { CertificateRef } from '../../principal.ts';
import type { Item, Key, Table } from '../../store/store.ts';
import { digestHex } from '../canonical.ts';
import type { Ledger } from '../ledger.ts';
import type { ProvisionDraft } from '../record.ts';
import { type Fields, type Hit, readFields, readHit } from './cloudfront-log.ts';

/**
 * Copies that a CDN served never reached the service; its access logs tell of them, and they become counted
 * provisions to the public.
 *
 *   cdn-log  {file}  how many lines of the file have been counted, and the digest of exactly those
 *
 * That row is advanced in the write that stages the records, so each line is counted once: a file that is imported
 * again, or whose import broke off, goes on after the last line counted, and only if those before it are the same.
 */
type FileRow = { readonly lines: number; readonly digest: string };

export interface Imported {
  /** Lines that had not been counted before. */
  readonly lines: number;
  /** Copies that the CDN served by itself, of those lines. */
  readonly hits: number;
}

export interface CdnLogs {
  /**
   * `file` is the log file's own name, which CloudFront makes unique. Faults: `malformed-cdn-log`, also for a file
   * that is not the one that was begun under that name; `invalid-input`.
   */
  import(file: string, lines: AsyncIterable<string> | Iterable<string>): Promise<Imported>;
  /** Those of these files, in the order of their names, of which no line has been counted. Names as for `import`. */
  unseen(files: readonly string[]): Promise<readonly string[]>;
}

const FILE = /^[A-Za-z0-9._-]{1,200}$/;
/** Lines whose counts wait for one write. */
const CHUNK_LINES = 5_000;
/** With the file's own row they fit into one write. */
const CHUNK_RECORDS = 90;
/** Characters. CloudFront's own limit of an address is half of it. */
export const MAX_LINE = 16_384;

interface Group {
  readonly hit: Hit;
  count: number;
}

export const openCdnLogs = (deps: {
  readonly table: Table;
  readonly ledger: Ledger;
  /** What an OCSP request in base64 asks about, as far as it is this service's; nothing for what is no request. */
  readonly askedAbout: (request: string) => Promise<readonly CertificateRef[]>;
}): CdnLogs => {
  const { table, ledger } = deps;

  const draftOf = async (file: string, digest: string, { hit, count }: Group): Promise<ProvisionDraft> => {
    const { day, channel, method, object } = hit;
    return {
      kind: 'provision',
      recipient: 'public',
      channel,
      method,
      certificates: channel === 'ocsp' ? (await deps.askedAbout(object)).slice(0, 10) : [],
      provided: { cdn: 'cloudfront', file, ...(channel !== 'ocsp' && { object }) },
      responseDigest: digest,
      day,
      count,
    };
  };

  const store = async (
    file: string,
    before: Item<FileRow> | undefined,
    row: FileRow,
    groups: readonly Group[],
  ): Promise<Item<FileRow>> => {
    const key: Key = { pk: 'cdn-log', sk: file };
    const drafts = await Promise.all(groups.map((group) => draftOf(file, row.digest, group)));
    await table.write([
      { put: key, value: row, if: before ? { version: before.version } : 'absent' },
      ...drafts.flatMap((draft) => ledger.prepare(draft).writes),
    ]);
    return { ...key, version: (before?.version ?? 0) + 1, value: row };
  };

  return {
    import: async (file, lines) => {
      if (!FILE.test(file)) {
        throw new Fault(
          'invalid-input',
          'A log file has a name of 1 to 200 of A-Z, a-z, 0-9, ".", "_", "-".',
        );
      }
      let item = await table.get<FileRow>({ pk: 'cdn-log', sk: file });
      const already = item?.value ?? { lines: 0, digest: digestHex('') };
      let fields: Fields | undefined;
      let read = 0;
      // Each line's digest covers all before it.
      let digest = digestHex('');
      let imported = 0;
      let hits = 0;
      let groups = new Map<string, Group>();
      let waiting = 0;

      const flush = async (): Promise<void> => {
        if (waiting === 0) return;
        item = await store(file, item, { lines: read, digest }, [...groups.values()]);
        imported += waiting;
        waiting = 0;
        groups = new Map();
      };

      for await (const line of lines) {
        if (line.length > MAX_LINE) throw new Fault('malformed-cdn-log', 'A line of the log is too long.');
        if (line.startsWith('#') || line === '') {
          fields = readFields(line) ?? fields;
          continue;
        }
        if (!fields) throw new Fault('malformed-cdn-log', 'The log does not say which fields it has.');
        read++;
        digest = digestHex(`${digest}\n${line}`);
        if (read <= already.lines) {
          if (read === already.lines && digest !== already.digest) {
            throw new Fault(
              'malformed-cdn-log',
              'Another file of this name has been imported; what follows would not be counted rightly.',
            );
          }
          continue;
        }
        waiting++;
        const hit = readHit(fields, line);
        if (hit) {
          hits++;
          const name = JSON.stringify([hit.day, hit.channel, hit.method, hit.object]);
          const group = groups.get(name) ?? { hit, count: 0 };
          group.count++;
          groups.set(name, group);
        }
        if (waiting === CHUNK_LINES || groups.size === CHUNK_RECORDS) await flush();
      }
      if (read < already.lines) {
        throw new Fault('malformed-cdn-log', 'The file has fewer lines than were counted of it before.');
      }
      await flush();
      return { lines: imported, hits };
    },

    unseen: async (files) => {
      const [first, last] = [files[0], files.at(-1)];
      if (first === undefined || last === undefined) return [];
      const seen = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = await table.query<FileRow>({
          pk: 'cdn-log',
          from: first,
          // The next name that could be: names have nothing that comes before this.
          to: `${last}-`,
          limit: 1000,
          ...(cursor !== undefined && { cursor }),
        });
        for (const { sk } of page.items) seen.add(sk);
        cursor = page.cursor;
      } while (cursor !== undefined);
      return files.filter((file) => !seen.has(file));
    },
  };
};
