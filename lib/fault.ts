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
  'unknown-key',
  'wrong-passphrase',
  'key-store-damaged',
  // Stores
  'condition-failed',
  'value-too-large',
  'cursor-invalid',
  'store-unavailable',
  'store-locked',
  'store-request-invalid',
  'format-unsupported',
  // Configuration
  'configuration-invalid',
  'trust-domain-invalid',
  'trust-domain-changed',
  'amendment-invalid',
  'amendment-pending',
  'amendment-closed',
  'unknown-amendment',
  'amendment-not-recorded',
  // The authority
  'unknown-authority',
  'unknown-profile',
  'unknown-certificate',
  'lint-failed',
  'authority-expired',
  'authority-not-ready',
  'authority-unreadable',
  'hold-not-allowed',
  'hold-not-releasable',
  'not-on-hold',
  'already-revoked',
  'confirmation-differs',
  'nothing-awaited',
  'consent-not-recorded',
  'issuance-not-recorded',
  'signed-bytes-differ',
  // Registration
  'unknown-request',
  'invalid-field',
  'proof-of-possession-failed',
  'duplicate-key',
  'profile-not-allowed',
  'key-algorithm-not-allowed',
  'wrong-state',
  'same-person',
  'approval-not-recorded',
  'idempotency-key-invalid',
  'idempotency-key-reused',
  'not-issued',
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
  'unknown-report',
  'unknown-disclosure',
  'disclosure-closed',
  'malformed-cdn-log',
  // The log
  'malformed-note',
  'malformed-checkpoint',
  'malformed-tile',
  'malformed-proof',
  'proof-invalid',
  'log-inconsistent',
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
  'forbidden',
  'unknown-route',
  'method-not-allowed',
  'unsupported-media-type',
  'body-too-large',
  'transfer-coding-unknown',
  'body-timeout',
  'too-many-requests',
  'shutting-down',
  'internal',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** Facts that a caller may see and act on: paths, limits, ids. Never a secret, never personal data. */
export type FaultFacts = Readonly<Record<string, unknown>>;

export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  readonly facts: FaultFacts;

  /** `message` is one English sentence. It says what is wrong and, where something helps, what to do. */
  constructor(code: FaultCode, message: string, facts: FaultFacts = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.facts = facts;
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
