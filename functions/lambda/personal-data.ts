import { PersonalEnv, readFunctionEnv } from '../../lib/env.ts';
import { kmsCalls, type PersonalPorts, tableNamed } from './function-ports.ts';
import { lateDataKeys } from './late.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * Personal data and their keys, for a function that is granted them. Its entry hands this to the loader of its part, so the
 * bundle of no other function has the adapter. Fault: `configuration-invalid`.
 */
export const personalData = (context: { readonly telemetry: Telemetry }): PersonalPorts => {
  const env = readFunctionEnv(PersonalEnv, process.env);
  return {
    personal: tableNamed(env.PERSONAL_TABLE),
    dataKeys: lateDataKeys(async () => {
      const { openKmsDataKeys } = await import('../../lib/keys/kms-data-keys.ts');
      return openKmsDataKeys({
        calls: await kmsCalls(context),
        table: tableNamed(env.DATA_KEY_TABLE),
        sealingKey: env.PERSONAL_KEY,
      });
    }),
  };
};
