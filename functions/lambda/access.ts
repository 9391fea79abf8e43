import type { AwsAccess } from '../../lib/aws/service.ts';
import { Fault } from '../../lib/fault.ts';
import { clock } from './runtime.ts';

/** What is asked without TLS is an emulator on this machine, which may be slow; adapters' limits are made for AWS. */
const EMULATOR = { connectMs: 30_000, answerMs: 30_000 };

/**
 * How a function asks a service of AWS. A Lambda function has its Region and its role's credentials in its environment
 * and nowhere else. `AWS_ENDPOINT_URL_DYNAMODB` and its like, which the AWS SDKs know as well, put another address in
 * the place of the service's own. Fault: `configuration-invalid`.
 */
export const awsAccess = (service: 'dynamodb' | 'kms' | 's3'): AwsAccess => {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Fault(
      'configuration-invalid',
      'There are no Region and credentials in the environment of the function.',
    );
  }
  const endpoint = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`];
  return {
    region: AWS_REGION,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    },
    ...(endpoint && { endpoint }),
    ...(endpoint?.startsWith('http:') && { limits: EMULATOR }),
    clock,
  };
};
