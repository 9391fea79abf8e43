import { Fault, phrase } from '../fault.ts';
import type { Log } from '../ports.ts';
import type { Bucket } from '../store/store.ts';
import {
  formatAddCheckpoint,
  type NoteSignature,
  parseNote,
  proveConsistency,
  readWitnessAnswer,
  TileReader,
  type WitnessAnswer,
  witnessPolicy,
} from '../tlog/tlog.ts';
import { readPath } from './tree.ts';
import type { TreeRow } from './tree-row.ts';

/**
 * A witness keeps the size and root of our log that it last cosigned. It cosigns only a tree that extends that one
 * (C2SP tlog-witness).
 */
export interface Witness {
  /** Its verifier key, of type 0x04 or 0x06. */
  readonly vkey: string;
  /** Sends the body to the witness's `add-checkpoint`. Rejects with a `Fault` where no answer comes. */
  readonly ask: (body: string) => Promise<WitnessAnswer>;
}

/** The first attempt uses the size that we know; one or two more use the size that the witness reports. */
const ATTEMPTS = 3;

/**
 * Asks all witnesses at once and waits for all answers. A witness that cannot be reached or refuses is logged. Faults:
 * `log-inconsistent` when a witness knows another history of this log; `witness-refused` when fewer than `threshold`
 * have cosigned; `configuration-invalid` for a key that is not a witness key, and for a threshold above the number of
 * witnesses.
 */
export const openCosigning = (deps: {
  readonly bucket: Pick<Bucket, 'get'>;
  readonly witnesses: readonly Witness[];
  /** How many of the witnesses a checkpoint needs before it is published; 0 publishes it in any case. */
  readonly threshold: number;
  readonly log: Log;
}): ((tree: TreeRow) => Promise<readonly NoteSignature[]>) => {
  const { bucket, threshold, log } = deps;
  const witnesses = deps.witnesses.map(({ vkey, ask }) => {
    const { verifiers } = witnessPolicy([vkey], 1);
    const [{ key } = { key: undefined }] = verifiers;
    return { name: key?.name ?? vkey, verifiers, ask, size: 0 };
  });
  if (threshold > 0) {
    witnessPolicy(
      deps.witnesses.map(({ vkey }) => vkey),
      threshold,
    );
  }

  const cosign = async (
    witness: (typeof witnesses)[number],
    { size, root, note }: TreeRow,
  ): Promise<readonly NoteSignature[]> => {
    const reader = new TileReader({ size, root: Buffer.from(root, 'base64') }, readPath(bucket));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (witness.size > size) {
        const facts = { witness: witness.name, known: witness.size, size };
        throw new Fault('log-inconsistent', 'A witness has cosigned a larger tree of this log.', facts);
      }
      const oldSize = witness.size;
      const request = {
        oldSize,
        hashes: await proveConsistency(reader.hashes, oldSize, size),
        note: parseNote(note),
      };
      const answer = await witness.ask(formatAddCheckpoint(request));
      const verdict = readWitnessAnswer(answer, request, witness.verifiers);
      if ('cosignatures' in verdict) {
        witness.size = size;
        return verdict.cosignatures;
      }
      witness.size = verdict.size;
    }
    throw new Fault('witness-refused', 'The witness keeps changing its mind about the size that it has.');
  };

  return async (tree) => {
    const answers = await Promise.allSettled(witnesses.map((witness) => cosign(witness, tree)));
    const signed: NoteSignature[] = [];
    let names = 0;
    for (const [i, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') {
        signed.push(...answer.value);
        names++;
        continue;
      }
      const error: unknown = answer.reason;
      const code = Fault.is(error) ? error.code : String(error);
      log('error', 'A witness has not cosigned', {
        witness: witnesses[i]?.name,
        error: code,
        size: tree.size,
      });
      if (Fault.is(error, 'log-inconsistent')) throw error;
    }
    if (names < threshold) {
      throw new Fault('witness-refused', phrase`Only ${names} of ${threshold} witnesses have cosigned.`, {
        cosigned: names,
        threshold,
      });
    }
    return signed;
  };
};
