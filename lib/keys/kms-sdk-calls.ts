import {
  DecryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  type GenerateDataKeyPairWithoutPlaintextCommandInput,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  type SignCommandInput,
} from '@aws-sdk/client-kms';
import { ATTEMPTS, asked, clientSettings, refuseDamaged, type SdkAccess } from '../aws/sdk.ts';
import { isThrottling, type KmsCalls, TIMEOUTS } from './kms-calls.ts';

/** KMS through the AWS SDK, which repeats failed requests by itself. */
export const openKmsSdkCalls = (options: {
  readonly access: SdkAccess;
  /** Called for every request that KMS throttled, even if a later attempt succeeded. */
  readonly onThrottled?: () => void;
}): KmsCalls => {
  const kms = new KMSClient({ ...clientSettings(options.access, TIMEOUTS), maxAttempts: ATTEMPTS });
  kms.middlewareStack.add(refuseDamaged, { step: 'deserialize', priority: 'low', name: 'refuseDamaged' });
  // At this place of the SDK's stack, within its retries, the middleware sees each attempt.
  kms.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        if (isThrottling(error)) options.onThrottled?.();
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'countThrottling' },
  );
  return {
    getPublicKey: (input) => asked(kms.send(new GetPublicKeyCommand(input))),
    sign: (input) => asked(kms.send(new SignCommand(input as SignCommandInput))),
    decrypt: (input) => asked(kms.send(new DecryptCommand(input))),
    generateDataKey: (input) => asked(kms.send(new GenerateDataKeyCommand(input))),
    generateDataKeyPairWithoutPlaintext: (input) =>
      asked(
        kms.send(
          new GenerateDataKeyPairWithoutPlaintextCommand(
            input as GenerateDataKeyPairWithoutPlaintextCommandInput,
          ),
        ),
      ),
  };
};
