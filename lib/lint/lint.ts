import type { TbsCertificate } from '../pki/certificate.ts';
import type { TbsCertList } from '../pki/crl.ts';
import type { Der } from '../pki/der.ts';
import type { CertificateContext, CertListContext } from './rule.ts';

/** Bytes that every rule has passed: the only thing that a CA key may be asked to sign. */
export declare class LintedTbs {
  private constructor();
  readonly kind: 'certificate' | 'crl';
  readonly der: Der;
  /** Ids of the rules that applied. */
  readonly rules: readonly string[];
  #brand: true;
}

/**
 * Encodes, decodes again and judges the bytes; or judges bytes that were encoded before (a stored TBS whose signing is
 * being finished). Fault: `lint-failed` with `facts.findings`: `[{ rule, cite, message }]`.
 */
export declare const lintCertificate: (tbs: TbsCertificate | Der, context: CertificateContext) => LintedTbs;

/** The same for a CRL, in one pass over the encoded entries. */
export declare const lintCertList: (tbs: TbsCertList | Der, context: CertListContext) => LintedTbs;
