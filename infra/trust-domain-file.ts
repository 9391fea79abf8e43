import { readFileSync } from 'node:fs';
import { Fault } from '../lib/fault.ts';
import {
  assertKmsAlgorithms,
  digestOf,
  readTrustDomain,
  type TrustDomain,
} from '../lib/trust-domain/trust-domain.ts';
import { plainly } from './refusal.ts';
import { fileOf } from './settings.ts';

/** The trust domain that is deployed: the text of its file, and the value read from it. */
export interface TrustDomainFile {
  readonly text: string;
  readonly digest: string;
  readonly content: TrustDomain;
}

/**
 * Faults: `configuration-invalid` where there is no such file, `trust-domain-invalid` with the problems in it, also where
 * KMS cannot sign for one of its CAs.
 */
export const readTrustDomainFile = (path: string): TrustDomainFile => {
  const text = readFileSync(fileOf('trustDomain', path), 'utf8');
  try {
    const content = readTrustDomain(text);
    assertKmsAlgorithms(content);
    return { text, digest: digestOf(text), content };
  } catch (error) {
    throw error instanceof Fault ? plainly(error) : error;
  }
};
