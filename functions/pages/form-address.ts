import type { Role } from '../../lib/principal.ts';
import { CHOICES } from '../../web/document.ts';
import type { Route } from '../http/route.ts';
import { ownPage } from './page.ts';
import type { Visit } from './visit.ts';

/**
 * A form that came back has the address that it was posted to. Asked for as a page, that leads to where the form is, with what
 * was chosen there: the language, or the form of years.
 */
export const formAddress = (
  id: string,
  path: string,
  roles: readonly Role[] | 'all',
  placeOf: (visit: Visit) => string,
): Route =>
  ownPage({ id, path, summary: 'To the page of the form' }, roles, async (visit) => {
    const { query, reader } = visit;
    const chosen = CHOICES.find((name) => query.has(name));
    const place = placeOf(visit);
    return { to: chosen === undefined ? place : `${place}?${chosen}=${reader[chosen]}` };
  });
