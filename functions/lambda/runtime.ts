import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Fault } from '../../lib/fault.ts';
import type { Clock } from '../../lib/ports.ts';
import type { TokenIssuers } from '../../lib/principals/principals.ts';

/** What every function on AWS takes from its runtime. */

// By default zod compiles each schema at its first use, which pays off after thousands of uses. A function that starts
// uses most schemas once.
z.config({ jitless: true });

export const clock: Clock = () => Date.now();
export { random } from '../random.ts';

/** A file that the deployment put beside the function's code. Fault: `configuration-invalid`. */
export const readBundled = (file: string): string => {
  const root = process.env.LAMBDA_TASK_ROOT;
  if (root === undefined) {
    throw new Fault(
      'configuration-invalid',
      'LAMBDA_TASK_ROOT is not set: this runs as a Lambda function only.',
    );
  }
  return readFileSync(join(root, file), 'utf8');
};

/** The claim in which a Cognito user pool names the user. Its `sub` is an id that the pool makes. */
const COGNITO_USERNAME = 'cognito:username';

export const tokenIssuers = (env: {
  readonly TOKEN_ISSUER?: string | undefined;
  readonly TOKEN_AUDIENCE?: string | undefined;
}): TokenIssuers =>
  env.TOKEN_ISSUER !== undefined && env.TOKEN_AUDIENCE !== undefined
    ? {
        remote: {
          issuer: env.TOKEN_ISSUER,
          audience: env.TOKEN_AUDIENCE,
          jwks: new URL(`${env.TOKEN_ISSUER}/.well-known/jwks.json`),
          principalClaim: COGNITO_USERNAME,
        },
      }
    : {};
