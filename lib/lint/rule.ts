import type { Der, TbsCertificate, TbsCertList } from '../pki/pki.ts';
import type {
  CertListEntry,
  DecodedCertList,
  EncodedCertList,
  EntryExtensions,
} from './encoded-cert-list.ts';
import type { EncodedCertificate } from './encoded-certificate.ts';
import type { PublicKeyKind } from './public-key.ts';

/** What a certificate is to be judged against. */
export interface CertificateContext {
  readonly kind: 'ca' | 'endEntity' | 'ocspResponder';
  /** The certificate of the CA that will sign; absent when the certificate is self-signed. */
  readonly issuer?: TbsCertificate;
  /** Hex with which this instance's serials begin. */
  readonly serialPrefix: string;
  /** The keys that the profile takes; any that linting knows when absent. */
  readonly publicKeys?: readonly PublicKeyKind[];
}

/** What a CRL is to be judged against. */
export interface CertListContext {
  /** The certificate of the CA that will sign. */
  readonly issuer: TbsCertificate;
  /** The number of the CRL before this one, where there was one. */
  readonly previousNumber?: bigint;
}

export interface Finding {
  readonly rule: string;
  readonly cite: string;
  readonly message: string;
}

/** Something to lint, with what it is judged against. */
export interface Example<Tbs, Context> {
  readonly tbs: Tbs;
  readonly context: Context;
}

/** One rule, one file, named after it. */
interface RuleFor<Tbs, Context, Subject> {
  readonly id: string;
  /** The clause that asks for it; what goes beyond the clause is said in words. */
  readonly cite: string;
  readonly applies: (subject: Subject, context: Context) => boolean;
  /**
   * Breaks this rule, and no other but those named in `also`, in something to which it applies: how the tests know that
   * the rule catches what it is for.
   */
  readonly bad: (good: Example<Tbs, Context>) => Example<Tbs | Der, Context>;
  readonly also?: readonly string[];
}

interface CheckingRule<Tbs, Context, Subject> extends RuleFor<Tbs, Context, Subject> {
  /** What is wrong, in a sentence without names or other personal data; undefined when nothing is. */
  readonly check: (subject: Subject, context: Context) => string | undefined;
}

/** Judges the bytes, before they are decoded. */
export type EncodedCertificateRule = CheckingRule<TbsCertificate, CertificateContext, EncodedCertificate>;
/** Judges what the bytes decode to. */
export type CertificateRule = CheckingRule<TbsCertificate, CertificateContext, TbsCertificate>;
/** Judges a CRL's bytes but for its entries, before the extensions are decoded. */
export type EncodedCertListRule = CheckingRule<TbsCertList, CertListContext, EncodedCertList>;
/** Judges a CRL but for its entries. */
export type CertListRule = CheckingRule<TbsCertList, CertListContext, DecodedCertList>;
interface StartingRule<Part> extends RuleFor<TbsCertList, CertListContext, DecodedCertList> {
  /** The check of one pass, with whatever it has to remember. */
  readonly start: (list: DecodedCertList, context: CertListContext) => (part: Part) => string | undefined;
}

/** Judges the serial number and the date of each entry of a CRL. */
export type CertListEntryRule = StartingRule<CertListEntry>;
/** Judges each different crlEntryExtensions of a CRL, once or more. */
export type EntryExtensionsRule = StartingRule<EntryExtensions>;
