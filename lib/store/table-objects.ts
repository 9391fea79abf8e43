import { wentThrough } from '../fault.ts';
import type { ObjectPage, Objects, Table } from './contract.ts';
import { checkLimit, checkObjectKey, checkObjectPrefix, objectConditionFailed } from './limits.ts';

/**
 * Small objects that are put once, as rows of a table of their own. On one machine such an object has to cost less than a
 * file with its folder: the table commits and syncs many of them together, and finds one by its name without reading the
 * others. The table holds nothing else, and no object is changed or deleted.
 *
 *   objects  {key}  { body: base64 }
 */
const PK = 'objects';

export const openTableObjects = (table: Table): Objects => ({
  get: async (key) => {
    checkObjectKey(key);
    const item = await table.get<{ readonly body: string }>({ pk: PK, sk: key });
    return item && { body: Buffer.from(item.value.body, 'base64'), version: String(item.version) };
  },

  put: async (key, body) => {
    checkObjectKey(key);
    const { buffer, byteOffset, length } = body;
    const value = { body: Buffer.from(buffer, byteOffset, length).toString('base64') };
    const json = `{"body":"${value.body}"}`;
    if (!(await wentThrough(table.write([{ put: { pk: PK, sk: key }, value, json, if: 'absent' }])))) {
      throw objectConditionFailed(key);
    }
  },

  list: async (prefix, { limit, cursor }): Promise<ObjectPage> => {
    checkObjectPrefix(prefix);
    checkLimit(limit);
    const page = await table.query({
      pk: PK,
      limit,
      ...(prefix !== '' && { prefix }),
      ...(cursor !== undefined && { cursor }),
    });
    return {
      keys: page.items.map(({ sk }) => sk),
      ...(page.cursor !== undefined && { cursor: page.cursor }),
    };
  },
});
