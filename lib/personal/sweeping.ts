import { wentThrough } from '../fault.ts';
import { everyItem } from '../store/store.ts';
import type { ItemName } from './contract.ts';
import type { PersonalDeps } from './deps.ts';
import type { Ending } from './ending.ts';
import type { Items } from './items.ts';
import { parseKeyId } from './months.ts';
import { asSealed, DIGITS, ENDED, itemKey, monthPk } from './rows.ts';

/** Rows that one run deletes. */
const SWEPT_IN_A_RUN = 50_000;
const AT_ONCE = 16;

/** Deletes the rows of ended months, which nobody can read any more, and leaves what says by which key an item ended. */
export const openSweeping = ({
  personal,
  items,
  ending,
}: Pick<PersonalDeps, 'personal'> & {
  readonly items: Pick<Items, 'remove'>;
  readonly ending: Pick<Ending, 'keysOf' | 'destruction'>;
}) => {
  /** A crash may have come after the month was listed here and before its keys were destroyed. */
  const isEnded = async (tenant: string, month: string): Promise<boolean> => {
    for (const id of await ending.keysOf(tenant, month))
      if ((await ending.destruction(id)) === undefined) return false;
    return true;
  };

  /** Takes the item, if its key is one of the month's; and the row that listed it in any case. */
  const removeEnded = async (pk: string, name: ItemName, isOfMonth: (key: string) => boolean) => {
    const key = asSealed((await personal.get(itemKey(name)))?.value)?.key;
    if (key !== undefined && isOfMonth(key)) return items.remove(name, { ended: key });
    const listed = await personal.get({ pk, sk: name });
    if (listed)
      await wentThrough(personal.write([{ delete: { pk, sk: name }, if: { version: listed.version } }]));
    return false;
  };

  return async (): Promise<readonly string[]> => {
    let left = SWEPT_IN_A_RUN;
    const swept: string[] = [];
    for await (const { sk, version } of everyItem(personal, { pk: ENDED })) {
      const [tenant = '', month = ''] = sk.split('/');
      if (!(await isEnded(tenant, month))) continue;
      const isOfMonth = (id: string): boolean => {
        const of = parseKeyId(id);
        return of !== undefined && 'month' in of && of.tenant === tenant && of.month === month;
      };
      let removed = 0;
      for (const digit of DIGITS) {
        const pk = monthPk(tenant, month, digit);
        for await (const names of inGroups(everyItem(personal, { pk }))) {
          if (left <= 0) return swept;
          left -= names.length;
          const all = await Promise.all(names.map((name) => removeEnded(pk, name, isOfMonth)));
          removed += all.filter(Boolean).length;
        }
      }
      await wentThrough(personal.write([{ delete: { pk: ENDED, sk }, if: { version } }]));
      if (removed > 0) swept.push(`rows of ${month}: ${removed}`);
    }
    return swept;
  };
};

async function* inGroups(
  found: AsyncIterable<{ readonly sk: ItemName }>,
): AsyncGenerator<readonly ItemName[]> {
  let names: ItemName[] = [];
  for await (const { sk } of found) {
    names.push(sk);
    if (names.length < AT_ONCE) continue;
    yield names;
    names = [];
  }
  if (names.length > 0) yield names;
}
