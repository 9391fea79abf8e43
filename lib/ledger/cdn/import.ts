import { Fault } from '../../fault.ts';
import type { CertificateRef } from '../../principal.ts';
import { everyItem, type Item, type Key, type Table } from '../../store/store.ts';
import type { Unregistered } from '../answers.ts';
import { digestHex } from '../canonical.ts';
import type { Ledger, ProvisionDraft } from '../contract.ts';
import { partsOf } from '../cutting.ts';
import { type Fields, type Hit, readFields, readHit } from './cloudfront-log.ts';

/**
 * Answers that a CDN gave from its cache never reached the service. They are counted from the CDN's access logs, and
 * recorded as provisions to the public.
 *
 *   cdn-log  {file}  how many lines of the file have been counted, and the digest of exactly those
 *
 * The write that stages the records also advances that row, so each line is counted once. If a file is imported again,
 * or its import broke off, the import continues after the last counted line, provided that the lines before it are the
 * same.
 */
type FileRow = { readonly lines: number; readonly digest: string };

export interface Imported {
  /** Lines that had not been counted before. */
  readonly lines: number;
  /** How many of those lines are about answers from the cache. */
  readonly hits: number;
}

export interface CdnLogs {
  /**
   * `file` is the log file's own name, which CloudFront makes unique. Faults: `malformed-cdn-log`, also for a file that
   * differs from the one whose import began under that name; `invalid-input`.
   */
  import(file: string, lines: AsyncIterable<string> | Iterable<string>): Promise<Imported>;
  /** The files without a counted line, in the order of their names. Names as for `import`. */
  unseen(files: readonly string[]): Promise<readonly string[]>;
}

const FILE = /^[A-Za-z0-9._-]{1,200}$/;
/** The most lines that are counted before a write. */
const CHUNK_LINES = 5_000;
/** With the file's own row so many records fit into one write. Those of one URL alone do: it has room for a hundred CertIDs. */
const CHUNK_RECORDS = 98;
/**
 * Characters. CloudFront accepts 20 KB of headers and 8,192 bytes of URL, and writes an encoded byte as three
 * characters. Anybody can cause so long a line, and it must not keep other lines from being counted.
 */
export const MAX_LINE = 131_072;

/** Equal answers of one day. */
interface Group {
  readonly hit: Hit;
  /** What each record is about. */
  readonly parts: readonly Part[];
  copies: number;
}

type Part = ReturnType<typeof partsOf>[number] & { readonly tenant?: string };

/** What an answer was about. */
export interface Asked {
  readonly certificates: readonly CertificateRef[];
  /** Whose they are, in the same order. */
  readonly tenants: readonly (string | undefined)[];
  readonly unregistered?: Unregistered;
}

const NOTHING: Asked = { certificates: [], tenants: [] };

/** As `divide` does with the service's own answers: numbers without a certificate go with those of a single tenant. */
const partsFor = ({ certificates, tenants, unregistered }: Asked): readonly Part[] => {
  const groups = Map.groupBy(certificates.keys(), (at) => tenants[at]);
  const named = [...groups.keys()].filter((tenant) => tenant !== undefined);
  if (named.length < 2)
    return partsOf(certificates, unregistered).map((part) => ({
      ...part,
      ...(named[0] && { tenant: named[0] }),
    }));
  if (unregistered) groups.set(undefined, groups.get(undefined) ?? []);
  return [...groups].flatMap(([tenant, places]) => {
    const own = places.map((at) => certificates[at] as CertificateRef);
    return partsOf(own, tenant === undefined ? unregistered : undefined).map((part) => ({
      ...part,
      ...(tenant !== undefined && { tenant }),
    }));
  });
};

export const openCdnLogs = (deps: {
  readonly table: Table;
  readonly ledger: Ledger;
  /**
   * The certificates, and the numbers without one, that the answer to an OCSP request in a URL's path covers; none where the
   * path holds no request.
   */
  readonly askedAbout: (path: string) => Promise<Asked>;
}): CdnLogs => {
  const { table, ledger } = deps;

  /** Drafts like those of the service's own answers: an item for each certificate, and as many records as they need. */
  const draftsOf = (file: string, digest: string, group: Group): readonly ProvisionDraft[] => {
    const { day, channel, method, object } = group.hit;
    return group.parts.map(({ tenant, certificates, unregistered }) => ({
      kind: 'provision',
      recipient: 'public',
      channel,
      method,
      ...(tenant !== undefined && { tenant }),
      certificates,
      provided: {
        cdn: 'cloudfront',
        file,
        ...(channel !== 'ocsp' && { object }),
        ...(unregistered && { unregistered }),
      },
      responseDigest: digest,
      day,
      count: group.copies * Math.max(1, certificates.length + (unregistered?.serials.length ?? 0)),
    }));
  };

  const store = async (
    file: string,
    before: Item<FileRow> | undefined,
    row: FileRow,
    groups: readonly Group[],
  ): Promise<Item<FileRow>> => {
    const key: Key = { pk: 'cdn-log', sk: file };
    const drafts = groups.flatMap((group) => draftsOf(file, row.digest, group));
    const prepared = await Promise.all(drafts.map((draft) => ledger.prepare(draft)));
    await table.write([
      { put: key, value: row, if: before ? { version: before.version } : 'absent' },
      ...prepared.flatMap(({ writes }) => writes),
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
      let records = 0;
      let waiting = 0;

      /** `row`: how far the lines are counted then. */
      const flush = async (row: FileRow): Promise<void> => {
        if (waiting === 0) return;
        item = await store(file, item, row, [...groups.values()]);
        imported += waiting;
        waiting = 0;
        groups = new Map();
        records = 0;
      };

      for await (const line of lines) {
        if (line.length > MAX_LINE) throw new Fault('malformed-cdn-log', 'A line of the log is too long.');
        if (line.startsWith('#') || line === '') {
          fields = readFields(line) ?? fields;
          continue;
        }
        if (!fields) throw new Fault('malformed-cdn-log', 'The log does not say which fields it has.');
        const before = { lines: read, digest };
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
        const hit = readHit(fields, line);
        if (hit) {
          hits++;
          const name = JSON.stringify([hit.day, hit.channel, hit.method, hit.object]);
          let group = groups.get(name);
          if (group === undefined) {
            const asked = hit.channel === 'ocsp' ? await deps.askedAbout(hit.object) : NOTHING;
            group = { hit, parts: partsFor(asked), copies: 0 };
            if (records + group.parts.length > CHUNK_RECORDS) await flush(before);
            groups.set(name, group);
            records += group.parts.length;
          }
          group.copies++;
        }
        waiting++;
        if (waiting === CHUNK_LINES) await flush({ lines: read, digest });
      }
      if (read < already.lines) {
        throw new Fault('malformed-cdn-log', 'The file has fewer lines than were counted of it before.');
      }
      await flush({ lines: read, digest });
      return { lines: imported, hits };
    },

    unseen: async (files) => {
      const [first, last] = [files[0], files.at(-1)];
      if (first === undefined || last === undefined) return [];
      const seen = new Set<string>();
      // `-` sorts before every other character of a name, so this end leaves out every name that is longer than `last`.
      const query = { pk: 'cdn-log', from: first, to: `${last}-` };
      for await (const { sk } of everyItem<FileRow>(table, query)) seen.add(sk);
      return files.filter((file) => !seen.has(file));
    },
  };
};
