import type { Status } from '../contract.ts';
import type { CrlDeps } from '../deps.ts';
import { openAlarms } from './alarms.ts';
import { openBases } from './bases.ts';
import { openListedStatus } from './listed-status.ts';
import { openPublishing } from './publish.ts';
import { openServing } from './serve.ts';

/** CRLs: published (publish.ts), compared with what OCSP reads (listed-status.ts), and handed out (serve.ts). */
export const openCrls = (deps: CrlDeps): Omit<Status, 'ocsp' | 'authorityFor' | 'authorityState'> => {
  const { crl, archived, archivedCrl, ...serving } = openServing(deps);
  const alarm = openAlarms(deps);
  const crlDeps = { ...deps, alarm, bases: openBases({ ...deps, alarm }) };
  return { crl, archived, archivedCrl, ...openPublishing(crlDeps, serving), ...openListedStatus(crlDeps) };
};
