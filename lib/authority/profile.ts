import type { TbsCertificate } from '../pki/certificate.ts';
import type { Der } from '../pki/der.ts';
import type { GeneralName } from '../pki/extensions.ts';
import type { Name } from '../pki/name.ts';
import type { SerialHex } from '../pki/serial.ts';
import type { AuthorityDefinition, Office, Profile } from './trust-domain.ts';

/** Values of a profile's fields, by the field's name; lists for fields with `maxItems`. */
export type FieldValues = Readonly<Record<string, string | readonly string[]>>;

export interface Subject {
  readonly subject: Name;
  readonly subjectAltNames: readonly GeneralName[];
  /** The fields as they were used: trimmed, composed, domain names in lower case; absent where empty. */
  readonly fields: FieldValues;
}

/**
 * Fault: `invalid-field`, with `facts.field` (its name), `facts.label` and never the value; also for a field that the
 * profile does not have. `office` is needed where the template takes something from it.
 */
export declare const describeSubject: (
  profile: Profile,
  office: Office | undefined,
  fields: FieldValues,
) => Subject;

/** What a certificate takes from the CA that issues it. */
export interface IssuingCa {
  readonly subject: Name;
  readonly subjectKeyIdentifier: Uint8Array;
  /** AlgorithmIdentifier of the CA's signatures. */
  readonly signatureAlgorithm: Der;
  readonly notAfter: Date;
  /** Several CRL addresses are names of one and the same CRL. */
  readonly urls: { readonly crl: readonly string[]; readonly ocsp: string; readonly caIssuers: string };
}

/**
 * The certificate that a profile asks for; it ends with the CA at the latest. `notBefore` is cut to the second.
 * Fault: `authority-expired`.
 */
export declare const buildTbs: (parts: {
  readonly profile: Profile;
  readonly ca: IssuingCa;
  readonly serialNumber: SerialHex;
  readonly subject: Pick<Subject, 'subject' | 'subjectAltNames'>;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly notBefore: Date;
}) => TbsCertificate;

/** The self-signed certificate of an authority's generation. */
export declare const buildCaTbs: (parts: {
  readonly authority: AuthorityDefinition;
  readonly serialNumber: SerialHex;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly signatureAlgorithm: Der;
  readonly notBefore: Date;
}) => TbsCertificate;

/** The delegated responder's certificate (RFC 6960 4.2.2.2), signed by the CA that it answers for. Fault: `authority-expired`. */
export declare const buildResponderTbs: (parts: {
  readonly authority: AuthorityDefinition;
  readonly ca: IssuingCa;
  readonly serialNumber: SerialHex;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly notBefore: Date;
}) => TbsCertificate;

/** Whether the profile takes this key (DER SubjectPublicKeyInfo). */
export declare const takesPublicKey: (profile: Profile, subjectPublicKeyInfo: Uint8Array) => boolean;
