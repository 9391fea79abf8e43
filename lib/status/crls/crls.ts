import type { Status } from '../contract.ts';
import type { CrlDeps } from '../deps.ts';
import { openPublishing } from './publish.ts';
import { openServing } from './serve.ts';

/** Full CRLs: published (publish.ts) and handed out (serve.ts). */
export const openCrls = (
  deps: CrlDeps,
): Pick<Status, 'crl' | 'publish' | 'publishDue' | 'archived' | 'archivedCrl'> => {
  const { crl, archived, archivedCrl, ...serving } = openServing(deps);
  return { crl, archived, archivedCrl, ...openPublishing(deps, serving) };
};
