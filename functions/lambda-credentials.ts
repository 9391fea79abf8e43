import { Fault } from '../lib/fault.ts';

/**
 * Takes the place of the SDK's chain of credential providers in the bundles (infra/bundle.ts): a Lambda function has its
 * role's credentials in its environment and nowhere else, and the other places that the chain knows are as much code
 * as a service's whole client.
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
    throw new Fault('configuration-invalid', 'There are no credentials in the environment of the function.');
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
  };
};
