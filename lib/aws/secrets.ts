import { openJsonService } from './json-service.ts';
import type { AwsAccess } from './service.ts';

/** The reader of secrets in AWS Secrets Manager. */
export interface Secrets {
  /** The text of a secret, by its name or ARN. Rejects with `Refusal` or `NoAnswer`. Fault: `store-unavailable`. */
  read(id: string): Promise<string>;
}

/** A caller waits meanwhile. */
const LIMITS = { connectMs: 1_000, answerMs: 2_000, maxBytes: 64 * 1024 };

interface Operations {
  readonly GetSecretValue: {
    readonly input: { readonly SecretId: string };
    readonly output: { readonly SecretString?: string };
  };
}

/** Reads secrets without the SDK: the OCSP function does so while a relying party waits. */
export const openSecrets = (access: AwsAccess): Secrets => {
  const service = openJsonService<Operations>(
    { service: 'secretsmanager', target: 'secretsmanager', version: '1.1' },
    access,
    LIMITS,
  );
  return {
    read: async (SecretId) => (await service.call('GetSecretValue', { SecretId })).SecretString ?? '',
  };
};
