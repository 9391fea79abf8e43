import { Fault } from '../fault.ts';
import {
  asDer,
  buildName,
  type Der,
  type Extension,
  type GeneralName,
  keyIdentifier,
  type Name,
  OID,
  type SerialHex,
  type TbsCertificate,
} from '../pki/pki.ts';
import type { IssuerUrls } from '../status/status.ts';
import {
  type AuthorityDefinition,
  lastSecond,
  type Period,
  type Profile,
  type Subject,
} from '../trust-domain/trust-domain.ts';

/** The fields of the CA that go into each certificate that it issues. */
export interface IssuingCa {
  readonly subject: Name;
  readonly subjectKeyIdentifier: Uint8Array;
  /** AlgorithmIdentifier of the CA's signatures. */
  readonly signatureAlgorithm: Der;
  readonly notAfter: Date;
  readonly urls: IssuerUrls;
}

/**
 * The notBefore of a certificate that is issued at `now`: `backdate` seconds earlier, because a relying party's clock may be behind ours,
 * and with its issuer at the earliest. Its whole validity counts from there, so the time in which it can be used is shorter
 * by so much, and no limit on validity is exceeded. In whole seconds. Fault: `authority-expired`.
 */
export const beginningOf = (
  now: number,
  backdate: number,
  issuer?: Pick<TbsCertificate, 'notBefore' | 'notAfter'>,
): Date => {
  if (issuer && now >= issuer.notAfter.getTime()) throw expired();
  const begins = (Math.floor(now / 1_000) - backdate) * 1_000;
  return new Date(Math.max(begins, issuer?.notBefore.getTime() ?? begins));
};

const expired = (): Fault =>
  new Fault('authority-expired', 'The CA has expired; it issues no more certificates.');

const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1_000) * 1_000);

/** A certificate ends with its CA at the latest. Fault: `authority-expired`. */
const validityUnder = (
  ca: IssuingCa,
  from: Date,
  validity: Period,
): Pick<TbsCertificate, 'notBefore' | 'notAfter'> => {
  const notBefore = wholeSeconds(from);
  if (notBefore >= ca.notAfter) throw expired();
  const own = lastSecond(notBefore, validity);
  return { notBefore, notAfter: own < ca.notAfter ? own : ca.notAfter };
};

const uri = (value: string): GeneralName => ({ kind: 'uniformResourceIdentifier', value });

/** The parts that all certificates of a profile or of a CA share. They are built once, and so encoded once. */
const sharedBy = <K extends object>(
  build: (key: K) => readonly Extension[],
): ((key: K) => readonly Extension[]) => {
  const built = new WeakMap<K, readonly Extension[]>();
  return (key) => {
    const known = built.get(key);
    if (known !== undefined) return known;
    const extensions = build(key);
    built.set(key, extensions);
    return extensions;
  };
};

const authorityKeyIdentifier = sharedBy((octets: Uint8Array) => [
  { id: 'authorityKeyIdentifier', keyIdentifier: octets, critical: false },
]);

const usagesAndPolicies = sharedBy(({ keyUsage, certificatePolicies }: Profile) => [
  { id: 'keyUsage', usages: keyUsage, critical: true },
  { id: 'certificatePolicies', policies: certificatePolicies, critical: false },
]);

const purposes = sharedBy(({ extKeyUsage }: Profile) =>
  extKeyUsage.length > 0 ? [{ id: 'extKeyUsage', purposes: extKeyUsage, critical: false }] : [],
);

const keyIdentifiers = (authorityKey: Uint8Array, subjectPublicKeyInfo: Uint8Array): readonly Extension[] => [
  ...authorityKeyIdentifier(authorityKey),
  {
    id: 'subjectKeyIdentifier',
    keyIdentifier: keyIdentifier(subjectPublicKeyInfo),
    critical: false,
  },
];

/** One distribution point: its names are locations of the same CRL (RFC 5280 4.2.1.13). */
const statusAddresses = sharedBy((urls: IssuerUrls) => [
  { id: 'cRLDistributionPoints', points: [{ fullName: urls.crl.map(uri) }], critical: false },
  {
    id: 'authorityInfoAccess',
    accesses: [
      { method: OID.ocsp, location: uri(urls.ocsp) },
      { method: OID.caIssuers, location: uri(urls.certificate) },
    ],
    critical: false,
  },
]);

/**
 * The certificate that a profile asks for. `notBefore` is cut to the second. The subjectAltName is critical only where it
 * stands for an empty subject (RFC 5280 4.2.1.6). Fault: `authority-expired`.
 */
export const buildTbs = (parts: {
  readonly profile: Profile;
  readonly ca: IssuingCa;
  readonly serialNumber: SerialHex;
  readonly subject: Pick<Subject, 'subject' | 'subjectAltNames'>;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly notBefore: Date;
}): TbsCertificate => {
  const { profile, ca, serialNumber, subjectPublicKeyInfo } = parts;
  const { subject, subjectAltNames } = parts.subject;
  const extensions: readonly (Extension | false)[] = [
    ...keyIdentifiers(ca.subjectKeyIdentifier, subjectPublicKeyInfo),
    ...usagesAndPolicies(profile),
    subjectAltNames.length > 0 && {
      id: 'subjectAltName',
      names: subjectAltNames,
      critical: subject.length === 0,
    },
    ...purposes(profile),
    ...statusAddresses(ca.urls),
  ];
  return {
    serialNumber,
    signature: ca.signatureAlgorithm,
    issuer: ca.subject,
    ...validityUnder(ca, parts.notBefore, profile.validity),
    subject,
    subjectPublicKeyInfo: asDer(subjectPublicKeyInfo),
    extensions: extensions.filter((extension) => extension !== false),
  };
};

/**
 * The certificate without what issuing adds: its serial number and its times are the same for every certificate. What is left
 * is the profile's, the subject's, the key's, the CA's name and key, and the addresses.
 */
export const withoutNumberAndTimes = (
  parts: Omit<Parameters<typeof buildTbs>[0], 'serialNumber' | 'notBefore'>,
): TbsCertificate => {
  const epoch = new Date(0);
  const tbs = buildTbs({ ...parts, serialNumber: '01' as SerialHex, notBefore: epoch });
  return { ...tbs, notAfter: epoch };
};

/** The self-signed certificate of an authority's generation. */
export const buildCaTbs = (parts: {
  readonly authority: AuthorityDefinition;
  readonly serialNumber: SerialHex;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly signatureAlgorithm: Der;
  readonly notBefore: Date;
}): TbsCertificate => {
  const { authority, serialNumber, subjectPublicKeyInfo, signatureAlgorithm } = parts;
  const notBefore = wholeSeconds(parts.notBefore);
  return {
    serialNumber,
    signature: signatureAlgorithm,
    issuer: authority.subject,
    notBefore,
    notAfter: lastSecond(notBefore, authority.validity),
    subject: authority.subject,
    subjectPublicKeyInfo: asDer(subjectPublicKeyInfo),
    extensions: [
      // No pathLenConstraint: RFC 5280 6.1 does not read it in a trust anchor, and link certificates are to come.
      { id: 'basicConstraints', cA: true, critical: true },
      { id: 'keyUsage', usages: ['keyCertSign', 'cRLSign'], critical: true },
      ...keyIdentifiers(keyIdentifier(subjectPublicKeyInfo), subjectPublicKeyInfo),
    ],
  };
};

/**
 * The delegated responder's certificate (RFC 6960 4.2.2.2), signed by the CA that it answers for. It has no status
 * addresses: id-pkix-ocsp-nocheck says that relying parties trust it for its lifetime (4.2.2.2.1), which is short.
 * Fault: `authority-expired`.
 */
export const buildResponderTbs = (parts: {
  readonly authority: AuthorityDefinition;
  readonly ca: IssuingCa;
  readonly serialNumber: SerialHex;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly notBefore: Date;
}): TbsCertificate => {
  const { authority, ca, serialNumber, subjectPublicKeyInfo } = parts;
  const place = ca.subject.filter((rdn) => rdn.every(({ type }) => type === OID.C || type === OID.O));
  return {
    serialNumber,
    signature: ca.signatureAlgorithm,
    issuer: ca.subject,
    ...validityUnder(ca, parts.notBefore, authority.ocsp.validity),
    subject: [...place, ...buildName([['CN', `OCSP responder ${authority.ca}`]])],
    subjectPublicKeyInfo: asDer(subjectPublicKeyInfo),
    extensions: [
      ...keyIdentifiers(ca.subjectKeyIdentifier, subjectPublicKeyInfo),
      { id: 'keyUsage', usages: ['digitalSignature'], critical: true },
      { id: 'extKeyUsage', purposes: [OID.OCSPSigning], critical: false },
      { id: 'ocspNoCheck', critical: false },
    ],
  };
};
