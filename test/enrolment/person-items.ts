import { Fault } from '../../lib/fault.ts';
import { membersIn, textIn } from '../../lib/members.ts';
import type { DataKeys } from '../../lib/personal/personal.ts';
import type { Table } from '../../lib/store/store.ts';
import type { Service } from '../service.ts';
import { allRecords } from '../world.ts';

/** An item that has the names of a person, as its row shows it to whoever has no key. */
export interface PersonItem {
  readonly id: string;
  /** The digest of the names. */
  readonly digest: string;
  /** The names end in it; `2036-11`. */
  readonly month: string;
  readonly tenant: string;
}

/** Sees each write to the table of personal data. Lets none through while `isDown`, and hides the data keys while `areKeysGone`. */
export const watchedPersonItems = () => {
  const rows = new Map<string, unknown>();
  const watched = {
    isDown: false,
    /** Reads so far. */
    reads: 0,
    areKeysGone: false,
    dataKeys: (real: DataKeys): DataKeys => ({
      ...real,
      open: async (id) => (watched.areKeysGone ? undefined : real.open(id)),
    }),
    personal: (real: Table): Table => ({
      get: (key) => {
        watched.reads++;
        return real.get(key);
      },
      query: (query) => {
        watched.reads++;
        return real.query(query);
      },
      close: () => real.close(),
      write: async (writes) => {
        if (watched.isDown) throw new Fault('store-unavailable', 'planned');
        await real.write(writes);
        for (const write of writes) {
          if ('put' in write && write.put.pk.startsWith('principal/')) rows.set(write.put.pk, write.value);
          if ('delete' in write) rows.delete(write.delete.pk);
        }
      },
    }),
    /** Those that were put since then and are there. */
    all: (): readonly PersonItem[] =>
      [...rows].map(([pk, value]) => {
        const [, id = '', digest = ''] = pk.split('/');
        const [tenant = '', month = ''] = String(membersIn(value).key).split('.');
        return { id, digest, month, tenant };
      }),
  };
  return watched;
};

/** The digests that acts on principals name: those that the newest act of each has, and those that only earlier ones have. */
export const namedByActs = async (
  service: Pick<Service, 'app'>,
): Promise<{ readonly now: ReadonlySet<string>; readonly earlier: ReadonlySet<string> }> => {
  const newest = new Map<string, { readonly number: number; readonly digests: readonly string[] }>();
  const all = new Set<string>();
  for (const record of await allRecords(service)) {
    if (record.kind !== 'enrolment' || record.details.subject !== 'principal') continue;
    const { id, state, proposed, prepared, closes } = record.details;
    const states = [state, membersIn(proposed).state, membersIn(prepared).state].map(membersIn);
    const persons = states.filter(({ role }) => role !== 'relyingParty');
    const digests = persons.flatMap(({ contents }) => textIn(contents) ?? []);
    for (const digest of digests) all.add(digest);
    const number = Number(membersIn(closes).number);
    if (number > (newest.get(String(id))?.number ?? 0)) newest.set(String(id), { number, digests });
  }
  const now = new Set([...newest.values()].flatMap(({ digests }) => digests));
  return { now, earlier: new Set([...all].filter((digest) => !now.has(digest))) };
};
