import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';

/**
 * An auditor's state between runs: the log's key, the largest checkpoint that the log has shown, and how far an
 * interrupted run came. An auditor who keeps it notices if the log shows another history.
 */
const shape = z.strictObject({
  vkey: z.string(),
  checkpoint: z.string(),
  /** Leaves below this were found good under `checkpoint` by a run that did not end. */
  checked: z.int().min(0),
  /** SHA-256 of each key of acts that the service has shown, by its name. */
  actKeys: z.record(z.string(), z.string()).default({}),
});

export type AuditState = z.output<typeof shape>;

/** Undefined if there is no such file. Rejects with a `Failure` if the file is not the state of an audit. */
export const readState = async (file: string): Promise<AuditState | undefined> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return undefined;
    throw usage(phrase`The state file ${file} cannot be read.`);
  }
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    throw usage(phrase`${file} is not the state file of an audit.`, 'Name another one with --state.');
  }
};

/** Writes the whole file or nothing. */
export const writeState = async (file: string, state: AuditState): Promise<void> => {
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { flush: true });
  await rename(`${file}.new`, file);
};
