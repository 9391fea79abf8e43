import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { certificatePk, holderPk, recordKey } from '../../lib/ledger/rows.ts';
import type { CertificateRef, Principal } from '../../lib/principal.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { FIELDS, openService, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { openAnother } from '../status/another.ts';
import { deleteRow, putRow, rollbackTable } from '../store/row-attacks.ts';

/** Whose records a person may see is decided by acts. Rows that are put back or forged show nobody anything. */

const folder = temporaryFolder();
let table: ReturnType<typeof rollbackTable>;
let service: Service;
let tanabe: Principal;
let friend: Principal;
let noda: Principal;
let own: CertificateRef;
let others: CertificateRef;

const issueAbout = async (holder: string, name: string): Promise<CertificateRef> => {
  const { registration } = service.app;
  const { request } = await registration.submit(service.principal('higashi-counter'), {
    profile: 'person-authentication',
    csr: opensslRequest(folder.path, name),
    fields: FIELDS['person-authentication'] ?? {},
    holder,
  });
  await registration.examine(service.principal('higashi-examiner'), request.id, { decision: 'approve' });
  const { certificate } = await registration.examine(noda, request.id, { decision: 'approve' });
  return certificate as CertificateRef;
};

beforeAll(async () => {
  service = await openService(folder.path, {
    table: (sqlite) => {
      table = rollbackTable(sqlite);
      return table;
    },
  });
  [tanabe, friend] = service.principals.filter(({ role }) => role === 'holder') as [Principal, Principal];
  noda = service.principal('operator-noda');
  own = await issueAbout(tanabe.id, 'own');
  others = await issueAbout(friend.id, 'others');
  for (const ref of [own, others]) {
    service.advance(5);
    await service.app.status.ocsp(await ocspRequestFor(service, ref), {
      method: 'POST',
      recipient: 'tax-portal',
    });
  }
}, 120_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const delegateKey = () => ({ pk: `delegate/${tanabe.id}`, sk: friend.id });
const look = () => service.app.disclosures.own(friend, { holder: tanabe.id, limit: 10 }, 'GET');
const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'none',
    (error: unknown) => (Fault.is(error) ? error.code : String(error)),
  );
const acts = async () =>
  (await service.app.ledger.query({ kind: 'disclosure', limit: 100 })).records.flatMap((record) =>
    record.kind !== 'provision' && record.details.delegate === friend.id ? [record.details.act] : [],
  );

describe('a delegate', () => {
  it('is not made by a row', async () => {
    await putRow(table, delegateKey(), { since: '2026-01-01T00:00:00.000Z' });
    expect(await codeOf(look())).toBe('forbidden');
    expect(await codeOf(service.app.disclosures.cases.open(friend, tanabe.id))).toBe('forbidden');
    expect(await service.app.disclosures.delegates.list(tanabe.id)).toEqual([]);
    await deleteRow(table, delegateKey());
  });

  it('that was withdrawn does not come back where the rows of before are put back', async () => {
    const { delegates } = service.app.disclosures;
    await delegates.name(tanabe, friend.id);
    await look();
    const restore = table.mark();
    await delegates.withdraw(tanabe, friend.id);
    await restore();
    expect(await table.get(delegateKey())).toBeDefined();
    expect(await codeOf(look())).toBe('forbidden');
    expect(await delegates.list(tanabe.id)).toEqual([]);
    await delegates.withdraw(tanabe, friend.id);
    expect(await table.get(delegateKey())).toBeUndefined();
  });

  it('is withdrawn although the row was deleted, so the row cannot be put back', async () => {
    const { delegates } = service.app.disclosures;
    await delegates.name(tanabe, friend.id);
    const row = await table.get(delegateKey());
    await deleteRow(table, delegateKey());
    expect(await codeOf(look())).toBe('forbidden');
    await delegates.withdraw(tanabe, friend.id);
    await putRow(table, delegateKey(), row?.value ?? {});
    expect(await codeOf(look())).toBe('forbidden');
    await deleteRow(table, delegateKey());
  });

  it('has the end that was named last, whatever the row says', async () => {
    const { delegates } = service.app.disclosures;
    await delegates.name(tanabe, friend.id);
    const endless = await table.get(delegateKey());
    await delegates.name(tanabe, friend.id, new Date(service.now() + 60_000).toISOString());
    await putRow(table, delegateKey(), endless?.value ?? {});
    await look();
    service.advance(61_000);
    expect(await codeOf(look())).toBe('forbidden');
    expect(await delegates.list(tanabe.id)).toEqual([]);
    await deleteRow(table, delegateKey());
  });

  it.each(['object', 'rows'])(
    'is named and withdrawn when it is tried again after the %s was lost',
    async (lost) => {
      let isBroken = true;
      const unless = <T>(what: string, write: () => Promise<T>): Promise<T> =>
        isBroken && lost === what
          ? Promise.reject(new Fault('store-unavailable', 'The store does not answer.'))
          : write();
      const { app } = await openAnother({
        ...service,
        objects: {
          ...service.objects,
          put: (key, body, options) => unless('object', () => service.objects.put(key, body, options)),
        },
        table: {
          get: (key) => table.get(key),
          query: (query) => table.query(query),
          close: async () => {},
          write: (writes) => unless('rows', () => table.write(writes)),
        },
      });
      const { delegates } = app.disclosures;
      expect(await codeOf(delegates.name(tanabe, friend.id))).toBe('store-unavailable');
      expect(await codeOf(look())).toBe('forbidden');
      isBroken = false;
      await delegates.name(tanabe, friend.id);
      await look();
      isBroken = true;
      expect(await codeOf(delegates.withdraw(tanabe, friend.id))).toBe('store-unavailable');
      // The object decides, even where its rows are not made yet.
      expect(await codeOf(look())).toBe(lost === 'rows' ? 'forbidden' : 'none');
      isBroken = false;
      await delegates.withdraw(tanabe, friend.id);
      expect(await codeOf(look())).toBe('forbidden');
      expect(await table.get(delegateKey())).toBeUndefined();
      expect((await acts())[0]).toBe('delegate-withdrawn');
    },
  );
});

describe('a disclosure', () => {
  const bundleOf = async (caller: Principal, id: string) => {
    const { jws } = await service.app.disclosures.handOver(caller, id, 'GET');
    return JSON.parse(Buffer.from(JSON.parse(jws).payload, 'base64url').toString());
  };

  it('that nobody asked for is not made because a row says that somebody did', async () => {
    const { cases } = service.app.disclosures;
    const real = await cases.open(tanabe, tanabe.id);
    const row = await table.get({ pk: 'disclosure', sk: real.id });
    const [provision] = (await service.app.ledger.query({ kind: 'provision', limit: 1 })).records;
    const id = real.id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    const copied = await table.get(recordKey(real.id));
    await putRow(table, recordKey(id), copied?.value ?? {});
    for (const forged of [id, String(provision?.id)]) {
      await putRow(table, { pk: 'disclosure', sk: forged }, row?.value ?? {});
      await putRow(table, { pk: `disclosure/holder/${tanabe.id}`, sk: forged }, {});
      for (const caller of [tanabe, noda]) {
        expect(await codeOf(cases.get(caller, forged))).toBe('unknown-disclosure');
        expect(await codeOf(service.app.disclosures.handOver(caller, forged, 'GET'))).toBe(
          'unknown-disclosure',
        );
        const listed = (await cases.list(caller, { limit: 100 })).cases.map((one) => one.id);
        expect(listed).toContain(real.id);
        expect(listed).not.toContain(forged);
      }
      await deleteRow(table, { pk: 'disclosure', sk: forged });
    }
  });

  it('is about the holder who is in the record, not the one in the row', async () => {
    const { cases } = service.app.disclosures;
    const { id } = await cases.open(tanabe, tanabe.id);
    const row = await table.get({ pk: 'disclosure', sk: id });
    await putRow(table, { pk: 'disclosure', sk: id }, { ...row?.value, holder: friend.id });
    await putRow(table, { pk: `disclosure/holder/${friend.id}`, sk: id }, {});
    expect(await codeOf(cases.get(friend, id))).toBe('unknown-disclosure');
    expect((await cases.list(friend, { limit: 100 })).cases).toEqual([]);
    expect((await bundleOf(noda, id)).holder).toBe(tanabe.id);
  });

  it('and own records have nothing of a certificate that only a row gives to the holder', async () => {
    const [issuance] = (await service.app.ledger.query({ holder: friend.id, kind: 'issuance', limit: 1 }))
      .records;
    const theirs = (await service.app.ledger.query({ certificate: others, kind: 'provision', limit: 10 }))
      .records;
    expect(theirs.length).toBeGreaterThan(0);
    // Pointers to another holder's issuance, and to answers about another's certificate.
    await putRow(table, { pk: holderPk(tanabe.id), sk: String(issuance?.id) }, { kind: 'issuance' });
    for (const { id } of theirs) {
      await putRow(table, { pk: certificatePk(own.ca, own.serial), sk: id }, { kind: 'provision' });
    }
    const { entries } = await service.app.disclosures.own(tanabe, { holder: tanabe.id, limit: 100 }, 'GET');
    expect(entries.length).toBeGreaterThan(0);
    for (const { id } of theirs) expect(entries.map((entry) => entry.id)).not.toContain(id);
    const { id } = await service.app.disclosures.cases.open(tanabe, tanabe.id);
    const bundle = await bundleOf(tanabe, id);
    expect(bundle.certificates.map(({ serial }: CertificateRef) => serial)).toEqual([own.serial]);
    expect(JSON.stringify(bundle)).not.toContain(others.serial);
  });
});
