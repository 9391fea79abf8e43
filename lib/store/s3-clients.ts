import { S3Client } from '@aws-sdk/client-s3';
import { ATTEMPTS, clientSettings, type SdkAccess, type Timeouts } from '../aws/sdk.ts';

/**
 * S3 by the AWS SDK. The two clients differ in one thing: what `repeating` sends and fails, the SDK sends again; what
 * `once` sends and fails, it does not.
 */
export interface S3Clients {
  readonly repeating: S3Client;
  readonly once: S3Client;
  /** Lets go of the connections. */
  close(): void;
}

export const openS3Clients = (access: SdkAccess, timeouts: Timeouts): S3Clients => {
  const settings = s3Settings(access, timeouts);
  const repeating = new S3Client({ ...settings, maxAttempts: ATTEMPTS });
  const { requestHandler } = repeating.config;
  const once = new S3Client({ ...settings, requestHandler, maxAttempts: 1 });
  return {
    repeating,
    once,
    close: () => {
      repeating.destroy();
      once.destroy();
    },
  };
};

/** The settings of a client of S3. */
export const s3Settings = (access: SdkAccess, timeouts: Timeouts) => ({
  ...clientSettings(access, timeouts),
  // An endpoint of another name has neither a certificate nor an address for host names that begin with a bucket.
  forcePathStyle: access.endpoint !== undefined,
  // With the header `Expect: 100-continue` the SDK opens a new connection for each large object.
  expectContinueHeader: false,
});
