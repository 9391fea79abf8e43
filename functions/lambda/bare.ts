import type { App } from '../../lib/app.ts';
import { BareEnv, readFunctionEnv } from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import type { Edge } from '../http/stack.ts';
import { telemetry } from './powertools.ts';
import { clock } from './runtime.ts';

const refuse = (): Promise<never> =>
  Promise.reject(new Fault('configuration-invalid', 'This function cannot identify callers.'));

/** For routes that use no part of the service and do not identify the caller. */
export const loadBare = async (): Promise<Edge<Pick<App, 'principals'>>> => {
  readFunctionEnv(BareEnv, process.env);
  const principals = { byCertificate: refuse, byToken: refuse, issueToken: refuse, jwks: refuse };
  return { app: { principals }, clock, log: telemetry.log };
};
