import type { Der, TbsCertificate, TbsCertList } from '../pki/pki.ts';
import type { CertificateContext, CertListContext, Example } from './contract.ts';
import type {
  CertListEntry,
  DecodedCertList,
  EncodedCertList,
  EntryExtensions,
} from './encoded-cert-list.ts';
import type { EncodedCertificate } from './encoded-certificate.ts';

/** One rule, one file, named after it. */
export interface RuleFor<Tbs, Context, Subject> {
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

export interface CheckingRule<Tbs, Context, Subject> extends RuleFor<Tbs, Context, Subject> {
  /** The fault, in a sentence without names or other personal data; undefined when nothing is. */
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

export interface StartingRule<Part> extends RuleFor<TbsCertList, CertListContext, DecodedCertList> {
  /** The check of one pass, with whatever it has to remember. */
  readonly start: (list: DecodedCertList, context: CertListContext) => (part: Part) => string | undefined;
}

/** Judges the serial number and the date of each entry of a CRL. */
export type CertListEntryRule = StartingRule<CertListEntry>;

/** Judges each different crlEntryExtensions of a CRL, once or more. */
export type EntryExtensionsRule = StartingRule<EntryExtensions>;
