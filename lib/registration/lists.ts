import { Fault, phrase } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { readCursor, writeCursor } from '../store/store.ts';
import type { Changes } from './changes.ts';
import { OPEN_STATES, type Registration, type RequestView } from './contract.ts';
import { type Request, readableBy, readableOffices } from './decide.ts';
import type { RegistrationDeps } from './deps.ts';
import { byListingPk, holderListingPk, issuedToListingPk, listingPk, profileListingPk } from './rows.ts';

type Query = Parameters<Registration['list']>[1];

const MAX_PAGE = 100;
/** For one answer so many requests are looked at. A page may be shorter than asked for, and have a cursor. */
const MAX_LOOKED_AT = 300;
const MAX_COUNTED = 1_000;

interface Page {
  readonly ids: readonly string[];
  readonly cursor?: string;
}

/** One list of requests, newest first or oldest first. */
interface Index {
  readonly page: (limit: number, cursor: string | undefined) => Promise<Page>;
  /** The partition; absent for a search, whose length nobody knows. */
  readonly pk?: string;
  /** Whether the list says all that the query asks for. */
  readonly isWhole: boolean;
}

/**
 * Lists of requests. One list is read, the narrowest that there is for the query; what else is asked for is compared with the
 * rows of the requests.
 */
export const openLists = (
  deps: Pick<RegistrationDeps, 'table' | 'personal' | 'tenantOfOffice'>,
  { read }: Pick<Changes, 'read'>,
  viewsFor: (actor: Principal) => (id: string, request: Request) => Promise<RequestView>,
): Registration['list'] => {
  const { table, personal } = deps;

  const listed = (pk: string, isWhole: boolean, isOldestFirst = false): Index => ({
    pk,
    isWhole,
    page: async (limit, cursor) => {
      const { items, ...rest } = await table.query({
        pk,
        descending: !isOldestFirst,
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      return {
        ids: items.map(({ sk }) => sk),
        ...(rest.cursor !== undefined && { cursor: rest.cursor }),
      };
    },
  });

  /** A search goes through the requests of one office. */
  const found = async (actor: Principal, office: string | undefined, text: string): Promise<Index> => {
    if (office === undefined)
      throw new Fault('invalid-input', 'A search goes through the requests of one office: name it.', {
        path: 'office',
      });
    const tenant = actor.tenant ?? (await deps.tenantOfOffice(office));
    return {
      isWhole: false,
      page: async (limit, cursor) =>
        tenant === undefined
          ? { ids: [] }
          : personal.search({ tenant, office }, { text, limit, ...(cursor !== undefined && { cursor }) }),
    };
  };

  const indexOf = async (actor: Principal, office: string | undefined, query: Query): Promise<Index> => {
    const { text, holder, issuedTo, submittedBy, profile, state, oldestFirst } = query;
    const { tenant } = actor;
    const others = (...used: readonly (keyof Query)[]): boolean =>
      FILTERS.some((name) => query[name] !== undefined && !used.includes(name));
    if (text !== undefined) return found(actor, office, text);
    // These lists are of all offices that the holder or the officer had to do with.
    if (holder !== undefined) return listed(holderListingPk(holder, tenant), false, oldestFirst);
    if (issuedTo !== undefined) return listed(issuedToListingPk(issuedTo), false, oldestFirst);
    if (submittedBy !== undefined) return listed(byListingPk(submittedBy), false, oldestFirst);
    // The list of an open state is short.
    const isOpen = state !== undefined && OPEN_STATES.includes(state);
    const isOfProfile = profile !== undefined && !isOpen;
    return isOfProfile
      ? listed(profileListingPk({ tenant, office }, profile), !others('profile'), oldestFirst)
      : listed(listingPk({ tenant, office, state }), !others('state'), oldestFirst);
  };

  /** Counted as far as one page goes. */
  const totalOf = async (pk: string): Promise<{ readonly total: number; readonly more?: true }> => {
    const { items, cursor } = await table.query({ pk, limit: MAX_COUNTED });
    return { total: items.length, ...(cursor !== undefined && { more: true }) };
  };

  return async (actor, query) => {
    const { office: wanted, limit, cursor, count } = query;
    const readable = readableOffices(actor);
    if (readable && wanted !== undefined && !readable.includes(wanted)) {
      throw new Fault(
        'forbidden',
        'Officers list the requests of their own office, or of one whose affairs it has taken over.',
      );
    }
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
      throw new Fault('invalid-input', phrase`A page has 1 to ${MAX_PAGE} requests.`, { path: 'limit' });
    }
    const office = wanted ?? readable?.[0];
    const index = await indexOf(actor, office, query);
    const scope = [
      'requests',
      actor.tenant ?? null,
      office ?? null,
      ...COMPARED.map((name) => query[name] ?? null),
      // The cursor of a search is bound to the text by a keyed token: a digest of a name could be guessed.
      query.text !== undefined,
      ...(query.oldestFirst ? ['oldest first'] : []),
    ];
    const isReadable = readableBy(actor);
    const fits = (request: Request): boolean =>
      isReadable(request) &&
      (office === undefined || request.office === office) &&
      COMPARED.every((name) => query[name] === undefined || request[name] === query[name]);

    const shown: { readonly id: string; readonly request: Request }[] = [];
    let at = cursor === undefined ? undefined : readCursor(scope, cursor);
    let lookedAt = 0;
    do {
      const page = await index.page(limit - shown.length, at);
      const rows = await Promise.all(page.ids.map(async (id) => ({ id, request: (await read(id))?.value })));
      // A request may have changed after the list was read. Somebody may have listed it where it is not.
      for (const { id, request } of rows) {
        if (request !== undefined && fits(request)) shown.push({ id, request });
      }
      at = page.cursor;
      lookedAt += Math.max(1, page.ids.length);
      // Half a page is enough: the last ones of a page could cost a look-up each.
      // A page of a search costs a look-up for each year, so an answer has one.
    } while (index.pk && at !== undefined && shown.length < limit / 2 && lookedAt < MAX_LOOKED_AT);

    const view = viewsFor(actor);
    return {
      requests: await Promise.all(shown.map(({ id, request }) => view(id, request))),
      ...(at !== undefined && { cursor: writeCursor(scope, at) }),
      ...(count === true && index.pk !== undefined && index.isWhole && (await totalOf(index.pk))),
    };
  };
};

const COMPARED = ['state', 'profile', 'holder', 'issuedTo', 'submittedBy'] as const;
const FILTERS = [...COMPARED, 'text'] as const;
