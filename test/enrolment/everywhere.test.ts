import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDirectory, writeDirectory } from '../../functions/lambda/directory.ts';
import { Fault } from '../../lib/fault.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { recordedPurpose } from '../../lib/recorded-purpose.ts';
import { composeResponder } from '../../lib/responder-app.ts';
import type { Key, Value } from '../../lib/store/store.ts';
import { digestOf } from '../../lib/trust-domain/trust-domain.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { FIELDS, openService, opensslRequest, type Service, temporaryFolder } from '../service.ts';
import { enter, firstChief, type Member, newKey, openMinami, ownCertificate } from './people.ts';

/** Enrolled principals and offices count wherever those of the trust domain's file do. */

const folder = temporaryFolder();
let service: Service;
let library: Member;
let chief: Member;
let about: CertificateRef;

const LENDING = {
  id: 'lending',
  title: { ja: '図書の貸出', en: 'Lending of books' },
  legalBasis: '図書館条例 第3条',
};

const enrolLibrary = async (): Promise<Member> => {
  const { people } = service.app.enrolment;
  const [sakai, noda] = [service.principal('operator-sakai'), service.principal('operator-noda')];
  await people.propose(sakai, 'library', {
    role: 'relyingParty',
    name: { ja: '瑞崎市立図書館', en: 'Mizusaki Library' },
    purposes: [LENDING],
    agreement: '2026-17',
  });
  const { invitation } = await people.confirm(noda, 'library');
  return enter(service, invitation ?? '', sakai);
};

beforeAll(async () => {
  service = await openService(folder.path);
  await openMinami(service);
  chief = await firstChief(service);
  library = await enrolLibrary();
  const { registration } = service.app;
  const { request } = await registration.submit(service.principal('higashi-counter'), {
    profile: 'person-authentication',
    csr: opensslRequest(folder.path, 'tanabe'),
    fields: FIELDS['person-authentication'] ?? {},
    holder: 'holder-tanabe',
  });
  await registration.examine(service.principal('higashi-examiner'), request.id, { decision: 'approve' });
  const noda = service.principal('operator-noda');
  const done = await registration.examine(noda, request.id, { decision: 'approve' });
  about = done.certificate as CertificateRef;
}, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});

const codeOf = (acting: Promise<unknown>): Promise<string> =>
  acting.then(
    () => 'none',
    (error: unknown) => {
      if (Fault.is(error)) return error.code;
      throw error;
    },
  );

/** A process of the OCSP function, and what it reads of enrolments. */
const openFunction = () => {
  const read: string[] = [];
  const { table, objects } = service;
  const app = composeResponder(
    {
      ...readDirectory(writeDirectory(service.trustDomain, digestOf(service.trustDomainText))),
      table: {
        get: <T extends Value>(key: Key) => {
          if (key.pk.startsWith('enrolled')) read.push(key.pk);
          return table.get<T>(key);
        },
        query: (query) => table.query(query),
        write: (writes) => table.write(writes),
        close: () => table.close(),
      },
      objects: {
        get: (key) => {
          read.push(key);
          return objects.get(key);
        },
      },
      responderKeys: service.keys,
      clock: service.now,
      random: (n) => new Uint8Array(n),
      log: () => {},
    },
    {},
  );
  const certificate = ownCertificate(library.pem);
  return { app, read, known: () => app.principals.byCertificate(certificate) };
};

const known = () => service.app.principals.byCertificate(ownCertificate(library.pem));

const ROW = { pk: 'enrolled-principal/library', sk: 'principal' };

/** Changes the row, as somebody does who can write to the table. Gives what puts it back. */
const forged = async (change: (record: LedgerRecord) => unknown): Promise<() => Promise<void>> => {
  const row = await service.table.get<{ readonly record: Value }>(ROW);
  if (row === undefined) throw new Error('no row');
  const put = async (record: unknown): Promise<void> => {
    const version = (await service.table.get(ROW))?.version ?? 0;
    const value = { ...row.value, record } as unknown as Value;
    await service.table.write([{ put: ROW, value, if: { version } }]);
  };
  await put(change(row.value.record as unknown as LedgerRecord));
  return () => put(row.value.record);
};

describe('the OCSP function', () => {
  it('names an enrolled relying party, with its purpose, and keeps its row for a minute', async () => {
    const { app, read, known: named } = openFunction();
    const principal = await named();
    expect(principal).toMatchObject({ id: 'library', purposes: [LENDING] });
    expect(read).toContain('act-keys/enrolment-1');
    const { length } = read;
    await named();
    expect(read).toHaveLength(length);
    service.advance(60_001);
    await named();
    expect(read.slice(length)).toEqual(read.slice(0, length));
    const caller = {
      recipient: principal.id,
      method: 'POST',
      ...recordedPurpose(principal, 'lending'),
    };
    await app.status.ocsp(await ocspRequestFor(service, about), caller);
    const { records } = await service.app.ledger.query({ recipient: 'library', limit: 10 });
    expect(records[0]).toMatchObject({ recipient: 'library', purpose: 'lending' });
  });

  it('reads nothing of enrolments for those who do not say who they are', async () => {
    const { app, read } = openFunction();
    await app.status.ocsp(await ocspRequestFor(service, about), { recipient: 'public', method: 'POST' });
    expect(read).toEqual([]);
  });

  it('names nobody by a row with another signature, or with none', async () => {
    for (const change of [
      ({ signature: _, ...record }: { readonly signature?: unknown }) => record,
      (record: LedgerRecord) => ({ ...record, signature: { key: 'enrolment-1', value: 'AAAA' } }),
      (record: LedgerRecord) => ({ ...record, time: '2026-01-01T00:00:00.000Z' }),
      (record: LedgerRecord) => {
        const details = (record as { details?: Record<string, Value> }).details ?? {};
        return {
          ...record,
          details: { ...details, state: { ...(details.state as object), role: 'operator' } },
        };
      },
      () => ({}),
    ]) {
      const back = await forged(change as (record: LedgerRecord) => unknown);
      expect(await codeOf(openFunction().known())).toBe('client-certificate-invalid');
      expect(await codeOf(known())).toBe('client-certificate-invalid');
      await back();
    }
    expect(await codeOf(openFunction().known())).toBe('none');
  });

  it('goes on naming a party that brings another key', async () => {
    const { people } = service.app.enrolment;
    const [sakai, noda] = [service.principal('operator-sakai'), service.principal('operator-noda')];
    await people.propose(
      sakai,
      'library',
      {
        role: 'relyingParty',
        name: { ja: '瑞崎市立図書館', en: 'Mizusaki Library' },
        purposes: [LENDING],
      },
      { invites: true },
    );
    const { invitation } = await people.confirm(noda, 'library');
    await people.bring(invitation ?? '', newKey(folder.path, 'library-next').csr);
    expect((await openFunction().known()).id).toBe('library');
  });
});

describe('a suspension', () => {
  it('counts in the OCSP function within a minute, and elsewhere at once', async () => {
    const { people } = service.app.enrolment;
    const { known: named } = openFunction();
    await named();
    await people.suspend(service.principal('operator-sakai'), 'library');
    expect(await codeOf(known())).toBe('not-in-force');
    expect(await codeOf(named())).toBe('none');
    service.advance(60_001);
    expect(await codeOf(named())).toBe('not-in-force');
    expect(await codeOf(openFunction().known())).toBe('not-in-force');
  });
});

describe('queries', () => {
  const asked = (query: Parameters<Service['app']['names']['assertKnown']>[1]) =>
    codeOf(service.app.names.assertKnown({}, query));

  it('know those who were enrolled, whatever became of them, and nobody else', async () => {
    expect(await asked({ recipient: 'library', purpose: 'lending' })).toBe('none');
    expect(await asked({ actor: 'minami-chief', office: 'minami' })).toBe('none');
    expect(await asked({ recipient: 'librarian' })).toBe('unknown-recipient');
    expect(await asked({ actor: 'librarian' })).toBe('unknown-actor');
    expect(await asked({ office: 'kita' })).toBe('unknown-office');
    expect(await asked({ recipient: 'library', purpose: 'borrowing' })).toBe('unknown-purpose');
  });
});

describe('the profiles', () => {
  it('of an enrolled officer are those of the enrolled office', async () => {
    const profiles = await service.app.profiles.list(chief.principal);
    expect(profiles.map(({ id, offices }) => [id, offices])).toEqual([
      ['official-position', ['minami']],
      ['person-signature', ['minami']],
    ]);
  });
});

describe('what is told about answers', () => {
  it('names the relying party to the holder, and officers by their office', async () => {
    const { ledger, disclosures } = service.app;
    await ledger.append({
      kind: 'provision',
      recipient: 'minami-chief',
      channel: 'status',
      method: 'GET',
      certificates: [about],
      provided: {},
      responseDigest: '0'.repeat(64),
      count: 1,
    });
    const holder = service.principal('holder-tanabe');
    const { entries } = await disclosures.own(holder, { holder: holder.id, limit: 10 }, 'GET');
    const told = entries.find(({ who }) => who.recipient === 'library');
    expect(told).toMatchObject({
      who: { ja: '瑞崎市立図書館', en: 'Mizusaki Library' },
      why: { ...LENDING.title, purpose: 'lending', legalBasis: LENDING.legalBasis },
    });
    expect(entries.map(({ who }) => who.recipient)).toContain('minami');
    expect(JSON.stringify(entries)).not.toContain('minami-chief');
  });

  it('names it in the annual report, and people by their roles', async () => {
    const { ledger, reporting } = service.app;
    const year = Number((await ledger.query({ limit: 1 })).records[0]?.time.slice(0, 4));
    const fiscalYear = new Date(service.now()).getUTCMonth() < 3 ? year - 1 : year;
    service.advance(400 * 86_400_000);
    await reporting.reports.makeAnnual('auditor', fiscalYear);
    const { report } = await reporting.reports.annual(fiscalYear);
    expect(report.recipients.library).toEqual({ ja: '瑞崎市立図書館', en: 'Mizusaki Library' });
    expect(report.purposes.lending).toEqual({ ...LENDING.title, legalBasis: LENDING.legalBasis });
    expect(Object.keys(report.recipients)).toContain('officer');
    expect(Object.keys(report.recipients)).not.toContain('former');
    expect(JSON.stringify(report)).not.toContain(chief.id);
  });
});
