import { AUTHORITY_ROUTES, AUTHORITY_TASKS } from './authority/functions.ts';
import { BATCH_ROUTES, BATCH_TASKS } from './batches/functions.ts';
import { ENROLMENT_ROUTES, ENROLMENT_TASKS } from './enrolment/functions.ts';
import { HOLDERS_ROUTES } from './holders/functions.ts';
import { type Grants, type RouteFunction, type Rows, type TaskFunction, together } from './lambda/grants.ts';
import { stagedFor } from './lambda/personal-rows.ts';
import { ACTS_ON_OFFICES, ACTS_ON_PRINCIPALS, ENDS_OF_RECORDS } from './lambda/rows.ts';
import { LEDGER_ROUTES, LEDGER_TASKS } from './ledger/functions.ts';
import { PAGE_ROUTES } from './pages/functions.ts';
import { REGISTRATION_ROUTES, REGISTRATION_TASKS } from './registration/functions.ts';
import { RETENTION_ROUTES } from './retention/functions.ts';
import { STATUS_ROUTES, STATUS_TASKS } from './status/functions.ts';

/**
 * Every function of the service and everything that it may touch, as data; each subsystem has a file. test/infra
 * compares the routes with those of functions/routes/routes.ts. The as-deployed test compares the rest with what the
 * functions do.
 */

/**
 * For the check whether the trust domain that was deployed with the function is the one in force: the newest object says so,
 * and its act is verified.
 */
const BEGIN: Rows = { get: ['trust-domain', 'trust-domain-amendments', 'staged/*', 'record/*'] };
const BEGIN_PROOFS = [
  'act-keys/*',
  'act-keys-closed/*',
  'outcomes/trust-domain/*',
  // The certificates of CAs, and the end of an amendment that is being applied.
  'outcomes/ca.*',
  ENDS_OF_RECORDS,
];
/**
 * A caller is known by acts: the newest one where something is changed; elsewhere the one in the row, which after a change of
 * keys is looked for among the objects too.
 */
const CALLER_PROOFS = [ACTS_ON_OFFICES, ACTS_ON_PRINCIPALS, 'log/*'];

/** Who has signed in says a sealed cookie, and rows end sessions. */
const SESSIONS: Rows = { get: ['session-end/*', 'sessions-end/*'] };
const SESSION_KEYS = 'session-keys/*';

const knowsCallers = (fn: Grants | RouteFunction): boolean => 'doors' in fn && fn.doors !== 'public';

/** OCSP goes by the row, for the sake of a relying party's time. */
const BEGIN_BY_ROW: Rows = { get: ['trust-domain'] };

const beginning = <F extends Grants>(fns: readonly F[], knows: (fn: F) => boolean): readonly F[] =>
  fns.map((fn) =>
    'part' in fn && fn.part === 'responder'
      ? { ...fn, rows: together(BEGIN_BY_ROW, fn.rows ?? {}) }
      : knows(fn)
        ? {
            ...fn,
            rows: together(
              BEGIN,
              fn.rows ?? {},
              fn.personal ? stagedFor(fn.personal) : {},
              fn.sessions ? SESSIONS : {},
            ),
            proofs: {
              ...fn.proofs,
              read: [
                ...BEGIN_PROOFS,
                ...(knowsCallers(fn) ? CALLER_PROOFS : []),
                ...(fn.sessions ? [SESSION_KEYS] : []),
                ...(fn.proofs?.read ?? []),
              ],
            },
          }
        : fn,
  );

/** A part of the service. It is a stack of its own, nested in the importer's. */
export interface Subsystem {
  readonly id:
    | 'Authority'
    | 'Registration'
    | 'Batches'
    | 'Enrolment'
    | 'Status'
    | 'Ledger'
    | 'Holders'
    | 'Retention'
    | 'Pages';
  readonly routes: readonly RouteFunction[];
  readonly tasks: readonly TaskFunction[];
}

const subsystem = (
  id: Subsystem['id'],
  routes: readonly RouteFunction[],
  tasks: readonly TaskFunction[] = [],
): Subsystem => ({
  id,
  routes: beginning(routes, ({ part }) => part !== 'bare'),
  tasks: beginning(tasks, ({ environment }) => environment !== 'gauges'),
});

export const SUBSYSTEMS: readonly Subsystem[] = [
  subsystem('Authority', AUTHORITY_ROUTES, AUTHORITY_TASKS),
  subsystem('Registration', REGISTRATION_ROUTES, REGISTRATION_TASKS),
  subsystem('Batches', BATCH_ROUTES, BATCH_TASKS),
  subsystem('Enrolment', ENROLMENT_ROUTES, ENROLMENT_TASKS),
  subsystem('Status', STATUS_ROUTES, STATUS_TASKS),
  subsystem('Ledger', LEDGER_ROUTES, LEDGER_TASKS),
  subsystem('Holders', HOLDERS_ROUTES),
  subsystem('Retention', RETENTION_ROUTES),
  subsystem('Pages', PAGE_ROUTES),
];

export const ROUTE_FUNCTIONS: readonly RouteFunction[] = SUBSYSTEMS.flatMap(({ routes }) => routes);

/** Functions that no caller reaches over HTTP. */
export const TASK_FUNCTIONS: readonly TaskFunction[] = SUBSYSTEMS.flatMap(({ tasks }) => tasks);
