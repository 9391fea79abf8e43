import { everyItem } from '../store/store.ts';
import type { Changes } from './changes.ts';
import type { HolderData, RequestState } from './contract.ts';
import type { RegistrationDeps } from './deps.ts';
import { holderListingPk, listingPk } from './rows.ts';

const OPEN_STATES = [
  'submitted',
  'examined-once',
  'examined',
  'approved',
] as const satisfies readonly RequestState[];

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
      const isOpen = OPEN_STATES.some((one) => one === state);
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
