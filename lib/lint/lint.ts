import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault, phrase } from '../fault.ts';
import {
  type Der,
  decodeTbsCertificate,
  encodeTbsCertificate,
  encodeTbsCertList,
  type TbsCertificate,
  type TbsCertListDraft,
} from '../pki/pki.ts';
import {
  CERT_LIST_ENTRY_RULES,
  CERT_LIST_RULES,
  ENCODED_CERT_LIST_RULES,
  ENTRY_EXTENSIONS_RULES,
} from './cert-list-rules.ts';
import { CERTIFICATE_RULES, ENCODED_CERTIFICATE_RULES } from './certificate-rules.ts';
import type { CertificateContext, CertListContext, Finding } from './contract.ts';
import { type DecodedCertList, readEncodedCertList, visitEntries } from './encoded-cert-list.ts';
import { readEncodedCertificate } from './encoded-certificate.ts';

export type { CertificateContext, PublicKeyKind } from './contract.ts';
export { PUBLIC_KEY_KINDS } from './public-key.ts';
export { findUnshown } from './visible-text.ts';

const MINT = Symbol('lint');

/** The class sets this once: nothing else can reach its constructor. */
let make: (kind: LintedTbs['kind'], der: Der, rules: readonly string[]) => LintedTbs;

/**
 * Bytes that have passed every rule. A CA key signs nothing else, and only this file can make one. Do not write to its
 * bytes.
 */
export class LintedTbs {
  readonly #linted = true;
  readonly kind: 'certificate' | 'crl';
  readonly der: Der;
  /** Ids of the rules that applied. */
  readonly rules: readonly string[];

  private constructor(mint: typeof MINT, kind: LintedTbs['kind'], der: Der, rules: readonly string[]) {
    if (mint !== MINT) throw new Fault('lint-failed', 'Only linting makes a LintedTbs.', { findings: [] });
    this.kind = kind;
    this.der = der;
    this.rules = Object.freeze([...rules]);
    Object.freeze(this);
  }

  static #make(kind: LintedTbs['kind'], der: Der, rules: readonly string[]): LintedTbs {
    return new LintedTbs(MINT, kind, der, rules);
  }

  /** True for values that linting made, false for values that only look like them. */
  static is(value: unknown): value is LintedTbs {
    return typeof value === 'object' && value !== null && #linted in value && value.#linted;
  }

  static {
    make = LintedTbs.#make;
  }
}

/**
 * The decoders check the encoding, so that no rule has to. Bytes that they take are the only encoding of their value.
 */
export const STRICT_ENCODING = {
  id: 'strict-encoding',
  cite: 'X.690 10, 11; RFC 5280 4.1, 5.1',
} as const;

const refuse = (kind: LintedTbs['kind'], findings: readonly Finding[]): Fault => {
  const rules = [...new Set(findings.map(({ rule }) => rule))].join(', ');
  return new Fault(
    'lint-failed',
    kind === 'crl'
      ? phrase`The CRL breaks rules and is not signed: ${rules}.`
      : phrase`The certificate breaks rules and is not signed: ${rules}.`,
    { findings },
  );
};

const finding = (rule: { readonly id: string; readonly cite: string }, message: string): Finding => ({
  rule: rule.id,
  cite: rule.cite,
  message,
});

/** Runs a table of rules once, and adds the ids of the rules that applied to `applied`. */
const judge = <Subject, Context>(
  rules: readonly {
    readonly id: string;
    readonly cite: string;
    readonly applies: (subject: Subject, context: Context) => boolean;
    readonly check: (subject: Subject, context: Context) => string | undefined;
  }[],
  subject: Subject,
  context: Context,
  applied: string[],
): readonly Finding[] =>
  rules.flatMap((rule) => {
    if (!rule.applies(subject, context)) return [];
    applied.push(rule.id);
    const message = rule.check(subject, context);
    return message === undefined ? [] : [finding(rule, message)];
  });

/** Bytes and values that cannot be read or written as DER become a finding too. */
const asFinding = (kind: LintedTbs['kind'], error: unknown): unknown =>
  Fault.is(error) && error.code !== 'lint-failed'
    ? refuse(kind, [finding(STRICT_ENCODING, error.message)])
    : error;

const isDer = (tbs: object): tbs is Der => tbs instanceof Uint8Array;

/**
 * Encodes the value, decodes the bytes and judges them; or judges bytes that were encoded before (a stored TBS that an
 * interrupted run did not sign). Fault: `lint-failed` with `facts.findings`: `[{ rule, cite, message }]`.
 */
export const lintCertificate = (tbs: TbsCertificate | Der, context: CertificateContext): LintedTbs => {
  try {
    return judgeCertificate(tbs, context);
  } catch (error) {
    throw asFinding('certificate', error);
  }
};

const judgeCertificate = (tbs: TbsCertificate | Der, context: CertificateContext): LintedTbs => {
  const der = isDer(tbs) ? tbs : encodeTbsCertificate(tbs);
  const applied: string[] = [STRICT_ENCODING.id];
  const early = judge(ENCODED_CERTIFICATE_RULES, readEncodedCertificate(der), context, applied);
  if (early.length > 0) throw refuse('certificate', early);
  const decoded = decodeTbsCertificate(der);
  const findings = judge(CERTIFICATE_RULES, decoded, context, applied);
  if (findings.length > 0) throw refuse('certificate', findings);
  return make('certificate', der, applied);
};

/** The checks of one pass over a CRL. A rule keeps its first finding and checks nothing after it. */
const watch = <Part>(
  rules: readonly {
    readonly id: string;
    readonly cite: string;
    readonly applies: (list: DecodedCertList, context: CertListContext) => boolean;
    readonly start: (list: DecodedCertList, context: CertListContext) => (part: Part) => string | undefined;
  }[],
  list: DecodedCertList,
  context: CertListContext,
  applied: string[],
  findings: Finding[],
): ((part: Part) => void) => {
  const applying = rules.filter((rule) => rule.applies(list, context));
  applied.push(...applying.map(({ id }) => id));
  let watching = applying.map((rule) => ({ rule, check: rule.start(list, context) }));
  return (part) => {
    for (const { rule, check } of watching) {
      const message = check(part);
      if (message === undefined) continue;
      findings.push(finding(rule, message));
      watching = watching.filter((other) => other.rule !== rule);
    }
  };
};

/**
 * The same for a CRL, in one pass over the encoded entries. It yields to the event loop between batches, because a
 * national list takes a while and OCSP answers must not wait for it. Do not write to the bytes meanwhile.
 */
export const lintCertList = async (
  tbs: TbsCertListDraft | Der,
  context: CertListContext,
): Promise<LintedTbs> => {
  try {
    return await judgeCertList(tbs, context);
  } catch (error) {
    throw asFinding('crl', error);
  }
};

const judgeCertList = async (tbs: TbsCertListDraft | Der, context: CertListContext): Promise<LintedTbs> => {
  const der = isDer(tbs) ? tbs : encodeTbsCertList(tbs);
  const applied: string[] = [STRICT_ENCODING.id];
  const { list, decode } = readEncodedCertList(der);
  const early = judge(ENCODED_CERT_LIST_RULES, list, context, applied);
  if (early.length > 0) throw refuse('crl', early);
  const decoded = decode();
  const findings = [...judge(CERT_LIST_RULES, decoded, context, applied)];
  const visit = visitEntries(
    decoded.revokedCertificates ?? new Uint8Array(),
    watch(CERT_LIST_ENTRY_RULES, decoded, context, applied, findings),
    watch(ENTRY_EXTENSIONS_RULES, decoded, context, applied, findings),
  );
  for (const _ of visit) await nextTurn();
  if (findings.length > 0) throw refuse('crl', findings);
  return make('crl', der, applied);
};
