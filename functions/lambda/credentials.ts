/**
 * What the bundles have in place of `@aws-sdk/credential-provider-node` (infra/bundle.ts). A Lambda function has its
 * role's credentials in its environment. The SDK's other providers (profiles, SSO, web identity, the metadata of
 * instances), with the clients of their own, would be a tenth of what a function has to load.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
