import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import { Fault } from '../fault.ts';

/** How both key stores on AWS KMS call it. */

export interface KmsOptions {
  /** The SDK's configuration: region, endpoint, credentials. Attempts and time limits are set here. */
  readonly client: KMSClientConfig;
  /** Told of every request that KMS throttled, those that a later attempt made good included. */
  readonly onThrottled?: () => void;
}

/**
 * Nothing that is asked of KMS here changes anything in it, so every request may be repeated: the SDK does it, with
 * exponential backoff and full jitter, five attempts in all. An RSA pair takes KMS some seconds to find.
 */
export const openKmsClient = ({ client, onThrottled }: KmsOptions): KMSClient => {
  const kms = new KMSClient({
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    ...client,
    maxAttempts: 5,
    retryMode: 'standard',
  });
  if (onThrottled !== undefined) {
    kms.middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (isThrottling(error)) onThrottled();
          throw error;
        }
      },
      // The lowest place of this step is inside the retries, so that each attempt passes here.
      { name: 'tellThrottled', step: 'finalizeRequest', priority: 'low' },
    );
  }
  return kms;
};

const THROTTLING: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
]);

const isThrottling = (error: unknown): boolean => error instanceof Error && THROTTLING.has(error.name);

const statusOf = (error: Error): number | undefined => {
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
};

/** Ciphertext that KMS does not take for its own: altered, under another key, or with another encryption context. */
const DAMAGED: ReadonlySet<string> = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

/**
 * What KMS or the way to it threw, as a Fault. `store-unavailable`: it throttles, failed by itself or gave no answer,
 * so asking again later is right. `key-store-damaged`: see above. Every other refusal (no such key, disabled, awaiting
 * deletion, not permitted) is final: `unknown-key`, with KMS's own word for it in `facts.reason`.
 */
export const kmsFault = (error: unknown, key: string): Fault => {
  if (Fault.is(error)) return error;
  const reason = error instanceof Error ? error.name : typeof error;
  const status = error instanceof Error ? statusOf(error) : undefined;
  const facts = { key, reason };
  if (status === undefined || status >= 500 || isThrottling(error)) {
    return new Fault(
      'store-unavailable',
      'KMS did not answer, or is asked too much; try again later.',
      facts,
      {
        cause: error,
      },
    );
  }
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
