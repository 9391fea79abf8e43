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
  /** The clause that asks for the rule. Where the rule goes beyond the clause, words say so. */
  readonly cite: string;
  readonly applies: (subject: Subject, context: Context) => boolean;
  /**
   * Makes a bad example of a good one to which the rule applies. The bad example breaks this rule, and no others except
   * those in `also`. The tests use it to see that the rule catches its defect.
   */
  readonly bad: (good: Example<Tbs, Context>) => Example<Tbs | Der, Context>;
  readonly also?: readonly string[];
}

export interface CheckingRule<Tbs, Context, Subject> extends RuleFor<Tbs, Context, Subject> {
  /** The defect, in a sentence without names or other personal data. Undefined where there is none. */
  readonly check: (subject: Subject, context: Context) => string | undefined;
}

/** Judges the bytes, before they are decoded. */
export type EncodedCertificateRule = CheckingRule<TbsCertificate, CertificateContext, EncodedCertificate>;

/** Judges the decoded value. */
export type CertificateRule = CheckingRule<TbsCertificate, CertificateContext, TbsCertificate>;

/** Judges a CRL's bytes before the extensions are decoded. It does not see the entries. */
export type EncodedCertListRule = CheckingRule<TbsCertList, CertListContext, EncodedCertList>;

/** Judges a decoded CRL without its entries. */
export type CertListRule = CheckingRule<TbsCertList, CertListContext, DecodedCertList>;

export interface StartingRule<Part> extends RuleFor<TbsCertList, CertListContext, DecodedCertList> {
  /** Starts a pass and returns its check, which may remember earlier parts. */
  readonly start: (list: DecodedCertList, context: CertListContext) => (part: Part) => string | undefined;
}

/** Judges the serial number and the date of each entry of a CRL. */
export type CertListEntryRule = StartingRule<CertListEntry>;

/** Judges each different crlEntryExtensions of a CRL, at least once. */
export type EntryExtensionsRule = StartingRule<EntryExtensions>;
