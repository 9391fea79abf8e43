import type { App } from '../../lib/app.ts';
import { BareEnv, readFunctionEnv } from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import { openBehindRow } from '../../lib/ledger/ledger.ts';
import type { Edge } from '../http/stack.ts';
import { rowsTable } from './function-ports.ts';
import { telemetry } from './powertools.ts';
import { clock } from './runtime.ts';

const refuse = (): Promise<never> =>
  Promise.reject(new Fault('configuration-invalid', 'This function cannot identify callers.'));

/** For routes that use no part of the service but one row, and do not identify the caller. */
export const loadBare = async (): Promise<Edge<Pick<App, 'principals' | 'tableStanding'>>> => {
  const table = rowsTable(readFunctionEnv(BareEnv, process.env));
  const principals = {
    byCertificate: refuse,
    namedBy: refuse,
    byToken: refuse,
    issueToken: refuse,
    jwks: refuse,
  };
  return { app: { principals, tableStanding: openBehindRow({ table, clock }) }, clock, log: telemetry.log };
};
