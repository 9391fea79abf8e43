import { Fault, phrase } from '../fault.ts';
import type { TrustedLog } from './checkpoint.ts';
import { cosignatureVerifier } from './cosignature.ts';
import { ed25519Verifier, type NoteVerifier } from './note.ts';
import { type NoteKey, parseVkey, SIGNATURE_TYPES } from './vkey.ts';

/** Whom a reader of checkpoints trusts, from verifier keys (vkeys). */

/**
 * A log from its verifier keys. They share one name, which is the origin (tlog-policy, "Defining a log"). Faults:
 * `malformed-note`, `unsupported-algorithm`; `configuration-invalid` for no key, for two names, and for a witness's
 * type of key.
 */
export const trustedLog = (vkeys: readonly string[]): TrustedLog => {
  const keys = vkeys.map(parseVkey);
  const [first] = keys;
  if (first === undefined || keys.some(({ name, type }) => name !== first.name || type === 0x04)) {
    throw new Fault(
      'configuration-invalid',
      "A log's keys are of type 0x01 or 0x06 and bear one name, its origin.",
    );
  }
  return { origin: first.name, verifiers: keys.map(checkpointVerifier) };
};

const checkpointVerifier = (key: NoteKey): NoteVerifier =>
  SIGNATURE_TYPES[key.type].timestamped ? cosignatureVerifier(key) : ed25519Verifier(key);

/** How many of the witnesses must have cosigned, and which witnesses count. */
export interface WitnessPolicy {
  readonly threshold: number;
  readonly verifiers: readonly NoteVerifier[];
}

/**
 * n of m witnesses. A witness is a name: keys of one name count once. Faults: `malformed-note`,
 * `unsupported-algorithm`; `configuration-invalid` unless 1 <= threshold <= witnesses, all keys are of a
 * cosigning type, and no key is under two names (tlog-policy: it would count twice).
 */
export const witnessPolicy = (vkeys: readonly string[], threshold: number): WitnessPolicy => {
  const keys = vkeys.map(parseVkey);
  const names = new Set(keys.map(({ name }) => name));
  const material = new Set(keys.map(({ publicKey }) => Buffer.from(publicKey).toString('hex')));
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > names.size) {
    throw new Fault(
      'configuration-invalid',
      phrase`Between 1 and ${names.size} of the witnesses can be asked for.`,
    );
  }
  if (keys.some(({ type }) => !SIGNATURE_TYPES[type].timestamped) || material.size !== keys.length) {
    throw new Fault(
      'configuration-invalid',
      'Witness keys are of type 0x04 or 0x06, and each is listed once.',
    );
  }
  return { threshold, verifiers: keys.map(checkpointVerifier) };
};
