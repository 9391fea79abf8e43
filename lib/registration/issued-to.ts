import type { Principal } from '../principal.ts';
import type { Table } from '../store/store.ts';
import type { Changes } from './changes.ts';
import { readableBy } from './decide.ts';
import { holderListingPk } from './rows.ts';

/** So many of a holder's requests are looked through, oldest first. A holder without a certificate among them is new. */
const MAX_LOOKED_THROUGH = 100;

/**
 * The first requests, two at most, by which a certificate was issued to the holder, among those that the actor may read. A
 * request that was refused or withdrawn, or that failed, says nothing about its pseudonym: somebody
 * may have mistyped it.
 *
 * This goes by the rows of the requests, as everything does that persons are shown of them. No certificate rests on it.
 */
export const openIssuedTo =
  (table: Pick<Table, 'query'>, { read }: Pick<Changes, 'read'>) =>
  async (actor: Principal, holder: string): Promise<readonly string[]> => {
    const isReadable = readableBy(actor);
    const pk = holderListingPk(holder, actor.tenant);
    const { items } = await table.query({ pk, limit: MAX_LOOKED_THROUGH });
    const found: string[] = [];
    for (const { sk: id } of items) {
      const request = (await read(id))?.value;
      if (request?.holder !== holder || request.state !== 'issued') continue;
      if (isReadable(request)) found.push(id);
      if (found.length === 2) break;
    }
    return found;
  };
