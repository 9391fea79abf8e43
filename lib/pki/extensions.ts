import type { Der, DerReader, Oid } from './der.ts';
import type { Name } from './name.ts';
import type { SerialHex } from './serial.ts';

export type GeneralName =
  | { readonly kind: 'otherName'; readonly type: Oid; readonly value: Der }
  | { readonly kind: 'rfc822Name'; readonly value: string }
  | { readonly kind: 'dNSName'; readonly value: string }
  | { readonly kind: 'directoryName'; readonly value: Name }
  | { readonly kind: 'uniformResourceIdentifier'; readonly value: string }
  | { readonly kind: 'iPAddress'; readonly value: Uint8Array }
  | { readonly kind: 'registeredID'; readonly value: Oid }
  /** x400Address, ediPartyName: kept as they are. */
  | { readonly kind: 'other'; readonly value: Der };

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

export interface DistributionPoint {
  readonly fullName?: readonly GeneralName[];
  /** nameRelativeToCRLIssuer, reasons, cRLIssuer where present, kept as they are. */
  readonly nameRelativeToCRLIssuer?: Der;
  readonly reasons?: Uint8Array;
  readonly cRLIssuer?: readonly GeneralName[];
}

export interface PolicyInformation {
  readonly policyIdentifier: Oid;
  /** CPS URIs (id-qt-cps). */
  readonly cps?: readonly string[];
  /** Whole PolicyQualifierInfo elements of any other kind. Order: cps first; a policy that mixes them otherwise decodes wholly into here. */
  readonly otherQualifiers?: readonly Der[];
}

export type ExtensionBody =
  | { readonly id: 'basicConstraints'; readonly cA: boolean; readonly pathLenConstraint?: number }
  | { readonly id: 'keyUsage'; readonly usages: readonly KeyUsage[] }
  | { readonly id: 'extKeyUsage'; readonly purposes: readonly Oid[] }
  | { readonly id: 'subjectKeyIdentifier'; readonly keyIdentifier: Uint8Array }
  | {
      readonly id: 'authorityKeyIdentifier';
      readonly keyIdentifier?: Uint8Array;
      readonly authorityCertIssuer?: readonly GeneralName[];
      readonly authorityCertSerialNumber?: SerialHex;
    }
  | { readonly id: 'certificatePolicies'; readonly policies: readonly PolicyInformation[] }
  | {
      readonly id: 'subjectAltName' | 'issuerAltName' | 'certificateIssuer';
      readonly names: readonly GeneralName[];
    }
  | { readonly id: 'cRLDistributionPoints' | 'freshestCRL'; readonly points: readonly DistributionPoint[] }
  | {
      readonly id: 'authorityInfoAccess';
      readonly accesses: readonly { readonly method: Oid; readonly location: GeneralName }[];
    }
  | { readonly id: 'ocspNoCheck' }
  | { readonly id: 'cRLNumber' | 'deltaCRLIndicator'; readonly number: bigint }
  | {
      readonly id: 'issuingDistributionPoint';
      readonly distributionPoint?: { readonly fullName: readonly GeneralName[] };
      readonly onlyContainsUserCerts?: boolean;
      readonly onlyContainsCACerts?: boolean;
      readonly onlySomeReasons?: Uint8Array;
      readonly indirectCRL?: boolean;
      readonly onlyContainsAttributeCerts?: boolean;
    }
  | { readonly id: 'reasonCode'; readonly reason: CrlReason }
  | { readonly id: 'invalidityDate'; readonly date: Date }
  /** Any other extension; `value` is the content of extnValue. */
  | { readonly id: 'other'; readonly oid: Oid; readonly value: Uint8Array };

export type Extension = ExtensionBody & { readonly critical: boolean };
export type ExtensionId = Exclude<ExtensionBody['id'], 'other'>;

export declare const readExtensions: (reader: DerReader) => readonly Extension[];
export declare const encodeExtensions: (extensions: readonly Extension[]) => Der;
/** The extension of that kind, typed, or undefined. Decoders refuse repeated extensions, so there is at most one. */
export declare const findExtension: <I extends ExtensionId>(
  extensions: readonly Extension[],
  id: I,
) => Extract<Extension, { id: I }> | undefined;
