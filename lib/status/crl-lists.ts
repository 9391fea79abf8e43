import { Fault } from '../fault.ts';
import { FULL_CRL } from './contract.ts';
import { type CrlScope, SCOPES, scopesOf } from './crl-scopes.ts';
import type { Issuer } from './issuers.ts';

/** A list that a CA publishes. It has numbers, rows and a folder in the archive of its own (RFC 5280 5.2.3). */
export interface CrlList {
  readonly issuer: Issuer;
  readonly partition: string;
  /** `{ca}/{partition}`. */
  readonly id: string;
  /** What it covers; absent where it covers everything. */
  readonly only?: CrlScope;
}

export const listId = (ca: string, partition: string): string => `${ca}/${partition}`;

const listWith = (issuer: Issuer, partition: string, only: CrlScope | undefined): CrlList => ({
  issuer,
  partition,
  id: listId(issuer.id, partition),
  ...(only && { only }),
});

/** In the order in which they are published. */
export const listsOf = (issuer: Issuer): readonly CrlList[] =>
  [...scopesOf(issuer)].map(([partition, only]) => listWith(issuer, partition, only));

/** Partitions that the CA does not have, and may have had under another choice of the trust domain. */
export const formerPartitions = (issuer: Issuer): readonly string[] => {
  const scopes = scopesOf(issuer);
  return [...SCOPES.keys()].filter((partition) => !scopes.has(partition));
};

/** Fault: `unknown-crl`. */
export const listOf = (issuer: Issuer, partition: string): CrlList => {
  const scopes = scopesOf(issuer);
  if (scopes.has(partition)) return listWith(issuer, partition, scopes.get(partition));
  throw new Fault('unknown-crl', 'This CA has no CRL of that name.', { ca: issuer.id });
};

/** A CA certifies no other CA here, so the only CA certificate with its serial numbers is its own. */
const isOwn = ({ certificate }: Issuer, serial: string): boolean => certificate.serialNumber === serial;

export const covers = ({ issuer, only }: CrlList, serial: string): boolean =>
  only === undefined || (only === 'onlyContainsCACerts') === isOwn(issuer, serial);

/**
 * The partitions that a revocation of this certificate changes. A compromise of the CA's own certificate concerns all of its
 * certificates. `issuer` is undefined where the CA cannot be read: then these are all that a CA may have.
 */
export const partitionsShowing = (issuer: Issuer | undefined, serial: string): readonly string[] => {
  if (issuer === undefined) return [...SCOPES.keys()];
  const lists = listsOf(issuer);
  return (isOwn(issuer, serial) ? lists : lists.filter((list) => covers(list, serial))).map(
    ({ partition }) => partition,
  );
};

/** The list that covers this certificate. */
export const listCovering = (issuer: Issuer, serial: string): CrlList =>
  listsOf(issuer).find((list) => covers(list, serial)) ?? listOf(issuer, FULL_CRL);
