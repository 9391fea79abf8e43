import { backOff } from '../aws/back-off.ts';
import { openJsonService } from '../aws/json-service.ts';
import { NoAnswer, Refusal } from '../aws/outcome.ts';
import type { AwsAccess } from '../aws/service.ts';
import { Fault } from '../fault.ts';
import type { Random } from '../ports.ts';

/** How both key stores on AWS KMS call it. */

export interface KmsOptions {
  readonly access: AwsAccess;
  readonly random: Random;
  /** Told of every request that KMS throttled, those that a later attempt made good included. */
  readonly onThrottled?: () => void;
}

/** What is used of KMS. Bytes are base64. */
interface Kms {
  readonly GetPublicKey: {
    readonly input: { readonly KeyId: string };
    readonly output: {
      readonly KeyId?: string;
      readonly PublicKey?: string;
      readonly KeySpec?: string;
      readonly KeyUsage?: string;
    };
  };
  readonly Sign: {
    readonly input: {
      readonly KeyId: string;
      readonly SigningAlgorithm: string;
      readonly Message: string;
      readonly MessageType: 'RAW' | 'DIGEST' | 'EXTERNAL_MU';
    };
    readonly output: { readonly Signature?: string };
  };
  readonly Decrypt: {
    readonly input: {
      readonly KeyId: string;
      readonly CiphertextBlob: string;
      readonly EncryptionContext: Readonly<Record<string, string>>;
    };
    readonly output: { readonly Plaintext?: string };
  };
  readonly GenerateDataKeyPairWithoutPlaintext: {
    readonly input: {
      readonly KeyId: string;
      readonly KeyPairSpec: string;
      readonly EncryptionContext: Readonly<Record<string, string>>;
    };
    readonly output: { readonly PublicKey?: string; readonly PrivateKeyCiphertextBlob?: string };
  };
}

/** An RSA pair takes KMS some seconds to find. */
const LIMITS = { connectMs: 1_000, answerMs: 10_000, maxBytes: 256 * 1024 };

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
const FIRST_PAUSE_WHEN_THROTTLED_MS = 500;

/**
 * Nothing that is asked of KMS here changes anything in it, so every request may be repeated: with exponential backoff
 * and full jitter, five attempts in all. `key` is what a Fault calls the key.
 */
export interface KmsClient {
  call<K extends keyof Kms>(key: string, operation: K, input: Kms[K]['input']): Promise<Kms[K]['output']>;
}

export const openKmsClient = ({ access, random, onThrottled }: KmsOptions): KmsClient => {
  const kms = openJsonService<Kms>(
    { service: 'kms', target: 'TrentService', version: '1.1' },
    access,
    LIMITS,
  );
  return {
    call: async (key, operation, input) => {
      for (let n = 0; ; n++) {
        try {
          return await kms.call(operation, input);
        } catch (error) {
          const throttled = isThrottling(error);
          if (throttled) onThrottled?.();
          if (n === ATTEMPTS - 1 || !isPassing(error)) throw kmsFault(error, key);
          await backOff(random, throttled ? FIRST_PAUSE_WHEN_THROTTLED_MS : FIRST_PAUSE_MS, n);
        }
      }
    },
  };
};

const THROTTLING: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
]);

const isThrottling = (error: unknown): boolean => error instanceof Refusal && THROTTLING.has(error.name);

const isPassing = (error: unknown): boolean =>
  error instanceof NoAnswer || (error instanceof Refusal && error.status >= 500) || isThrottling(error);

/** Ciphertext that KMS does not take for its own: altered, under another key, or with another encryption context. */
const DAMAGED: ReadonlySet<string> = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

/**
 * What KMS or the way to it gave, as a Fault. `store-unavailable`: it throttles, failed by itself or gave no answer,
 * so asking again later is right. `key-store-damaged`: see above. Every other refusal (no such key, disabled, awaiting
 * deletion, not permitted) is final: `unknown-key`, with KMS's own word for it in `facts.reason`.
 */
const kmsFault = (error: unknown, key: string): unknown => {
  if (error instanceof NoAnswer) return unavailable(error, { key, reason: error.reason });
  if (!(error instanceof Refusal)) return error;
  const reason = error.name;
  const facts = { key, reason };
  if (isPassing(error)) return unavailable(error, facts);
  if (DAMAGED.has(reason)) {
    return new Fault('key-store-damaged', 'KMS does not take the sealed key for one of its own.', facts, {
      cause: error,
    });
  }
  return new Fault(
    'unknown-key',
    'KMS does not have that key for this caller; look at its state and policy.',
    facts,
    {
      cause: error,
    },
  );
};

const unavailable = (cause: unknown, facts: Readonly<Record<string, string>>): Fault =>
  new Fault('store-unavailable', 'KMS did not answer, or is asked too much; try again later.', facts, {
    cause,
  });
