import { hash } from 'node:crypto';
import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Signer } from '../keys/keys.ts';
import type { Clock, Log } from '../ports.ts';
import type { Key, Table } from '../store/store.ts';
import type { TrustedLog } from './checkpoint.ts';
import { cosigner } from './cosignature.ts';
import { base64 } from './lines.ts';
import { EMPTY_ROOT } from './merkle.ts';
import { formatNote, type Note, signText } from './note.ts';
import { formatVkey } from './vkey.ts';
import {
  decideAddCheckpoint,
  parseAddCheckpoint,
  type WitnessAnswer,
  type WitnessDecision,
  witnessAnswer,
} from './witness.ts';

/**
 * A witness of C2SP tlog-witness. It keeps the last tree of each log that it knows, and cosigns only a tree that
 * extends it. Run by another organisation on another machine, it prevents the operator of a log from showing two
 * histories.
 *
 *   witness/{digest of origin}  tree    size and root of the last checkpoint that was cosigned, and the note with it
 *   witness/{digest of origin}  {size}  two roots of one size, as the log signed them: evidence, kept for ever
 *
 * Anybody may repeat what the log signed, with other lines around it, and a log that lies may sign as much as it likes. So
 * there is one row of evidence for a size, with the two notes and no signatures but the log's; a checkpoint is short; and
 * there are at most `MAX_EVIDENCE` rows for a log, which is proven a liar by the first.
 */
export interface WitnessService {
  /** The verifier key for its cosignatures. */
  readonly vkey: string;
  /** Answers a request's body. Faults: `store-unavailable`, in which case nothing was cosigned. */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>;
}

type SeenTree = {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** Absent in rows of earlier versions. */
  readonly note?: string;
};

/** Bytes. A checkpoint's text has some 200 where the log adds no lines of its own. */
const MAX_CHECKPOINT_BYTES = 16_384;

const MAX_EVIDENCE = 100;

/** A lost write means that another request succeeded, so this many in a row mean that something is wrong. */
const MAX_LOST = 100;

const PLAIN = 'text/plain; charset=utf-8';

export const openWitness = (deps: {
  readonly table: Table;
  /** Ed25519 or ML-DSA-44. */
  readonly signer: Signer;
  /** The witness's name in signature lines: a host and a path, without space and plus. */
  readonly name: string;
  readonly logs: readonly TrustedLog[];
  readonly clock: Clock;
  readonly log: Log;
}): WitnessService => {
  const { table, logs, log } = deps;
  const witness = cosigner(deps.name, deps.signer, deps.clock);

  const keyOf = (origin: string, sk: string): Key => ({ pk: `witness/${hash('sha256', origin)}`, sk });

  const keepEvidence = async (seen: SeenTree, other: Note): Promise<void> => {
    const { origin, size } = seen;
    const { pk, sk } = keyOf(origin, String(size));
    const { items } = await table.query({ pk, limit: MAX_EVIDENCE + 1 });
    // One of the rows is the tree. Anybody may repeat the two notes, and a repetition is worth neither a row nor a line.
    if (items.length > MAX_EVIDENCE || items.some((item) => item.sk === sk)) return;
    // Said before it is stored: where the answer of the write is lost, nobody could tell afterwards that it was new.
    log('error', 'A log has signed two roots of one size', { origin, size });
    const value = { ...seen, other: formatNote(other) };
    // A request beside this one may have been first.
    await wentThrough(table.write([{ put: { pk, sk }, value, if: 'absent' }]));
  };

  const decide = async (body: Uint8Array): Promise<WitnessDecision> => {
    const request = parseAddCheckpoint(body);
    const { origin } = request.checkpoint;
    if (Buffer.byteLength(request.note.text) > MAX_CHECKPOINT_BYTES) {
      throw new Fault(
        'malformed-checkpoint',
        phrase`A checkpoint has at most ${MAX_CHECKPOINT_BYTES} bytes before its signatures here.`,
      );
    }
    const trusted = logs.find((one) => one.origin === origin);
    for (let lost = 0; lost < MAX_LOST; lost++) {
      const seen = await table.get<SeenTree>(keyOf(origin, 'tree'));
      const stored = seen && { size: seen.value.size, root: Buffer.from(seen.value.root, 'base64') };
      const decision = decideAddCheckpoint(request, trusted, stored);
      if (decision.status === 409 && decision.inconsistent) {
        const known = seen?.value ?? { origin, size: 0, root: base64(EMPTY_ROOT) };
        await keepEvidence(known, decision.inconsistent);
      }
      if (decision.status !== 200) return decision;
      const { size, root } = decision.next;
      const value: SeenTree = { origin, size, root: base64(root), note: formatNote(decision.proof) };
      const condition = seen ? { version: seen.version } : 'absent';
      const write = table.write([{ put: keyOf(origin, 'tree'), value, if: condition }]);
      if (await wentThrough(write)) return decision;
    }
    throw new Fault('store-unavailable', 'Others kept adding checkpoints of the same log; try again.');
  };

  return {
    vkey: formatVkey(witness.key),
    addCheckpoint: async (body) => {
      let decision: WitnessDecision;
      try {
        decision = await decide(body);
      } catch (error) {
        if (!Fault.is(error) || !error.code.startsWith('malformed-')) throw error;
        return { status: 400, contentType: PLAIN, body: `${error.message}\n` };
      }
      const cosignatures = decision.status === 200 ? await signText(decision.text, [witness]) : [];
      return witnessAnswer(decision, cosignatures);
    },
  };
};
