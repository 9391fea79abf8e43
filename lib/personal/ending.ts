import { Fault, phrase, wentThrough } from '../fault.ts';
import { textIn } from '../members.ts';
import type { Principal } from '../principal.ts';
import { everyItem } from '../store/store.ts';
import { serves } from '../tenant.ts';
import type { DataKeyId, EndedMonth, ItemName, MonthView } from './contract.ts';
import type { PersonalDeps } from './deps.ts';
import type { Items } from './items.ts';
import type { KeyRing } from './key-ring.ts';
import { actsOnKey, endOfMonth, isMonth, monthOf, parseKeyId, tenantPart } from './months.ts';
import { DIGITS, ENDED, madeKeysPk, monthPk } from './rows.ts';
import { asSealed } from './sealing.ts';

/** Who ends a month: an operator, or the service itself when it is due. */
export type Ender = Pick<Principal, 'id' | 'tenant'> & { readonly person?: string };

const SERVICE: Ender = { id: 'service' };

/** Rows of ended months that one run deletes. */
const SWEPT_IN_A_RUN = 50_000;
const AT_ONCE = 16;

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

  /** Resolves with the act that destroyed the key, and whether it is this one. */
  const destroy = async (ender: Ender, id: DataKeyId) => {
    const { tenant = '', ...of } = parseKeyId(id) ?? {};
    const draft = {
      kind: 'data-key',
      actor: ender.id,
      ...(tenant.startsWith('_') ? {} : { tenant }),
      details: {
        act: 'destroyed',
        key: id,
        ...('month' in of && { month: of.month }),
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
    ring.forget(id);
    return { record, isOurs };
  };

  /** The keys that the month has or had. */
  const keysOf = async (tenant: string, month: string): Promise<readonly DataKeyId[]> => {
    const ids = new Set<DataKeyId>();
    const prefix = `${tenant}.${month}.`;
    for await (const { sk: id } of everyItem(personal, { pk: madeKeysPk(tenant), prefix })) ids.add(id);
    // Somebody may have deleted a row.
    for await (const id of dataKeys.list()) if (id.startsWith(prefix)) ids.add(id);
    return [...ids].filter((id) => parseKeyId(id) !== undefined).sort();
  };

  /** Puts what stays under this month. What cannot be read cannot be moved: the log names it. */
  const keepStaying = async (tenant: string, ids: readonly DataKeyId[]): Promise<void> => {
    for await (const name of deps.staying(tenant)) {
      const { row, opened } = await items.inspect(name);
      const key = row && asSealed(row.value)?.key;
      if (key === undefined || !ids.includes(key)) continue;
      if (opened === undefined) {
        log('error', 'Personal data that have to stay cannot be read', { item: name });
        continue;
      }
      if (!(await items.move(name, opened, clock()))) {
        throw new Fault('store-unavailable', 'The personal data kept changing; try again.', { item: name });
      }
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
    return {
      ...(tenant.startsWith('_') ? {} : { tenant }),
      month,
      destroyedAt: record.time,
      record: record.id,
      copiesUntil: new Date(deps.copiesEnd(Date.parse(record.time))).toISOString(),
      first: isOurs && open.length > 0,
    };
  };

  const allKeys = async (): Promise<readonly DataKeyId[]> => {
    const ids: DataKeyId[] = [];
    for await (const id of dataKeys.list()) ids.push(id);
    return ids;
  };

  /** Ends every month that is over, and then the search keys of years of which nothing is left. */
  const endDue = async (): Promise<readonly string[]> => {
    const ended: string[] = [];
    const months = new Set<string>();
    for (const id of await allKeys()) {
      const name = parseKeyId(id);
      if (name === undefined || !('month' in name) || clock() < endOfMonth(name.month)) continue;
      months.add(`${name.tenant} ${name.month}`);
    }
    for (const one of months) {
      const [tenant = '', month = ''] = one.split(' ');
      if ((await endMonth(SERVICE, tenant, month)).first) ended.push(`personal data of ${month}`);
    }
    const left = await allKeys();
    for (const id of left) {
      const name = parseKeyId(id);
      if (name === undefined || !('year' in name) || name.year >= monthOf(clock()).slice(0, 4)) continue;
      if (left.some((other) => other.startsWith(`${name.tenant}.${name.year}-`))) continue;
      if ((await destroy(SERVICE, id)).isOurs) ended.push(`searches of ${name.year}`);
    }
    return ended;
  };

  /** Deletes the rows of ended months. Nobody can read them. */
  const sweep = async (): Promise<readonly string[]> => {
    let left = SWEPT_IN_A_RUN;
    const swept: string[] = [];
    for await (const { sk, version } of everyItem(personal, { pk: ENDED })) {
      const [tenant = '', month = ''] = sk.split('/');
      let removed = 0;
      for (const digit of DIGITS) {
        let names: ItemName[] = [];
        const flush = async (): Promise<void> => {
          const all = await Promise.all(names.map((name) => removeEnded(tenant, month, digit, name)));
          removed += all.filter(Boolean).length;
          names = [];
        };
        for await (const { sk: name } of everyItem(personal, { pk: monthPk(tenant, month, digit) })) {
          if (left-- <= 0) return swept;
          names.push(name);
          if (names.length === AT_ONCE) await flush();
        }
        await flush();
      }
      await wentThrough(personal.write([{ delete: { pk: ENDED, sk }, if: { version } }]));
      if (removed > 0) swept.push(`rows of ${month}: ${removed}`);
    }
    return swept;
  };

  /** Deletes the item, if its key is one of the month's; and the row that listed it in any case. */
  const removeEnded = async (
    tenant: string,
    month: string,
    digit: string,
    name: ItemName,
  ): Promise<boolean> => {
    const { row, opened } = await items.inspect(name);
    const of = parseKeyId(row && asSealed(row.value)?.key);
    const isOfMonth = of !== undefined && 'month' in of && of.tenant === tenant && of.month === month;
    if (isOfMonth && opened === undefined) return items.remove(name);
    const key = { pk: monthPk(tenant, month, digit), sk: name };
    const listed = await personal.get(key);
    if (listed) await wentThrough(personal.write([{ delete: key, if: { version: listed.version } }]));
    return false;
  };

  return {
    destroy,
    endDue,
    sweep,

    /** Faults: `forbidden`, `invalid-input`, `wrong-state` where the month is not over. */
    end: async (actor: Principal, month: string, tenant: string | undefined): Promise<EndedMonth> => {
      assertMonth(month);
      return endMonth(actor, tenantPart(tenantFor(actor, tenant)), month);
    },

    months: async (actor: Principal): Promise<readonly MonthView[]> => {
      const found = new Map<string, MonthView>();
      for (const id of await allKeys()) {
        const name = parseKeyId(id);
        if (name === undefined || !('month' in name)) continue;
        const tenant = name.tenant.startsWith('_') ? undefined : name.tenant;
        if (!serves(actor, tenant)) continue;
        const endsAt = endOfMonth(name.month);
        found.set(`${name.month} ${name.tenant}`, {
          ...(tenant !== undefined && { tenant }),
          month: name.month,
          state: clock() < endsAt ? 'open' : 'over',
          endsAt: new Date(endsAt).toISOString(),
        });
      }
      return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, view]) => view);
    },
  };
};

export type Ending = ReturnType<typeof openEnding>;

const assertMonth = (month: string): void => {
  if (!isMonth(month))
    throw new Fault('invalid-input', 'A month is written as in 2037-04.', { path: 'month' });
};

/** The tenant that is meant: the actor's own, or the one that an operator of the service names. Fault: `forbidden`. */
export const tenantFor = (
  actor: Pick<Principal, 'tenant'>,
  tenant: string | undefined,
): string | undefined => {
  const asked = tenant ?? actor.tenant;
  if (asked === undefined || serves(actor, asked)) return asked;
  throw new Fault('forbidden', 'Operators of a tenant decide about the data of their own tenant.');
};

/** `2037-04-01T…` in a record's details. */
export const timeOf = (value: unknown): number => Date.parse(textIn(value) ?? '');
