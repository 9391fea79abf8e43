import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalEnv } from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { givenPassphrase } from '../passphrase-file.ts';
import { random } from '../random.ts';
import { say } from './terminal.ts';
import { writeWhole } from './whole-file.ts';

const DEMONSTRATION = 'demonstration';

/**
 * The passphrase that seals the keys, as the environment gives it; undefined where the demonstration domain has to make one.
 * Fault: `configuration-invalid` where another domain's is not given, and as `givenPassphrase`.
 */
export const statedPassphrase = async (
  env: LocalEnv,
  trustDomain: TrustDomain,
): Promise<string | undefined> => {
  const given = await givenPassphrase(env);
  if (given === undefined && trustDomain.name !== DEMONSTRATION) {
    throw new Fault(
      'configuration-invalid',
      'AKASHI_PASSPHRASE_FILE or AKASHI_PASSPHRASE must be set: the CA keys of this trust domain are sealed under it.',
    );
  }
  return given;
};

/** The passphrase of the demonstration domain, made at its first start and kept in a file, with a warning. */
export const demonstrationPassphrase = async (dataDir: string): Promise<string> => {
  const path = join(dataDir, 'demonstration-passphrase');
  say(
    `WARNING: no passphrase is set (AKASHI_PASSPHRASE_FILE). The keys are sealed under a generated passphrase, kept in ${path}:`,
  );
  say(
    '         anyone who can read that folder can use the CA keys. This will do for a demonstration and nothing else.',
  );
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const passphrase = Buffer.from(random(24)).toString('base64url');
  // Whole and durable before the first key is sealed under it. The table's lock keeps other processes away.
  await writeWhole(path, `${passphrase}\n`);
  return passphrase;
};
