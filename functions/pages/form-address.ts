import type { Role } from '../../lib/principal.ts';
import type { Route } from '../http/route.ts';
import { ownPage } from './page.ts';
import type { Visit } from './visit.ts';

/**
 * A form that came back has the address that it was posted to. Asked for as a page, that leads to where the form is, in the language
 * that was chosen.
 */
export const formAddress = (
  id: string,
  path: string,
  roles: readonly Role[] | 'all',
  placeOf: (visit: Visit) => string,
): Route =>
  ownPage({ id, path, summary: 'To the page of the form' }, roles, async (visit) => {
    const { query, reader } = visit;
    const place = placeOf(visit);
    return { to: query.has('language') ? `${place}?language=${reader.language}` : place };
  });
