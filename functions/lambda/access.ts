import type { SdkAccess } from '../../lib/aws/sdk.ts';
import type { AwsAccess } from '../../lib/aws/service.ts';
import { Fault } from '../../lib/fault.ts';
import { clock } from './runtime.ts';

type ServiceName = 'cognito_identity_provider' | 'dynamodb' | 'kms' | 's3' | 'secrets_manager' | 'sqs';

/** A service without TLS is an emulator on this machine, which may be slow. The adapters' own limits fit AWS. */
const EMULATOR = { connectMs: 30_000, answerMs: 30_000 };

/**
 * How a function calls AWS by the SDK. The SDK finds the Region, the credentials and FIPS endpoints by itself. The
 * endpoint (`AWS_ENDPOINT_URL_DYNAMODB` and the like) is read here, because time limits and addressing depend on it too.
 */
export const sdkAccess = (service: ServiceName): SdkAccess => endpointOf(service);

/**
 * How the OCSP function calls AWS: without the SDK, because a relying party waits while it loads. Lambda puts the Region
 * and the role's credentials into the environment. Fault: `configuration-invalid`.
 */
export const leanAccess = (service: ServiceName): AwsAccess => {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Fault(
      'configuration-invalid',
      'The environment of the function has no Region or no credentials.',
    );
  }
  return {
    region: AWS_REGION,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    },
    ...endpointOf(service),
    clock,
  };
};

const endpointOf = (service: ServiceName): Pick<SdkAccess, 'endpoint' | 'limits'> => {
  const endpoint = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? process.env.AWS_ENDPOINT_URL;
  if (!endpoint) return {};
  return { endpoint, ...(endpoint.startsWith('http:') && { limits: EMULATOR }) };
};
