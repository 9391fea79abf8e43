import type { TrustDomain } from './contract.ts';

/** Ids of the CAs that certify holders for signing in. */
export const holderCasOf = ({
  authorities,
  profiles,
}: Pick<TrustDomain, 'authorities' | 'profiles'>): readonly string[] => {
  const certifying = new Set(profiles.flatMap(({ signsIn, authority }) => (signsIn ? [authority] : [])));
  return authorities.flatMap(({ id, ca }) => (certifying.has(id) ? [ca] : []));
};
