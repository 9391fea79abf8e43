/**
 * The one error family. Every refusal that this service makes is a `Fault` with a stable code; the edges
 * (functions/, cli/) turn codes into HTTP problem documents (RFC 9457), OCSP error statuses (RFC 6960 2.3)
 * and exit codes. Codes are public: never rename one, never reuse one. This file imports nothing.
 */
export const FAULT_CODES = [
  // Bytes that are not what they claim to be
  'malformed-der',
  'trailing-data',
  'input-too-large',
  'malformed-pem',
  'malformed-certificate',
  'malformed-csr',
  'malformed-crl',
  'malformed-key-list',
  'malformed-ocsp-request',
  'malformed-ocsp-response',
  'unsupported-version',
  'unknown-critical-extension',
  'malformed-serial',
  'malformed-name',
  // Keys and signatures
  'unsupported-algorithm',
  'signature-invalid',
  'weak-key',
  'compromised-key',
  'unknown-key',
  'wrong-passphrase',
  'key-store-damaged',
  'data-key-damaged',
  'data-key-missing',
  'data-key-destroyed',
  // Personal data
  'personal-data-damaged',
  'personal-data-ended',
  'legal-hold',
  // Stores
  'condition-failed',
  'value-too-large',
  'cursor-invalid',
  'store-unavailable',
  'store-locked',
  'store-request-invalid',
  'format-unsupported',
  'backup-refused',
  'backup-damaged',
  // Configuration
  'configuration-invalid',
  'trust-domain-invalid',
  'trust-domain-changed',
  'amendment-invalid',
  'amendment-pending',
  'amendment-closed',
  'unknown-amendment',
  'amendment-not-recorded',
  'amendment-lapsed',
  'address-changed',
  // The authority
  'unknown-authority',
  'unknown-profile',
  'unknown-certificate',
  'lint-failed',
  'authority-expired',
  'authority-not-ready',
  'authority-revoked',
  'authority-suspended',
  'authority-stopped',
  'authority-unreadable',
  'hold-not-allowed',
  'hold-not-releasable',
  'not-on-hold',
  'already-revoked',
  'reason-not-allowed',
  'confirmation-differs',
  'nothing-awaited',
  'key-list-unchanged',
  'nothing-to-correct',
  'issuance-not-recorded',
  'issuance-not-rebuilt',
  'issuance-rows-lost',
  'signed-bytes-differ',
  // Registration
  'unknown-request',
  'unknown-batch',
  'unknown-row',
  'part-differs',
  'sample-not-opened',
  'invalid-field',
  'proof-of-possession-failed',
  'duplicate-key',
  'profile-not-allowed',
  'key-algorithm-not-allowed',
  'wrong-state',
  'same-person',
  'approval-not-recorded',
  'submission-not-recorded',
  'idempotency-key-invalid',
  'idempotency-key-reused',
  'not-issued',
  // Enrolment
  'unknown-principal',
  'not-in-force',
  'invitation-invalid',
  'invitation-expired',
  'invitation-opened',
  'fingerprint-differs',
  // Status
  'unauthorized-issuer',
  'signature-required',
  'requestor-unauthorized',
  'try-later',
  'unknown-crl',
  'clock-behind',
  // Ledger
  'record-invalid',
  'unknown-record',
  'record-expired',
  'purpose-not-declared',
  'unknown-recipient',
  'unknown-actor',
  'unknown-holder',
  'unknown-office',
  'unknown-purpose',
  'unknown-report',
  'unknown-disclosure',
  'disclosure-closed',
  'already-extended',
  'malformed-cdn-log',
  // Signed acts
  'act-not-proven',
  'act-object-invalid',
  // The log
  'malformed-note',
  'malformed-checkpoint',
  'malformed-tile',
  'malformed-proof',
  'proof-invalid',
  'log-inconsistent',
  'table-behind',
  'table-not-behind',
  'tile-missing',
  'unknown-tile',
  'witness-refused',
  // Edges
  'invalid-input',
  'unauthenticated',
  'token-invalid',
  'token-expired',
  'client-certificate-invalid',
  'client-certificate-revoked',
  'client-certificate-expired',
  'tls-required',
  'not-through-cdn',
  'forbidden',
  'unknown-route',
  'method-not-allowed',
  'unsupported-media-type',
  'body-too-large',
  'transfer-coding-unknown',
  'body-timeout',
  'foreign-origin',
  'rate-exceeded',
  'storage-low',
  'too-many-requests',
  'shutting-down',
  'internal',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** Facts that a caller may see and act on: paths, limits, ids. Never a secret, never personal data. */
export type FaultFacts = Readonly<Record<string, unknown>>;

/** The texts of one language other than English (lib/messages/). */
export interface Messages {
  readonly language: keyof Bilingual;
  /** The text for an English template, with the same places; undefined where there is none. */
  of(template: string): string | undefined;
  /** The text for what a schema refused. */
  ofIssue(issue: SchemaIssue): string;
}

/** A problem that zod found in an input. */
export interface SchemaIssue {
  readonly message: string;
}

/** A text with a translation of its own is said in the language of the phrase: a field's label, a title. */
export interface Bilingual {
  readonly ja: string;
  readonly en: string;
}

type Value = string | number | bigint | Phrase | Bilingual;

/**
 * A text in English, a sentence or a term in one, that can be said in other languages. The English template is its name
 * in the files of the languages, with the places of its values numbered: `The request is {0}; this takes one that is {1}.`
 */
export class Phrase {
  readonly template: string;
  readonly values: readonly Value[];

  constructor(template: string, values: readonly Value[] = []) {
    this.template = template;
    this.values = values;
  }

  /** English. */
  toString(): string {
    return fill(
      this.template,
      this.values.map((value) => (isBilingual(value) ? value.en : String(value))),
    );
  }

  toJSON(): string {
    return this.toString();
  }

  in(messages: Messages): string {
    const values = this.values.map((value) => {
      if (value instanceof Phrase) return value.in(messages);
      return isBilingual(value) ? value[messages.language] : String(value);
    });
    return fill(messages.of(this.template) ?? this.template, values);
  }
}

const isBilingual = (value: Value): value is Bilingual =>
  typeof value === 'object' && !(value instanceof Phrase);

/** One pass: a place that stands in a value stays as it is. */
const fill = (template: string, values: readonly string[]): string =>
  template.replace(/\{(\d+)\}/g, (place, index) => values[Number(index)] ?? place);

/** The tag of templates that make a `Phrase`. A value that is a phrase is said in the same language. */
export const phrase = (texts: TemplateStringsArray, ...values: readonly Value[]): Phrase =>
  new Phrase(
    texts.reduce((template, text, index) => `${template}{${index - 1}}${text}`),
    values,
  );

/** Phrases in a row. */
export const joined = (phrases: readonly Phrase[], between: ' ' | ', ' | '\n'): Phrase =>
  new Phrase(phrases.map((_, index) => `{${index}}`).join(between), phrases);

/** What a schema says of an input. The issue may hold that input, so it is shown nowhere. */
export class SchemaPhrase extends Phrase {
  readonly #issue: SchemaIssue;

  constructor(issue: SchemaIssue) {
    super('{0}', [issue.message]);
    this.#issue = issue;
  }

  override in(messages: Messages): string {
    return messages.ofIssue(this.#issue);
  }
}

export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly facts: FaultFacts;
  /** The message, as it can be said in other languages. */
  readonly phrase: Phrase;

  /** `message` is one English sentence. It says what is wrong and, where something helps, what to do. */
  constructor(
    code: FaultCode,
    message: string | Phrase,
    facts: FaultFacts = {},
    options?: { cause?: unknown },
  ) {
    super(String(message), options);
    this.code = code;
    this.facts = facts;
    this.phrase = typeof message === 'string' ? new Phrase(message) : message;
  }

  static is(error: unknown, code?: FaultCode): error is Fault {
    return error instanceof Fault && (code === undefined || error.code === code);
  }
}

/** Whether a conditional write was stored: false where its condition did not hold, because another write came first. */
export const wentThrough = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (Fault.is(error, 'condition-failed')) return false;
    throw error;
  }
};
