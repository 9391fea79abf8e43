import { Fault, phrase } from '../fault.ts';
import { textIn } from '../members.ts';
import { everyItem, type Item, readCursor, type Table, writeCursor } from '../store/store.ts';
import type { PersonalData } from './contract.ts';
import type { ItemsDeps } from './deps.ts';
import type { Items } from './items.ts';
import type { KeyRing } from './key-ring.ts';
import { keyIdOf, tenantPart } from './months.ts';
import { searchPk, tokensOf, yearsPk } from './rows.ts';
import { LONGEST_BEGINNING, matches, searchTerm } from './search-text.ts';

/**
 * One look-up for each year in which data of the tenant end: the search keys of the years differ, so that each ends with its
 * data. The pages of the years are merged.
 */
export const openSearch = ({
  personal,
  ring,
  items,
}: Pick<ItemsDeps, 'personal'> & {
  readonly ring: KeyRing;
  readonly items: Pick<Items, 'inspect'>;
}): PersonalData['search'] => {
  const keysOf = async (tenant: string): Promise<readonly Uint8Array[]> => {
    const found: Uint8Array[] = [];
    for await (const { sk: year } of everyItem(personal, { pk: yearsPk(tenant) })) {
      const key = /^\d{4}$/.test(year) ? await ring.open(keyIdOf({ tenant, year })) : 'ended';
      // A year that cannot be looked into is a fault, and no empty answer. A year whose key an act ended has nothing left to
      // be found.
      if (key === 'missing' || key === 'damaged')
        throw new Fault(
          `data-key-${key}`,
          phrase`The search key of what ends in ${year} cannot be opened; restore it from a copy of the keys.`,
          { year },
        );
      if (key !== 'ended') found.push(key);
    }
    return found;
  };

  const fitting = async (
    ids: readonly string[],
    itemOf: ReadonlyMap<string, string>,
    beginning: string,
  ): Promise<readonly string[]> => {
    const fits = await Promise.all(
      ids.map(async (id) => {
        const { opened } = await items.inspect(itemOf.get(id) ?? '');
        return opened !== undefined && matches(opened.inner.texts, beginning);
      }),
    );
    return ids.filter((_, i) => fits[i]);
  };

  return async ({ tenant, office }, { text, limit, cursor }) => {
    const { term, beginning } = searchTerm(text);
    const keys = await keysOf(tenantPart(tenant));
    const scopes = keys.map((key) => ['search', ...tokensOf(key, office, [beginning])]);
    const after = cursor === undefined ? undefined : placeOf(scopes, cursor);
    const years = keys
      .flatMap((key) => tokensOf(key, office, [term]))
      .map((token) => hitsOf(personal, token, after, Math.ceil((1.5 * limit) / keys.length)));
    const { itemOf, isMore } = await newest(years, limit);
    const ids = [...itemOf.keys()];
    const [last, scope] = [ids.at(-1), scopes.at(-1)];
    return {
      ids: [...beginning].length > LONGEST_BEGINNING ? await fitting(ids, itemOf, beginning) : ids,
      ...(isMore && last !== undefined && scope !== undefined && { cursor: writeCursor(scope, last) }),
    };
  };
};

/** The hits of one year, newest first, read as far as somebody asks. */
const hitsOf = async function* (
  personal: Pick<Table, 'query'>,
  token: string,
  after: string | undefined,
  limit: number,
): AsyncGenerator<Item> {
  let to = after;
  for (;;) {
    const { items, cursor } = await personal.query({
      pk: searchPk(token),
      descending: true,
      limit,
      ...(to !== undefined && { to }),
    });
    yield* items;
    to = items.at(-1)?.sk;
    if (cursor === undefined || to === undefined) return;
  }
};

/** Merges the years: the newest hits of all of them, with their items, and whether there are more. */
const newest = async (
  years: readonly AsyncGenerator<Item>[],
  limit: number,
): Promise<{ readonly itemOf: ReadonlyMap<string, string>; readonly isMore: boolean }> => {
  const itemOf = new Map<string, string>();
  const heads = await Promise.all(years.map((year) => year.next()));
  for (;;) {
    let at = -1;
    for (const [i, head] of heads.entries()) {
      if (!head.done && (at < 0 || head.value.sk > (heads[at]?.value.sk ?? ''))) at = i;
    }
    const head = heads[at];
    if (head === undefined || head.done) return { itemOf, isMore: false };
    if (itemOf.size === limit) return { itemOf, isMore: true };
    itemOf.set(head.value.sk, textIn(head.value.value?.item) ?? '');
    heads[at] = await (years[at] as AsyncGenerator<Item>).next();
  }
};

/**
 * Where the page begins. A cursor was made with the key of one of the years: a digest of the text alone would let somebody guess a
 * name from it. Fault: `cursor-invalid`.
 */
const placeOf = (scopes: readonly (readonly string[])[], cursor: string): string => {
  for (const scope of scopes) {
    try {
      return readCursor(scope, cursor);
    } catch (error) {
      if (!Fault.is(error, 'cursor-invalid')) throw error;
    }
  }
  throw new Fault('cursor-invalid', 'The cursor is not one of this query; begin again without a cursor.');
};
