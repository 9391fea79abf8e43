import { phrase } from '../fault.ts';
import { algorithmNamed } from '../keys/keys.ts';
import type { TrustDomain } from './contract.ts';
import { issue } from './draft.ts';
import { invalid } from './read.ts';

/**
 * Before a key is made on AWS. Responders' keys are not in KMS, and may have any algorithm. Fault: `trust-domain-invalid`,
 * with every CA whose CRLs KMS could not sign.
 */
export const assertKmsAlgorithms = ({ authorities }: Pick<TrustDomain, 'authorities'>): void => {
  const issues = authorities.flatMap(({ ca, algorithm }, index) =>
    algorithmNamed(algorithm).kmsLongMessage === 'none'
      ? [
          issue(
            `authorities.${index}.algorithm`,
            phrase`${ca} cannot have ${algorithm} on AWS: with it KMS signs at most 4,096 bytes, and a CRL may be longer; choose another algorithm.`,
          ),
        ]
      : [],
  );
  if (issues.length > 0) throw invalid(issues);
};
