import { readFile } from 'node:fs/promises';
import type { Core } from '../../lib/app.ts';
import { Fault, joined, phrase } from '../../lib/fault.ts';
import { type KeysFor, readTrustDomain, type TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { say } from './terminal.ts';

/** Faults: `configuration-invalid` for a file that cannot be read, and those of `readTrustDomain`. */
export const loadTrustDomain = async (
  path: string,
): Promise<{ readonly trustDomain: TrustDomain; readonly text: string }> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const message = phrase`TRUST_DOMAIN must be the path of a trust domain file; ${path} cannot be read.`;
    throw new Fault('configuration-invalid', message, { path }, { cause });
  }
  return { trustDomain: readTrustDomain(text), text };
};

/**
 * Holds the ceremony for what the file asks for. The operator may have changed the file in its place; `inForce` is the
 * service's own copy of the file in force, to start with. Faults: `trust-domain-changed`, which says what to do, and those
 * of `keysFor`.
 */
export const applyTrustDomain = async (
  core: Core,
  path: string,
  inForce: string,
  keysFor: KeysFor | undefined,
): Promise<void> => {
  try {
    await core.authority.holdCeremony((step) => say(`  ${step}`), keysFor);
  } catch (error) {
    if (!Fault.is(error, 'trust-domain-changed')) throw error;
    const message = joined(
      [
        phrase`${path} is neither the trust domain file in force nor one that two operators have approved to follow it.`,
        phrase`To change the trust domain, start with the file in force:`,
        phrase`  TRUST_DOMAIN=${inForce} npm start`,
        phrase`have the changed one proposed by one operator and approved by another:`,
        phrase`  npx akashi trust-domain propose ${path} --as OPERATOR`,
        phrase`  npx akashi trust-domain approve ID --as ANOTHER`,
        phrase`and start again with TRUST_DOMAIN=${path}. For another trust domain choose another DATA_DIR.`,
      ],
      '\n',
    );
    throw new Fault(error.code, message, error.facts, { cause: error });
  }
};
