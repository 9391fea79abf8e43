/**
 * The bundles have this in place of `@aws-sdk/credential-provider-node` (infra/bundle.ts). A Lambda function has its
 * role's credentials in its environment. The SDK's other providers (profiles, SSO, web identity, the metadata of
 * instances) and their clients would be a tenth of the code that a function loads.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
