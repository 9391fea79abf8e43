import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalEnv } from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { random } from '../random.ts';
import { say } from './terminal.ts';
import { writeWhole } from './whole-file.ts';

const DEMONSTRATION = 'demonstration';

/**
 * The passphrase that seals the keys: from the environment, or made and kept in a file for the demonstration domain,
 * with a warning. Fault: `configuration-invalid` where another domain's is not set.
 */
export const passphraseOf = async (
  env: LocalEnv,
  trustDomain: TrustDomain,
  dataDir: string,
): Promise<string> => {
  if (env.AKASHI_PASSPHRASE !== undefined) return env.AKASHI_PASSPHRASE;
  if (trustDomain.name !== DEMONSTRATION) {
    throw new Fault(
      'configuration-invalid',
      'AKASHI_PASSPHRASE must be set: the CA keys of this trust domain are sealed under it.',
    );
  }
  const path = join(dataDir, 'demonstration-passphrase');
  say(
    `WARNING: AKASHI_PASSPHRASE is not set. The keys are sealed under a generated passphrase, kept in ${path}:`,
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
