import type { Principal } from '../../lib/principal.ts';
import type { RouteTerms } from './route.ts';

/** Whether an officer's office has given one of the duties that the operation asks for. Other roles have no duties. */
export const hasDuty = ({ duty }: Pick<RouteTerms, 'duty'>, { role, duties }: Principal): boolean =>
  role !== 'officer' || duty === undefined || [duty].flat().some((one) => duties?.includes(one));
