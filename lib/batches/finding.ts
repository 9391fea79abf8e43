import { Fault } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { assertDuty, readableBy } from '../registration/registration.ts';
import type { Item } from '../store/store.ts';
import type { BatchesDeps } from './deps.ts';
import { type BatchRow, batchKey } from './rows.ts';

const unknownBatch = (): Fault => new Fault('unknown-batch', 'There is no such file of requests.');

/** Another office's batch is unknown, as its requests are. */
export interface Finding {
  readable(actor: Principal, id: string): Promise<Item<BatchRow>>;
  /** For an officer of the very office, with the duty to receive applications. Faults: `unknown-batch`, `forbidden`. */
  sendable(actor: Principal, id: string): Promise<Item<BatchRow>>;
}

const BATCH_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const openFinding = ({ table }: Pick<BatchesDeps, 'table'>): Finding => {
  const readable: Finding['readable'] = async (actor, id) => {
    const found = BATCH_ID.test(id) ? await table.get<BatchRow>(batchKey(id)) : undefined;
    if (found === undefined || !readableBy(actor)(found.value)) throw unknownBatch();
    return found;
  };

  return {
    readable,
    sendable: async (actor, id) => {
      const found = await readable(actor, id);
      const office = assertDuty(actor, 'receive');
      if (office === found.value.office) return found;
      throw new Fault(
        'forbidden',
        'The file belongs to an office whose affairs yours has taken over; send it anew for yours.',
      );
    },
  };
};
