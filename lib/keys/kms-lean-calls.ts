import { backOff } from '../aws/back-off.ts';
import { openJsonService } from '../aws/json-service.ts';
import type { AwsAccess } from '../aws/service.ts';
import type { Random } from '../ports.ts';
import { isPassing, isThrottling, type KmsCalls, TIMEOUTS } from './kms-calls.ts';

const MAX_BYTES = 256 * 1024;

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
const FIRST_PAUSE_WHEN_THROTTLED_MS = 500;

/** Bytes are base64. */
interface Operations {
  readonly Decrypt: {
    readonly input: {
      readonly KeyId: string;
      readonly CiphertextBlob: string;
      readonly EncryptionContext: Readonly<Record<string, string>>;
    };
    readonly output: { readonly Plaintext?: string };
  };
}

/**
 * Opens sealed keys through the small client of lib/aws, for the OCSP function: relying parties wait while that
 * function starts.
 */
export const openKmsLeanCalls = (options: {
  readonly access: AwsAccess;
  readonly random: Random;
  /** Called for every request that KMS throttled, even if a later attempt succeeded. */
  readonly onThrottled?: () => void;
}): Pick<KmsCalls, 'decrypt'> => {
  const kms = openJsonService<Operations>(
    { service: 'kms', target: 'TrentService', version: '1.1' },
    options.access,
    { ...TIMEOUTS, maxBytes: MAX_BYTES },
  );
  return {
    decrypt: async ({ CiphertextBlob, ...input }) => {
      const sealed = Buffer.from(CiphertextBlob).toString('base64');
      for (let n = 0; ; n++) {
        try {
          const { Plaintext } = await kms.call('Decrypt', { ...input, CiphertextBlob: sealed });
          return Plaintext === undefined ? {} : { Plaintext: Buffer.from(Plaintext, 'base64') };
        } catch (error) {
          const throttled = isThrottling(error);
          if (throttled) options.onThrottled?.();
          if (n === ATTEMPTS - 1 || !isPassing(error)) throw error;
          await backOff(options.random, throttled ? FIRST_PAUSE_WHEN_THROTTLED_MS : FIRST_PAUSE_MS, n);
        }
      }
    },
  };
};
