import { everyItem } from '../store/store.ts';
import type { Changes } from './changes.ts';
import type { HolderData, RequestState } from './contract.ts';
import type { RegistrationDeps } from './deps.ts';
import { timeOfRequestId } from './request-id.ts';
import { holderListingPk, listingPk } from './rows.ts';

const OPEN_STATES = [
  'submitted',
  'examined-once',
  'examined',
  'approved',
] as const satisfies readonly RequestState[];

export const openHolderData = (
  { table, dataEnds, clock }: Pick<RegistrationDeps, 'table' | 'dataEnds' | 'clock'>,
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

  overdue: async function* (tenant) {
    for (const state of OPEN_STATES) {
      // Oldest first: the data of those that follow end later.
      for await (const { sk: request } of everyItem(table, { pk: listingPk({ tenant, state }) })) {
        if (dataEnds.ofRequest(timeOfRequestId(request)) > clock()) break;
        if ((await read(request))?.value.state === state) yield request;
      }
    }
  },
});
