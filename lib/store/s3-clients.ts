import { S3Client } from '@aws-sdk/client-s3';
import { ATTEMPTS, clientSettings, type SdkAccess, type Timeouts } from '../aws/sdk.ts';

/**
 * S3 through the AWS SDK. The client `repeating` repeats failed requests and `once` does not; otherwise they are alike.
 */
export interface S3Clients {
  readonly repeating: S3Client;
  readonly once: S3Client;
  /** Closes the connections. */
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

/** The settings of an S3 client. */
export const s3Settings = (access: SdkAccess, timeouts: Timeouts) => ({
  ...clientSettings(access, timeouts),
  // With another endpoint, host names that begin with a bucket have neither a certificate nor a DNS entry.
  forcePathStyle: access.endpoint !== undefined,
  // With the header `Expect: 100-continue` the SDK opens a new connection for each large object.
  expectContinueHeader: false,
});
