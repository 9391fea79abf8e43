import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { asked, type SdkAccess } from '../aws/sdk.ts';
import { ADDRESS_SECONDS } from './contract.ts';
import { s3Settings } from './s3-clients.ts';

/** Presigned URLs of single objects in a bucket, valid for `ADDRESS_SECONDS`. Making one sends no request to S3. */
export const openAddresses = (bucket: string, access: SdkAccess): ((key: string) => Promise<string>) => {
  const s3 = new S3Client(s3Settings(access, NOTHING_IS_SENT));
  return (key) =>
    asked(
      getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: ADDRESS_SECONDS }),
    );
};

const NOTHING_IS_SENT = { connectMs: 0, answerMs: 0 };
