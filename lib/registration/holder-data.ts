import { everyItem } from '../store/store.ts';
import type { Changes } from './changes.ts';
import { type HolderData, OPEN_STATES } from './contract.ts';
import type { RegistrationDeps } from './deps.ts';
import { holderListingPk, listingPk } from './rows.ts';

export const openHolderData = (
  { table }: Pick<RegistrationDeps, 'table'>,
  { read }: Pick<Changes, 'read'>,
): HolderData => ({
  ofHolder: async function* (tenant, holder) {
    for await (const { sk: request } of everyItem(table, { pk: holderListingPk(holder, tenant) })) {
      const row = (await read(request))?.value;
      // Somebody may have listed it where it is not.
      if (row?.holder !== holder || row.tenant !== tenant) continue;
      const { certificate, state } = row;
      const isOpen = OPEN_STATES.includes(state);
      yield { request, isOpen, ...(certificate && { certificate }) };
    }
  },

  open: async function* (tenant) {
    for (const state of OPEN_STATES) {
      for await (const { sk: request } of everyItem(table, { pk: listingPk({ tenant, state }) })) {
        if ((await read(request))?.value.state === state) yield request;
      }
    }
  },
});
