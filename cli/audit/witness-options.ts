import type { Command } from 'commander';
import { z } from 'zod';
import { type WitnessPolicy, witnessPolicy } from '../../lib/audit/audit.ts';
import { readKey } from './log-files.ts';

/** Options of commands: the witnesses that must have cosigned a checkpoint. */
export const witnessOptions = {
  witness: z.array(z.string()).default([]),
  witnessesNeeded: z
    .string()
    .regex(/^[1-9]\d?$/)
    .transform(Number)
    .exactOptional(),
};

/** Collects the values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

export const addWitnessOptions = (command: Command): Command =>
  command
    .option('--witness <vkey-or-file>', 'verifier key of a witness; may be repeated', collect)
    .option('--witnesses-needed <count>', 'how many of them must have cosigned; all where not given');

export const witnessesOf = async (input: {
  readonly witness: readonly string[];
  readonly witnessesNeeded?: number;
}): Promise<{ witnesses?: WitnessPolicy }> => {
  if (input.witness.length === 0) return {};
  const vkeys = await Promise.all(input.witness.map(readKey));
  return { witnesses: witnessPolicy(vkeys, input.witnessesNeeded ?? vkeys.length) };
};
