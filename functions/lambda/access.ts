import type { AwsAccess } from '../../lib/aws/service.ts';
import { Fault } from '../../lib/fault.ts';
import { clock } from './runtime.ts';

/** A service without TLS is an emulator on this machine, which may be slow. The adapters' own limits fit AWS. */
const EMULATOR = { connectMs: 30_000, answerMs: 30_000 };

/**
 * How a function calls a service of AWS. Lambda puts the Region and the role's credentials into the environment.
 * `AWS_ENDPOINT_URL_DYNAMODB` and the like, which the AWS SDKs read too, replace the service's address. Fault:
 * `configuration-invalid`.
 */
export const awsAccess = (service: 'dynamodb' | 'kms' | 's3'): AwsAccess => {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Fault(
      'configuration-invalid',
      'The environment of the function has no Region or no credentials.',
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
