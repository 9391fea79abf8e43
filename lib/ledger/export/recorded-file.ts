import { createHash } from 'node:crypto';
import type { Principal } from '../../principal.ts';
import type { Value } from '../../store/store.ts';
import type { Ledger } from '../contract.ts';

export interface RecordedFile {
  /** The id of the record that it began with. */
  readonly id: string;
  /** Fails, and so ends without its last bytes, where the ledger cannot be read or written to the end. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What the record of a whole file says of it. */
export interface Summary {
  readonly provided: Value;
  readonly count: number;
}

/**
 * A file about the records that is made as it is read, in memory that does not grow with it.
 *
 * Two records tell of it. An act says that it began, before the first byte; a provision says what it was, with the
 * digest of the whole file and how much it holds, before the last bytes are let go. Whoever has a whole file is on
 * record for it, and whoever broke off early is on record for having begun.
 */
export const openRecordedFile = async (
  ledger: Ledger,
  caller: Principal,
  { channel, details }: { readonly channel: 'export' | 'evidence'; readonly details: Value },
  pieces: (id: string) => AsyncGenerator<Uint8Array, Summary>,
): Promise<RecordedFile> => {
  const [begun] = await ledger.append({
    kind: 'export',
    actor: caller.id,
    details: { step: 'begun', channel, ...details },
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
      // Nothing where the source has ended; its end where the reader went away.
      if (!step.done) await source.return({ provided: {}, count: 0 });
    }
    const { provided, count } = step.value;
    await ledger.append({
      kind: 'provision',
      recipient: caller.id,
      channel,
      method: 'GET',
      certificates: [],
      provided: { export: id, ...details, ...provided },
      responseDigest: digest.digest('hex'),
      count,
    });
    yield held;
  };
  return { id, bytes: bytes() };
};
