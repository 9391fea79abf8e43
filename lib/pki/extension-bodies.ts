import type { Der, Oid } from './der.ts';
import type { GeneralName } from './general-name.ts';
import type { SerialHex } from './serial.ts';

/** Bit order of RFC 5280 4.2.1.3. */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

/** CRLReason names and numbers (RFC 5280 5.3.1). */
export const CRL_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;
export type CrlReason = keyof typeof CRL_REASONS;

/**
 * Reasons that a final revocation of a public key certificate cannot have: a hold can end, removeFromCRL ends one, and
 * aACompromise is about attribute certificates.
 */
const NOT_FINAL = ['certificateHold', 'removeFromCRL', 'aACompromise'] as const;

export type RevocationReason = Exclude<CrlReason, (typeof NOT_FINAL)[number]>;
/** The reasons that an entry of the status register, and so of a CRL, may have. */
export type EntryReason = RevocationReason | 'certificateHold';

/** Reasons of a final revocation; a hold has a call of its own. */
export const REVOCATION_REASONS: readonly RevocationReason[] = (
  Object.keys(CRL_REASONS) as CrlReason[]
).filter((reason): reason is RevocationReason => !NOT_FINAL.some((other) => other === reason));

export const ENTRY_REASONS: readonly EntryReason[] = [...REVOCATION_REASONS, 'certificateHold'];

/** The reason of that number; undefined for 7 and for numbers that RFC 5280 5.3.1 does not have. */
export const crlReasonOf = (number: number): CrlReason | undefined => REASON_NAMES[number];

const REASON_NAMES: readonly (CrlReason | undefined)[] = Array.from({ length: 11 }, (_, number) =>
  (Object.keys(CRL_REASONS) as CrlReason[]).find((name) => CRL_REASONS[name] === number),
);

export interface DistributionPoint {
  readonly fullName?: readonly GeneralName[];
  /** The whole [1] element, kept as it is. Never together with `fullName`. */
  readonly nameRelativeToCRLIssuer?: Der;
  /** ReasonFlags: the content octets of the BIT STRING (count of unused bits, then the flags). */
  readonly reasons?: Uint8Array;
  readonly cRLIssuer?: readonly GeneralName[];
}

export interface PolicyInformation {
  readonly policyIdentifier: Oid;
  /** CPS URIs (id-qt-cps). */
  readonly cps?: readonly string[];
  /**
   * Whole PolicyQualifierInfo elements of any other kind. They are written after `cps`. Qualifiers that come in another
   * order are all kept here.
   */
  readonly otherQualifiers?: readonly Der[];
}

interface AlternativeNames {
  readonly names: readonly GeneralName[];
}
interface DistributionPoints {
  readonly points: readonly DistributionPoint[];
}
/** 0 or more, at most 20 content octets (RFC 5280 5.2.3, 5.2.4). */
interface Numbered {
  readonly number: bigint;
}

/** The values of the extensions that are known here, under the names that RFC 5280 and RFC 6960 give them. */
interface Bodies {
  basicConstraints: { readonly cA: boolean; readonly pathLenConstraint?: number };
  keyUsage: { readonly usages: readonly KeyUsage[] };
  extKeyUsage: { readonly purposes: readonly Oid[] };
  subjectKeyIdentifier: { readonly keyIdentifier: Uint8Array };
  authorityKeyIdentifier: {
    readonly keyIdentifier?: Uint8Array;
    readonly authorityCertIssuer?: readonly GeneralName[];
    readonly authorityCertSerialNumber?: SerialHex;
  };
  certificatePolicies: { readonly policies: readonly PolicyInformation[] };
  subjectAltName: AlternativeNames;
  issuerAltName: AlternativeNames;
  certificateIssuer: AlternativeNames;
  cRLDistributionPoints: DistributionPoints;
  freshestCRL: DistributionPoints;
  authorityInfoAccess: {
    readonly accesses: readonly { readonly method: Oid; readonly location: GeneralName }[];
  };
  ocspNoCheck: object;
  cRLNumber: Numbered;
  deltaCRLIndicator: Numbered;
  issuingDistributionPoint: {
    readonly distributionPoint?: { readonly fullName: readonly GeneralName[] };
    /** The other form of the distribution point's name: the whole [1] element, kept as it is. */
    readonly nameRelativeToCRLIssuer?: Der;
    readonly onlyContainsUserCerts?: boolean;
    readonly onlyContainsCACerts?: boolean;
    /** ReasonFlags, as in `DistributionPoint.reasons`. */
    readonly onlySomeReasons?: Uint8Array;
    readonly indirectCRL?: boolean;
    readonly onlyContainsAttributeCerts?: boolean;
  };
  reasonCode: { readonly reason: CrlReason };
  invalidityDate: { readonly date: Date };
}

export type ExtensionId = keyof Bodies;

export type ExtensionBody =
  | { [I in ExtensionId]: { readonly id: I } & Bodies[I] }[ExtensionId]
  /** Any other extension; `value` is the content of extnValue. */
  | { readonly id: 'other'; readonly oid: Oid; readonly value: Uint8Array };

/** The body of the extension with this id. */
export type BodyOf<I extends ExtensionId> = Extract<ExtensionBody, { id: I }>;

export type Extension = ExtensionBody & { readonly critical: boolean };
