import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { stagedKey } from '../../lib/ledger/rows.ts';
import { requestItem } from '../../lib/registration/registration.ts';
import type { RequestData } from '../../lib/registration/request-data.ts';
import { newRequestId } from '../../lib/registration/request-id.ts';
import { listingPk, type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import type { Key, Table, Value } from '../../lib/store/store.ts';
import { openTemporaryTable } from '../store/temporary.ts';
import { allRecords, bringTo, checkTable, fakeIssuer, openOffice } from './office.ts';
import { PEOPLE } from './people.ts';

/*
 * An attacker who can write to the table forges a row about acts that nobody did. No certificate results, because the
 * records of the three acts are read from the ledger before any key signs.
 */

/** The listings of a request of Hino. */
const LISTED = [{}, { tenant: 'tokiwa' }, { office: 'hino' }] as const;

type Draft = { -readonly [K in keyof RequestRow]: RequestRow[K] };
type DataDraft = { -readonly [K in keyof RequestData]: RequestData[K] };

const edit = async (table: Table, key: Key, change: (value: never) => void): Promise<void> => {
  const item = await table.get(key);
  if (!item) throw new Error(`no row ${key.pk} ${key.sk}`);
  const value = structuredClone(item.value);
  change(value as never);
  await table.write([{ put: key, value, if: { version: item.version } }]);
};

/** A request that was approved by all three and waits for its key store. */
const approved = async (table: Table) => {
  const office = openOffice(table);
  const away = new Fault('store-unavailable', 'The key store did not answer.');
  office.issuer.fail(away);
  const id = await bringTo(office.registration, 'approved');
  office.logged.length = 0;
  const row = (await table.get<RequestRow>(requestKey(id)))?.value as RequestRow;
  return { office, id, row };
};

const refusal = (request: string, error = 'approval-not-recorded') => ({
  message: 'An approved request is not issued yet; it is taken up again',
  facts: expect.objectContaining({ request, error }),
});

const HOUR = 3_600_000;
const otherKey = Buffer.from('another SubjectPublicKeyInfo').toString('base64');

describe('an approval', () => {
  it('that nobody gave, in a forged row, gives no certificate, and does not block other requests', async () => {
    await using store = await openTemporaryTable();
    const { office, id, row } = await approved(store.table);
    const forged = newRequestId(
      () => Date.UTC(2026, 10, 21),
      (n) => Buffer.alloc(n, 7),
    );
    const { change: _, ...rest } = row;
    const publicKeyDigest = hash('sha256', Buffer.from(otherKey, 'base64'));
    const value: Value = { ...rest, publicKeyDigest, change: '00' };
    await store.table.write([
      { put: requestKey(forged), value, if: 'absent' },
      ...LISTED.flatMap((by) =>
        ([undefined, 'approved'] as const).map((state) => ({
          put: { pk: listingPk({ ...by, state }), sk: forged },
          value: {},
          if: 'absent' as const,
        })),
      ),
    ]);
    // It comes before the genuine one in the listing.
    expect(await office.registration.recover()).toEqual([id]);
    expect([...office.issuer.orders.keys()]).toEqual([id]);
    expect((await office.registration.get(PEOPLE.yamada, forged)).state).toBe('approved');
    // Nobody seals data for it, and those of the genuine one do not open under another name.
    const damaged = refusal(forged, 'personal-data-damaged');
    expect(office.logged).toEqual([damaged]);
    const item = (await store.table.get({ pk: requestItem(id), sk: 'item' }))?.value as Value;
    await store.table.write([{ put: { pk: requestItem(forged), sk: 'item' }, value: item, if: 'absent' }]);
    office.advance(HOUR);
    expect(await office.registration.recover()).toEqual([]);
    expect([...office.issuer.orders.keys()]).toEqual([id]);
  });

  it.each<[string, (row: Draft) => void]>([
    [
      'the public key',
      (row) => {
        row.publicKeyDigest = hash('sha256', Buffer.from(otherKey, 'base64'));
      },
    ],
    [
      'the holder',
      (row) => {
        row.holder = 'somebody';
      },
    ],
    [
      'the office',
      (row) => {
        row.office = 'nara';
      },
    ],
    [
      'the profile version',
      (row) => {
        row.profileVersion = 2;
      },
    ],
    [
      'the records, of which one counts twice',
      (row) => {
        row.records = [row.records[0] ?? '', row.records[1] ?? '', row.records[1] ?? ''];
      },
    ],
    [
      'the records, of which one is left out',
      (row) => {
        row.records = row.records.slice(0, 2);
      },
    ],
    [
      'the records, of which one is no id',
      (row) => {
        row.records = [...row.records.slice(0, 2), 'none'];
      },
    ],
    [
      'its shape',
      (row) => {
        for (const name of Object.keys(row)) {
          if (name !== 'state' && name !== 'office') delete (row as Record<string, unknown>)[name];
        }
      },
    ],
  ])('does not stand for a row with another value of %s; put back, it does', async (_, change) => {
    await using store = await openTemporaryTable();
    const { office, id, row } = await approved(store.table);
    await edit(store.table, requestKey(id), change);
    expect(await office.registration.recover()).toEqual([]);
    expect(office.issuer.orders.size).toBe(0);
    expect((await store.table.get<RequestRow>(requestKey(id)))?.value.state).toBe('approved');
    expect(office.logged).toHaveLength(1);

    await edit(store.table, requestKey(id), (value: Draft & { holder?: string }) => {
      delete value.holder;
      Object.assign(value, row);
    });
    office.advance(HOUR);
    expect(await office.registration.recover()).toEqual([id]);
    expect(office.issuer.orders.get(id)?.order).toMatchObject({
      actor: 'centre-yamada',
      office: 'hino',
      basis: row.records,
    });
    await checkTable(store.table, office);
  });

  it.each<[string, (data: DataDraft) => void]>([
    [
      'the public key',
      (data) => {
        data.subjectPublicKeyInfo = otherKey;
      },
    ],
    [
      'a field',
      (data) => {
        data.fields = { CN: '別人' };
      },
    ],
    [
      'the subject',
      (data) => {
        data.subject = 'C=JP, CN=別人';
      },
    ],
    [
      'the salt',
      (data) => {
        data.salt = '00'.repeat(16);
      },
    ],
  ])('does not stand for data with another value of %s, whoever sealed them', async (_, change) => {
    await using store = await openTemporaryTable();
    const { office, id, row } = await approved(store.table);
    const seal = (make: (data: RequestData) => RequestData) =>
      office.personal.change<RequestData>(requestItem(id), (data) => ({
        value: make(data as RequestData),
        terms: { tenant: row.tenant, end: Date.UTC(2028, 0, 1) },
      }));
    let before: RequestData | undefined;
    await seal((data) => {
      before = data;
      const changed = structuredClone(data) as DataDraft;
      change(changed);
      return changed;
    });
    expect(await office.registration.recover()).toEqual([]);
    expect(office.issuer.orders.size).toBe(0);
    expect(office.logged).toHaveLength(1);
    await seal(() => before as RequestData);
    office.advance(HOUR);
    expect(await office.registration.recover()).toEqual([id]);
    await checkTable(store.table, office);
  });

  it.each([
    ['that has taken over', ['nara'], true],
    ['that has not', ['uji'], false],
  ] as const)('by an officer of another office %s', async (_, successors, isIssued) => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table, fakeIssuer(), async () => ({ successors, isServed: true }));
    const id = await bringTo(office.registration, 'submitted');
    const successor = { ...PEOPLE.kato, predecessors: ['hino'] };
    await office.registration.examine(successor, id, { decision: 'approve' });
    const { state } = await office.registration.examine(PEOPLE.yamada, id, { decision: 'approve' });
    expect(state).toBe(isIssued ? 'issued' : 'approved');
    expect(office.logged).toEqual(isIssued ? [] : [refusal(id)]);
    expect(office.issuer.orders.get(id)?.order.office).toBe(isIssued ? 'hino' : undefined);
  });

  it.each([0, 1, 2])('needs the record of each act: act %i', async (act) => {
    await using store = await openTemporaryTable();
    const { office, id, row } = await approved(store.table);
    const key = stagedKey(row.records[act] ?? '');
    await store.table.write([{ delete: key, if: { version: 1 } }]);
    expect(await office.registration.recover()).toEqual([]);
    expect(office.issuer.orders.size).toBe(0);
    expect(office.logged).toEqual([refusal(id)]);
  });

  it('is found whether its records are settled or not', async () => {
    await using store = await openTemporaryTable();
    const { office, id } = await approved(store.table);
    expect(await allRecords(store.table)).toHaveLength(3);
    expect(await office.registration.recover()).toEqual([id]);
  });

  it('at the centre gives no certificate if the row falsely says that the office approved', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const id = await bringTo(office.registration, 'submitted');
    const examination = { stage: 'office', by: 'hino-sato', at: '2026-11-22T00:00:09Z', decision: 'approve' };
    await edit(store.table, requestKey(id), (row: Draft) => {
      row.state = 'examined';
      row.examinations = [examination as never];
      row.persons = ['tanaka', 'sato'];
    });
    const listing = (state: 'submitted' | 'examined') =>
      LISTED.map((by) => ({ pk: listingPk({ ...by, state }), sk: id }));
    await store.table.write([
      ...listing('submitted').map((key) => ({ delete: key, if: { version: 1 } }) as const),
      ...listing('examined').map((key) => ({ put: key, value: {}, if: 'absent' }) as const),
    ]);
    await expect(
      office.registration.examine(PEOPLE.yamada, id, { decision: 'approve' }),
    ).rejects.toMatchObject({ code: 'approval-not-recorded' });
    expect((await office.registration.get(PEOPLE.yamada, id)).state).toBe('examined');
    expect(office.issuer.orders.size).toBe(0);
  });

  it('by one person under two ids gives no certificate, even if the row hides one of the ids', async () => {
    await using store = await openTemporaryTable();
    const office = openOffice(store.table);
    const { registration } = office;
    const id = await bringTo(registration, 'submitted');
    await registration.examine(PEOPLE.suzuki, id, { decision: 'approve' });
    await expect(
      registration.examine(PEOPLE.suzukiAtCentre, id, { decision: 'approve' }),
    ).rejects.toMatchObject({ code: 'same-person' });
    await edit(store.table, requestKey(id), (row: Draft) => {
      row.persons = ['tanaka'];
    });
    const { state } = await registration.examine(PEOPLE.suzukiAtCentre, id, { decision: 'approve' });
    expect(state).toBe('approved');
    expect(office.issuer.orders.size).toBe(0);
    expect(office.logged).toEqual([refusal(id)]);
  });
});
