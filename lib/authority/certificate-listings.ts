import { rfc3339 } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Write } from '../store/store.ts';
import type { CertificateRow } from './certificates.ts';

/**
 * The rows of lists of certificates, in the order in which these end. They are put with the certificate's row, and hold nothing.
 * Certificates of CAs, responders and the service's own doors are in no list.
 *
 *   certificates-of/office/{office}                      {notAfter} {ca} {serial}   an office's certificates
 *   certificates-of/office/{office}/profile/{profile}    {notAfter} {ca} {serial}   those of a profile
 *   certificates-of/tenant/{tenant}                      {notAfter} {ca} {serial}   a tenant's certificates
 *   certificates-of/tenant/{tenant}/profile/{profile}    {notAfter} {ca} {serial}   those of a profile
 *   certificates-of/tenant/{tenant}/holder/{holder}      {notAfter} {ca} {serial}   those about a holder
 *   certificates-of/holder/{holder}                      {notAfter} {ca} {serial}   those about a holder, of all tenants
 *   certificates-of/issued-to/{officer}                  {notAfter} {ca} {serial}   those that an officer got
 */
const ALL = 'certificates-of';

export const officeListPk = (office: string): string => `${ALL}/office/${office}`;
export const tenantListPk = (tenant: string): string => `${ALL}/tenant/${tenant}`;
export const issuedToListPk = (officer: string): string => `${ALL}/issued-to/${officer}`;
export const holderListPk = (holder: string, tenant?: string): string =>
  `${tenant === undefined ? ALL : tenantListPk(tenant)}/holder/${holder}`;
export const profileListPk = (list: string, profile: string): string => `${list}/profile/${profile}`;

/** Sorts by the end of the certificate. Times of RFC 3339 in whole seconds have one length. */
export const listedAs = ({ ca, serial }: CertificateRef, { notAfter }: CertificateRow): string =>
  `${rfc3339(new Date(notAfter * 1000))} ${ca} ${serial}`;

/** Undefined where somebody else wrote the key. */
export const readListed = (sk: string): CertificateRef | undefined => {
  const [, ca, serial, ...more] = sk.split(' ');
  return ca !== undefined && serial !== undefined && more.length === 0 ? { ca, serial } : undefined;
};

export const listingWrites = (ref: CertificateRef, row: CertificateRow): readonly Write[] => {
  const { office, tenant, holder, issuedTo, profile, apart } = row;
  if (apart !== true) return [];
  const lists = [
    office === undefined ? undefined : officeListPk(office),
    tenant === undefined ? undefined : tenantListPk(tenant),
  ].filter((pk) => pk !== undefined);
  const pks = [
    ...lists.flatMap((pk) => [pk, profileListPk(pk, profile)]),
    ...(holder === undefined ? [] : [holderListPk(holder)]),
    ...(holder === undefined || tenant === undefined ? [] : [holderListPk(holder, tenant)]),
    ...(issuedTo === undefined ? [] : [issuedToListPk(issuedTo)]),
  ];
  const sk = listedAs(ref, row);
  return pks.map((pk): Write => ({ put: { pk, sk }, value: {}, if: 'absent' }));
};
