import { NoAnswer, Refusal } from '../aws/outcome.ts';
import { Fault } from '../fault.ts';

/**
 * The calls that the key stores on AWS KMS make to it, as plain data. None of them changes anything in KMS, so the
 * clients repeat every request for as long as that may help, with exponential back-off and full jitter. All reject with
 * `Refusal` or `NoAnswer`.
 *
 * Two clients implement them: the AWS SDK's (kms-sdk-calls.ts), and the lean one (kms-lean-calls.ts), which has only
 * `decrypt`.
 */
export interface KmsCalls {
  getPublicKey(input: { readonly KeyId: string }): Promise<{
    readonly KeyId?: string | undefined;
    readonly PublicKey?: Uint8Array | undefined;
    readonly KeySpec?: string | undefined;
    readonly KeyUsage?: string | undefined;
  }>;
  sign(input: {
    readonly KeyId: string;
    readonly SigningAlgorithm: string;
    readonly Message: Uint8Array;
    readonly MessageType: 'RAW' | 'DIGEST' | 'EXTERNAL_MU';
  }): Promise<{ readonly Signature?: Uint8Array | undefined }>;
  decrypt(input: DecryptInput): Promise<{ readonly Plaintext?: Uint8Array | undefined }>;
  generateDataKeyPairWithoutPlaintext(input: {
    readonly KeyId: string;
    readonly KeyPairSpec: string;
    readonly EncryptionContext: Readonly<Record<string, string>>;
  }): Promise<{
    readonly PublicKey?: Uint8Array | undefined;
    readonly PrivateKeyCiphertextBlob?: Uint8Array | undefined;
  }>;
  generateDataKey(input: {
    readonly KeyId: string;
    readonly KeySpec: 'AES_256';
    readonly EncryptionContext: Readonly<Record<string, string>>;
  }): Promise<{
    readonly Plaintext?: Uint8Array | undefined;
    readonly CiphertextBlob?: Uint8Array | undefined;
  }>;
}

export interface DecryptInput {
  readonly KeyId: string;
  readonly CiphertextBlob: Uint8Array;
  readonly EncryptionContext: Readonly<Record<string, string>>;
}

/** KMS needs some seconds to find an RSA key pair. */
export const TIMEOUTS = { connectMs: 1_000, answerMs: 10_000 };

const THROTTLING: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
]);

/** Decides by the name of KMS's error. */
export const isThrottling = (error: unknown): boolean => error instanceof Error && THROTTLING.has(error.name);

/** Whether a repeat may succeed: KMS throttled, had an internal error or gave no answer. */
export const isPassing = (error: unknown): boolean =>
  error instanceof NoAnswer || (error instanceof Refusal && error.status >= 500) || isThrottling(error);

/**
 * Errors for a ciphertext that KMS does not accept as its own: altered, under another key, or with another encryption
 * context.
 */
const DAMAGED: ReadonlySet<string> = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

/**
 * The answer of KMS; faults call the key `key`. Faults: `store-unavailable` where a later attempt may succeed;
 * `key-store-damaged` for the errors of `DAMAGED`; `unknown-key` for every other refusal (no such key, disabled,
 * awaiting deletion, not permitted), which is final, with KMS's own error name in `facts.reason`.
 */
export const answerAbout = async <T>(key: string, answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    throw kmsFault(error, key);
  }
};

const kmsFault = (error: unknown, key: string): unknown => {
  if (!(error instanceof NoAnswer || error instanceof Refusal)) return error;
  const facts = { key, reason: error instanceof NoAnswer ? error.reason : error.name };
  const options = { cause: error };
  if (isPassing(error)) {
    return new Fault(
      'store-unavailable',
      'KMS did not answer, or is asked too much; try again later.',
      facts,
      options,
    );
  }
  if (DAMAGED.has(error.name)) {
    return new Fault(
      'key-store-damaged',
      'KMS does not take the sealed key for one of its own.',
      facts,
      options,
    );
  }
  return new Fault(
    'unknown-key',
    'KMS does not have that key for this caller; look at its state and policy.',
    facts,
    options,
  );
};
