import { isCompromise } from '../compromise.ts';
import type { CertificateRef } from '../principal.ts';
import { openCompromisedKeys } from './compromised-keys.ts';
import type { AuthorityDeps } from './deps.ts';
import type { IssuedAs } from './issued-as.ts';
import { openIssuedObjects } from './issued-objects.ts';
import type { Standing } from './status-acts.ts';
import { certificatesOfKey } from './used-keys.ts';

export interface Compromise {
  /**
   * Makes the object that keeps the certificate's key from being certified again, where an act has revoked the certificate
   * because its key was compromised. It is called before the rows of the act are made.
   */
  follow(ref: CertificateRef, standing: Standing, issuedAs: Pick<IssuedAs, 'keyIdentity'>): Promise<void>;
}

export const openCompromise = (
  deps: Pick<AuthorityDeps, 'table' | 'objects' | 'recorder' | 'log'>,
): Compromise => {
  const { objects, recorder, log } = deps;
  const compromised = openCompromisedKeys(objects);
  const issued = openIssuedObjects(objects);

  /** The act that says so is the newest on the certificate. */
  const actOf = async (ref: CertificateRef, { next: { act, number } }: Standing) => {
    const found = await recorder.conclusion({ act, number: number - 1 });
    return { ...ref, record: found?.record.id ?? '' };
  };

  /** Other certificates for the key stay as they are. The person who revoked this one decides about them. */
  const reportOthers = async (ref: CertificateRef, identity: string): Promise<void> => {
    const others = (await certificatesOfKey(deps, identity)).filter(
      ({ ca, serial }) => ca !== ref.ca || serial !== ref.serial,
    );
    if (others.length === 0) return;
    log('error', 'A key was compromised that other certificates have as well; revoke them too', {
      ...ref,
      keyIdentity: identity,
      others: others.map(({ ca, serial }) => `${ca}/${serial}`),
    });
  };

  return {
    follow: async (ref, standing, issuedAs) => {
      const { now } = standing;
      if (now.state !== 'revoked' || !isCompromise(now.reason)) return;
      // The object comes first: somebody who can write to the table may have changed the certificate's row.
      const identity = (await issued.read(ref))?.key ?? issuedAs.keyIdentity;
      if (identity === undefined) {
        log('error', 'The key of a compromised certificate is not known; it may be certified again', {
          ...ref,
        });
        return;
      }
      if (await compromised.put(identity, () => actOf(ref, standing))) await reportOthers(ref, identity);
    },
  };
};
