import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../lib/principal.ts';
import { newRequestId } from '../../lib/registration/request-id.ts';
import { type RequestRow, requestKey } from '../../lib/registration/rows.ts';
import { openTemporaryTable } from '../store/temporary.ts';
import { allRecords, bringTo, checkTable, newSubmission, openOffice } from './office.ts';
import { PEOPLE, TENANTS } from './people.ts';

/** The office of Hino belongs to one tenant, and that of Nara to another. */
const { ito, yamada, auditor } = PEOPLE;
const { ofNara, ofNaraAuditing, ofHino } = TENANTS;
const HOLDER = 'pseudonym-1';
const APPROVE = { decision: 'approve' } as const;

let store: Awaited<ReturnType<typeof openTemporaryTable>>;
let office: ReturnType<typeof openOffice>;
let hino: string;
let nara: string;

beforeAll(async () => {
  store = await openTemporaryTable();
  office = openOffice(store.table);
  const { registration } = office;
  hino = await bringTo(registration, 'issued', { ...(await newSubmission()), holder: HOLDER });
  nara = (await registration.submit(ito, { ...(await newSubmission()), holder: HOLDER })).request.id;
  await registration.examine(PEOPLE.kato, nara, APPROVE);
});
afterAll(() => store[Symbol.asyncDispose]());

const refusalOf = async (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'done',
    ({ code, message, facts }) => ({ code, message, facts }),
  );

describe("another tenant's request", () => {
  it('is to operators and auditors as one that nobody has, whatever is asked', async () => {
    const { registration } = office;
    const missing = newRequestId(
      () => Date.UTC(2026, 10, 22),
      (n) => Buffer.alloc(n, 9),
    );
    const asks: readonly ((who: Principal, id: string) => Promise<unknown>)[] = [
      (who, id) => registration.get(who, id),
      (who, id) => registration.collect(who, id, 'GET'),
      (who, id) => registration.examine(who, id, APPROVE),
      (who, id) => registration.examine(who, id, { decision: 'reject', reason: 'no' }),
      (who, id) => registration.withdraw(who, id, 'no'),
    ];
    for (const [who, id] of [
      [ofNara, hino],
      [ofNaraAuditing, hino],
      [ofHino, nara],
    ] as const) {
      for (const ask of asks) {
        const refusal = await refusalOf(ask(who, id));
        expect(refusal).toMatchObject({ code: 'unknown-request' });
        expect(refusal).toEqual(await refusalOf(ask(who, missing)));
      }
    }
    await checkTable(store.table, office);
  });

  it('is in no list, and its office has none', async () => {
    const listed = async (who: Principal, query: { readonly office?: string } = {}) =>
      (await office.registration.list(who, { ...query, limit: 10 })).requests.map(({ id }) => id);
    expect(await listed(auditor)).toEqual([nara, hino]);
    expect(await listed(ofNaraAuditing)).toEqual([nara]);
    expect(await listed(ofHino)).toEqual([hino]);
    expect(await listed(ofNara, { office: 'hino' })).toEqual([]);
    expect(await listed(ofNara, { office: 'nara' })).toEqual([nara]);
    for (const state of ['issued', 'examined'] as const) {
      const { requests } = await office.registration.list(ofNara, { state, limit: 10 });
      expect(requests.map(({ id }) => id)).toEqual(state === 'examined' ? [nara] : []);
    }
    const { cursor } = await office.registration.list(auditor, { limit: 1 });
    expect(
      await refusalOf(office.registration.list(ofNara, { limit: 1, cursor: cursor ?? '' })),
    ).toMatchObject({
      code: 'cursor-invalid',
    });
  });

  it('makes no holder known', async () => {
    const { registration } = office;
    expect((await registration.get(yamada, nara)).newHolder).toBeUndefined();
    expect((await registration.get(ofNara, nara)).newHolder).toBe(true);
    const [request] = (await registration.list(ofNaraAuditing, { limit: 1 })).requests;
    expect(request).toMatchObject({ tenant: 'minase', newHolder: true });
  });
});

it('every record of a request names its tenant', async () => {
  const records = await allRecords(store.table);
  expect(records.length).toBeGreaterThan(4);
  for (const record of records) {
    expect([record.kind, record.tenant]).toEqual([
      record.kind,
      record.office === 'hino' ? 'tokiwa' : 'minase',
    ]);
  }
});

it("a row that was given to another tenant is no approval, and opens nothing to that tenant's operator", async () => {
  const key = requestKey(nara);
  const { version = 0, value } = (await store.table.get<RequestRow>(key)) ?? {};
  await store.table.write([
    { put: key, value: { ...value, tenant: 'tokiwa' } as RequestRow, if: { version } },
  ]);
  expect(await refusalOf(office.registration.examine(ofHino, nara, APPROVE))).not.toBe('done');
  expect((await office.registration.get(yamada, nara)).certificate).toBeUndefined();
});
