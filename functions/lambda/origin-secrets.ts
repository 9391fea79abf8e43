import { openSecrets } from '../../lib/aws/secrets.ts';
import { OriginEnv, readFunctionEnv } from '../../lib/env.ts';
import { leanAccess } from './access.ts';
import { clock } from './runtime.ts';
import type { OriginSecrets } from './through-cdn.ts';

/** The CDN's secrets in Secrets Manager: those of this deployment, the one before and the one after it. Fault: `configuration-invalid`. */
export const originSecrets = (): OriginSecrets => {
  const { ORIGIN_SECRETS } = readFunctionEnv(OriginEnv, process.env);
  const { read } = openSecrets(leanAccess('secrets_manager'));
  return { ids: ORIGIN_SECRETS.split(' '), read, clock };
};
