import * as z from 'zod/mini';
import { Fault, wentThrough } from '../fault.ts';
import type { Objects, Table } from '../store/store.ts';
import type { SealedHalves, SealedKey } from './kms-sealed.ts';

/**
 * The keys of responders and of disclosures, as rows. Somebody who can write to the table can take such a key away or bring back
 * an older one, and its certificate or its record then says which one counts.
 *
 *   responder-keys  {id}  SealedKey
 */
export const halvesInTable = (table: Table): SealedHalves => {
  const keyOf = (id: string) => ({ pk: 'responder-keys', sk: id });
  return {
    context: 'responder-key',
    get: async (id) => (await table.get<SealedKey>(keyOf(id)))?.value,
    put: (id, value) => wentThrough(table.write([{ put: keyOf(id), value, if: 'absent' }])),
  };
};

const SealedObject = z.strictObject({
  algorithm: z.string(),
  subjectPublicKeyInfo: z.string(),
  sealed: z.string(),
});

/**
 * The keys of acts, as objects that are put once: they decide what counts as an act, so the writer of the table must not
 * reach them.
 *
 *   act-keys-sealed/{id}  SealedKey
 */
export const halvesInObjects = (objects: Pick<Objects, 'get' | 'put'>): SealedHalves => {
  const pathOf = (id: string): string => `act-keys-sealed/${id}`;
  return {
    context: 'act-key',
    get: async (id) => {
      const object = await objects.get(pathOf(id));
      if (object === undefined) return undefined;
      try {
        return SealedObject.parse(JSON.parse(Buffer.from(object.body).toString('utf8'))) as SealedKey;
      } catch (cause) {
        throw new Fault('key-store-damaged', 'The object of a sealed key is damaged.', { id }, { cause });
      }
    },
    put: (id, key) =>
      wentThrough(objects.put(pathOf(id), Buffer.from(JSON.stringify(key)), { if: 'absent' })),
  };
};
