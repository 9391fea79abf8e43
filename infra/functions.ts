import { AUTHORITY_ROUTES, AUTHORITY_TASKS } from './authority/functions.ts';
import { HOLDERS_ROUTES } from './holders/functions.ts';
import { type Grants, type RouteFunction, type Rows, type TaskFunction, together } from './lambda/grants.ts';
import { LEDGER_ROUTES, LEDGER_TASKS } from './ledger/functions.ts';
import { REGISTRATION_ROUTES, REGISTRATION_TASKS } from './registration/functions.ts';
import { STATUS_ROUTES, STATUS_TASKS } from './status/functions.ts';

/**
 * Every function of the service and all that it may touch, as data, a file for each subsystem. test/infra compares the
 * routes with those of functions/routes/routes.ts; the as-deployed test compares the rest with what the functions do.
 */

/** Whether the trust domain that was deployed with the function is the one in force. */
export const BEGIN: Rows = { get: ['trust-domain'] };

const beginning = <F extends Grants>(fns: readonly F[], knows: (fn: F) => boolean): readonly F[] =>
  fns.map((fn) => (knows(fn) ? { ...fn, rows: together(BEGIN, fn.rows ?? {}) } : fn));

export const ROUTE_FUNCTIONS = beginning<RouteFunction>(
  [...AUTHORITY_ROUTES, ...REGISTRATION_ROUTES, ...STATUS_ROUTES, ...LEDGER_ROUTES, ...HOLDERS_ROUTES],
  ({ part }) => part !== 'bare',
);

/** Tasks, which nobody calls over HTTP. */
export const TASK_FUNCTIONS = beginning<TaskFunction>(
  [...AUTHORITY_TASKS, ...REGISTRATION_TASKS, ...STATUS_TASKS, ...LEDGER_TASKS],
  ({ environment }) => environment !== 'gauges',
);
