import { Fault, phrase, wentThrough } from '../fault.ts';
import type { LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { Principal } from '../principal.ts';
import { tryEach } from '../try-each.ts';
import type { DataKeyId, EndedMonth, ItemName } from './contract.ts';
import type { PersonalDeps } from './deps.ts';
import type { Items } from './items.ts';
import { type KeyRing, openIn } from './key-ring.ts';
import { actsOnKey, endOfMonth, isMonth, keyIdOf, monthOf, ofTenant, parseKeyId } from './months.ts';
import { asSealed, ENDED, madeKey, yearsPk } from './rows.ts';

/** Who ends a month: an operator, or the service itself when it is due. */
export type Ender = Pick<Principal, 'id' | 'tenant'> & { readonly person?: string };

const SERVICE: Ender = { id: 'service' };

export interface EndingDeps extends PersonalDeps {
  readonly ring: KeyRing;
  readonly items: Items;
  /** The items of a tenant that stay although their month is over: a request is open, or a legal hold keeps them. */
  readonly staying: (tenant: string) => AsyncIterable<ItemName>;
  /** When the last copy of a data key ends that was made at this time; milliseconds since the epoch. */
  readonly copiesEnd: (at: number) => number;
}

/*
 * The end of a month is one act for each of its keys, whatever number of persons it concerns. What has to stay is put under a
 * later month first. The act stands as an object before the key is destroyed, so a crash between the two leaves a key that the
 * next run destroys. The rows can be read by nobody from then on; later runs delete them.
 */
export const openEnding = (deps: EndingDeps) => {
  const { personal, dataKeys, recorder, table, ring, items, clock, log } = deps;

  const actOf = async (id: DataKeyId, number: number) => {
    const end = await recorder.conclusion({ act: actsOnKey(id), number });
    return end?.record.kind === 'data-key' ? { end, act: end.record.details.act } : undefined;
  };

  /** The act that destroyed the key; undefined while there is none. */
  const destruction = async (id: DataKeyId) => {
    for (const number of [1, 2]) {
      const found = await actOf(id, number);
      if (found?.act === 'destroyed') return found.end;
    }
    return undefined;
  };

  /** From here on the act says that there was a key. */
  const forgetMade = async (id: DataKeyId): Promise<void> => {
    const made = await personal.get(madeKey(id));
    if (made) await wentThrough(personal.write([{ delete: madeKey(id), if: { version: made.version } }]));
  };

  /** Resolves with the act that destroyed the key, and whether it is this one. */
  const destroy = async (ender: Ender, id: DataKeyId) => {
    const { tenant = '', ...of } = parseKeyId(id) ?? {};
    const draft = {
      kind: 'data-key',
      actor: ender.id,
      ...ofTenant(tenant),
      details: {
        act: 'destroyed',
        key: id,
        ...('month' in of && { month: of.month }),
        // The act keeps the period of today: a later file does not change when the copies of today end.
        copiesUntil: new Date(deps.copiesEnd(clock())).toISOString(),
        ...(ender.person !== undefined && { person: ender.person }),
      },
    } as const;
    const number = (await actOf(id, 1))?.act === 'closed' ? 2 : 1;
    let { record, isOurs, writes } = await recorder.conclude(draft, { act: actsOnKey(id), number });
    const isClosed = !isOurs && record.kind === 'data-key' && record.details.act === 'closed';
    if (isClosed)
      ({ record, isOurs, writes } = await recorder.conclude(draft, { act: actsOnKey(id), number: 2 }));
    if (writes.length > 0) await wentThrough(table.write(writes));
    await dataKeys.destroy(id);
    await forgetMade(id);
    ring.forget(id);
    return { record, isOurs };
  };

  /** The keys that the month has or had, in the order of their generations. A lost key still has its row. */
  const keysOf = async (tenant: string, month: string): Promise<readonly DataKeyId[]> => {
    const ids: DataKeyId[] = [];
    for (let generation = 1; ; generation++) {
      const id = keyIdOf({ tenant, month, generation });
      const isThere =
        (await ring.isClosed(id)) ||
        (await personal.get(madeKey(id))) !== undefined ||
        (await openIn(dataKeys, id)) !== 'missing';
      if (!isThere) return ids;
      ids.push(id);
    }
  };

  /**
   * Puts what stays under this month. What is damaged cannot be moved: the log names it. Where its key is at fault, the month does
   * not end, because somebody may still have a copy of the key.
   */
  const keepStaying = async (tenant: string, ids: readonly DataKeyId[]): Promise<void> => {
    for await (const name of deps.staying(tenant)) {
      const { row, opened, closed } = await items.inspect(name);
      const key = row && asSealed(row.value)?.key;
      if (key === undefined || !ids.includes(key)) continue;
      if (opened !== undefined) {
        if (await items.move(name, opened, clock())) continue;
        throw new Fault('store-unavailable', 'The personal data kept changing; try again.', { item: name });
      }
      log('error', 'Personal data that have to stay cannot be read', { item: name });
      if (closed?.state === 'unreadable' && closed.code !== 'personal-data-damaged')
        throw new Fault(
          closed.code,
          'An item has to stay beyond this month, and its data key cannot be opened: restore the key from a copy, or end what keeps the item (release the hold, reject the request).',
          { item: name, key },
        );
    }
  };

  const endMonth = async (ender: Ender, tenant: string, month: string): Promise<EndedMonth> => {
    if (clock() < endOfMonth(month)) {
      throw new Fault(
        'wrong-state',
        phrase`The month ${month} is not over: certificates and requests whose data end in it still count. It can be ended from ${new Date(endOfMonth(month)).toISOString()} on.`,
        { month },
      );
    }
    const ids = await keysOf(tenant, month);
    if (ids.length === 0)
      throw new Fault('invalid-input', phrase`No personal data end in ${month}.`, { path: 'month' });
    const open: DataKeyId[] = [];
    for (const id of ids) if ((await destruction(id)) === undefined) open.push(id);
    if (open.length > 0) {
      await keepStaying(tenant, open);
      const put = { pk: ENDED, sk: `${tenant}/${month}` };
      if ((await personal.get(put)) === undefined)
        await wentThrough(personal.write([{ put, value: {}, if: 'absent' }]));
    }
    let last: Awaited<ReturnType<typeof destroy>> | undefined;
    // Also those that were destroyed before: a crash may have left their bytes.
    for (const id of ids) last = await destroy(ender, id);
    const { record, isOurs } = last as NonNullable<typeof last>;
    const { time: destroyedAt, id } = record;
    const copiesUntil = copiesUntilOf(record);
    return {
      ...ofTenant(tenant),
      month,
      destroyedAt,
      record: id,
      copiesUntil,
      first: isOurs && open.length > 0,
    };
  };

  const allKeys = async (): Promise<readonly DataKeyId[]> => {
    const ids: DataKeyId[] = [];
    for await (const id of dataKeys.list()) ids.push(id);
    return ids;
  };

  /** Ends every month that is over. A month that cannot be ended does not keep the others. */
  const endDue = async (): Promise<readonly string[]> => {
    const ended: string[] = [];
    const months = new Map<string, { readonly tenant: string; readonly month: string }>();
    for (const id of await allKeys()) {
      const name = parseKeyId(id);
      if (name === undefined || !('month' in name) || clock() < endOfMonth(name.month)) continue;
      months.set(`${name.tenant} ${name.month}`, name);
    }
    await tryEach(
      [...months.values()],
      async ({ tenant, month }) => {
        if ((await endMonth(SERVICE, tenant, month)).first) ended.push(`personal data of ${month}`);
      },
      ({ tenant, month }, error) =>
        log('error', 'A month of personal data could not be ended', {
          ...ofTenant(tenant),
          month,
          error: Fault.is(error) ? error.code : 'internal',
        }),
    );
    return ended;
  };

  /** Ends the search keys of years that are over, once no month of the year has a key. */
  const endSearches = async (): Promise<readonly string[]> => {
    const ended: string[] = [];
    const left = await allKeys();
    for (const id of left) {
      const name = parseKeyId(id);
      if (name === undefined || !('year' in name) || name.year >= monthOf(clock()).slice(0, 4)) continue;
      if (left.some((other) => other.startsWith(`${name.tenant}.${name.year}-`))) continue;
      const isFirst = (await destroy(SERVICE, id)).isOurs;
      const at = { pk: yearsPk(name.tenant), sk: name.year };
      const listed = await personal.get(at);
      if (listed) await wentThrough(personal.write([{ delete: at, if: { version: listed.version } }]));
      if (isFirst) ended.push(`searches of ${name.year}`);
    }
    return ended;
  };

  return {
    destroy,
    destruction,
    keysOf,
    endMonth,
    endDue,
    endSearches,
  };
};

export type Ending = ReturnType<typeof openEnding>;

/** Fault: `invalid-input`. */
export const assertMonth = (month: string): void => {
  if (!isMonth(month))
    throw new Fault('invalid-input', 'A month is written as in 2037-04.', { path: 'month' });
};

/** Until when copies of a destroyed key may open copies of the data, as the act says. */
export const copiesUntilOf = (record: LedgerRecord): string =>
  record.kind === 'data-key' ? (textIn(record.details.copiesUntil) ?? '') : '';
