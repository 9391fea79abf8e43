import { Fault } from '../fault.ts';
import { readableBy, readableOffices } from '../registration/registration.ts';
import type { Batches } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import { type BatchRow, batchKey, listPk } from './rows.ts';
import type { Views } from './views.ts';

/** Files of requests, newest first. */
export const openBatchLists =
  ({ table }: Pick<BatchesDeps, 'table'>, views: Views): Batches['list'] =>
  async (actor, { office: wanted, limit, cursor }) => {
    const readable = readableOffices(actor);
    if (readable && wanted !== undefined && !readable.includes(wanted))
      throw new Fault(
        'forbidden',
        'Officers list the files of their own office, or of one whose affairs it has taken over.',
      );
    const office = wanted ?? readable?.[0];
    const page = await table.query({
      pk: listPk({ office, tenant: actor.tenant }),
      descending: true,
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    const isReadable = readableBy(actor);
    const batches = await Promise.all(
      page.items.map(async ({ sk: id }) => {
        const batch = (await table.get<BatchRow>(batchKey(id)))?.value;
        // Somebody may have listed a file where it is not.
        const isOf = batch && isReadable(batch) && (office === undefined || batch.office === office);
        return isOf ? [await views.outline(id, batch)] : [];
      }),
    );
    return { batches: batches.flat(), ...(page.cursor !== undefined && { cursor: page.cursor }) };
  };
