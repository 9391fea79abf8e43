import { createHash } from 'node:crypto';
import type { Caller } from '../../principal.ts';
import type { Value } from '../../store/store.ts';
import type { Ledger } from '../contract.ts';

export interface RecordedFile {
  /** The id of the record which says that the file was begun. */
  readonly id: string;
  /** Fails before its last bytes where the ledger cannot be read or written to the end. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What the record of a whole file says about it. */
export interface Summary {
  readonly provided: Value;
  readonly count: number;
}

/**
 * A file about the records. It is made while it is read, in memory that does not grow with it.
 *
 * Two records document it. An act is written before the first byte and says that the file was begun. A provision is
 * written before the last bytes leave and describes the file: the digest of the whole and how much it holds. So both
 * records exist about a recipient who reads the whole file, and only the act about one who stops early. After `HEAD`
 * nothing reads the file, and only the act is written.
 */
export const openRecordedFile = async (
  ledger: Ledger,
  caller: Caller,
  {
    channel,
    tenant,
    details,
  }: {
    readonly channel: 'export' | 'evidence';
    /** Whose records the file has, where they are of one tenant. */
    readonly tenant?: string;
    readonly details: Value;
  },
  pieces: (id: string) => AsyncGenerator<Uint8Array, Summary>,
): Promise<RecordedFile> => {
  const ofTenant = tenant !== undefined && { tenant };
  const [begun] = await ledger.append({
    kind: 'export',
    actor: caller.recipient,
    ...ofTenant,
    details: {
      step: 'begun',
      channel,
      method: caller.method,
      ...(caller.door !== undefined && { door: caller.door }),
      ...details,
    },
  });
  const id = begun?.id as string;

  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    const digest = createHash('sha256');
    const source = pieces(id);
    let held: Uint8Array = new Uint8Array();
    let step = await source.next();
    try {
      for (; !step.done; step = await source.next()) {
        if (step.value.length === 0) continue;
        digest.update(step.value);
        if (held.length > 0) yield held;
        held = step.value;
      }
    } finally {
      // The reader stopped early: the source must stop as well.
      if (!step.done) await source.return({ provided: {}, count: 0 });
    }
    const { provided, count } = step.value;
    await ledger.append({
      kind: 'provision',
      ...caller,
      ...ofTenant,
      channel,
      certificates: [],
      provided: { export: id, ...details, ...provided },
      responseDigest: digest.digest('hex'),
      count,
    });
    yield held;
  };
  return { id, bytes: bytes() };
};
