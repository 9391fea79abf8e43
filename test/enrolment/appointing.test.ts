import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AskedOperator, assertBothPresent, enrolOperator } from '../../functions/local/new-operator.ts';
import { listPk } from '../../lib/enrolment/listings.ts';
import { rowKey } from '../../lib/enrolment/rows.ts';
import { Fault } from '../../lib/fault.ts';
import type { Principal } from '../../lib/principal.ts';
import { type ActRecord, changed, judged, registerOf } from '../audit/enrolment-life.ts';
import { codeOf } from '../authority/house.ts';
import { credentialsOfAll } from '../credentials.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { deleteRow, putRow } from '../store/row-attacks.ts';
import { allRecords, auditOf } from '../world.ts';
import { newKey, ownCertificate } from './people.ts';

/* Where no two operators are left, the two persons of the ceremony enrol one at the machine. */

const folder = temporaryFolder();
const requests = join(folder.path, 'office.requests');
const certificates = join(folder.path, 'certificates');
const PRESENT = ['operator-noda', 'operator-sakai'];
let house: Service;
let noda: Principal;

beforeAll(async () => {
  // The two persons of the ceremony, and nobody else.
  house = await openService(folder.path, { domain: ({ operators }) => operators.splice(2) });
  await credentialsOfAll(house, join(folder.path, 'credentials'));
  noda = house.principal('operator-noda');
  mkdirSync(requests);
}, 60_000);
afterAll(async () => {
  await house.close();
  folder.remove();
});

const pemOf = (place: string, id: string): Uint8Array =>
  ownCertificate(readFileSync(join(folder.path, place, id, 'cert.pem'), 'utf8'));

/** The operator makes a key and hands the request over. */
const asks = (id: string, csr = newKey(folder.path, id).csr): void =>
  writeFileSync(join(requests, `${id}.csr`), csr);

const enrol = (principal: string, more: Partial<AskedOperator> = {}): Promise<string> =>
  enrolOperator(
    house.core,
    { trustDomain: house.trustDomain, text: house.trustDomainText },
    { principal, present: PRESENT, ...more },
    { requests, certificates },
  );

const refusal = async (act: Promise<unknown>): Promise<string> => {
  const error: unknown = await act.catch((reason: unknown) => reason);
  return Fault.is(error) ? `${error.code}: ${error.message}` : String(error);
};

const serialOf = async (place: string, id: string) =>
  house.core.authority.issuedFor(
    (await house.app.ledger.query({ kind: 'issuance', limit: 1000 })).records.flatMap((record) =>
      record.kind !== 'provision' && record.details.keyHolder === id ? [String(record.details.order)] : [],
    )[0] ?? place,
  );

const revoke = async (id: string, by: Principal): Promise<void> => {
  const ref = await serialOf('credentials', id);
  await house.app.authority.revoke(by, ref as NonNullable<typeof ref>, { reason: 'keyCompromise' });
};

const recordsOf = async (): Promise<readonly ActRecord[]> =>
  (await allRecords(house))
    .filter((record): record is ActRecord => record.kind !== 'provision')
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));

it('takes both persons, and refuses while two operators are left', async () => {
  for (const present of [[], ['operator-noda'], [...PRESENT, 'auditor']])
    expect(() => assertBothPresent(house.trustDomain, { principal: 'x', present })).toThrow(
      'enrol an operator',
    );
  assertBothPresent(house.trustDomain, { principal: 'x', present: PRESENT });
  expect(await codeOf(enrol('operator-ueda'))).toBe('configuration-invalid');
  asks('operator-ueda');
  const before = (await recordsOf()).length;
  expect(await refusal(enrol('operator-ueda'))).toMatch(
    /^wrong-state: Two operators are left: operator-noda, operator-sakai\./,
  );
  expect((await recordsOf()).length).toBe(before);
});

it('enrols an operator once one of two has lost the credential, who then acts with the other', async () => {
  await revoke('operator-sakai', noda);
  house.advance(60_000);
  expect(await enrol('operator-ueda')).toContain(
    'enrolled as an operator by operator-sakai and operator-noda',
  );
  const ueda = await house.app.principals.byCertificate(pemOf('certificates', 'operator-ueda'), 'acts');
  expect(ueda).toMatchObject({ role: 'operator', person: 'operator-ueda', name: { ja: 'operator-ueda' } });
  const { people } = house.app.enrolment;
  await people.propose(ueda, 'operator-ueda', { role: 'operator', name: { ja: '上田 花', en: 'Ueda Hana' } });
  await people.confirm(noda, 'operator-ueda');
  const [act] = (await recordsOf()).filter(({ details }) => details.id === 'operator-ueda');
  const { ceremony } = (act as ActRecord).details as { ceremony: { basis: string[]; operators: unknown } };
  expect((act as ActRecord).actor).toBe('operator-sakai+operator-noda');
  expect(ceremony.operators).toEqual([
    { id: 'operator-noda', person: 'operator-noda', acts: true },
    { id: 'operator-sakai', person: 'operator-sakai', acts: false },
  ]);
  const basis = (await recordsOf()).filter(({ id }) => ceremony.basis.includes(id));
  expect(basis.map(({ actor, details }) => [actor, details.step, details.operator])).toEqual(
    [
      ['operator-sakai', 'consented'],
      ['operator-sakai+operator-noda', 'held'],
    ].map((one) => [...one, expect.objectContaining({ principal: 'operator-ueda' })]),
  );
  expect((await auditOf(house)).found).toEqual([]);
  // Somebody starts the service with the same words again.
  expect(await enrol('operator-ueda')).toContain('operator-ueda: enrolled');
  expect((await auditOf(house)).found).toEqual([]);
});

it('is found by the audit where two operators were left, or the persons consented to something else', async () => {
  const records = await recordsOf();
  const found = (read: readonly ActRecord[]) => judged(read, { now: house.now(), shown: registerOf(read) });
  expect(found(records)).toEqual([]);
  const firstWith = (test: (record: ActRecord) => boolean): ActRecord => records.find(test) as ActRecord;
  const inPlaceOf = (record: ActRecord, to: Readonly<Record<string, unknown>>) =>
    records.map((one) => (one === record ? changed(one, to) : one));
  const lost = firstWith(({ kind }) => kind === 'revocation');
  expect(found(records.filter((one) => one !== lost))).toContain('operators-were-left');
  const act = firstWith(({ details }) => details.ceremony !== undefined);
  const { basis } = act.details.ceremony as { readonly basis: readonly string[] };
  const [consent, use] = basis.map((id) => firstWith((record) => record.id === id)) as [ActRecord, ActRecord];
  for (const to of [
    { 'details.operator.publicKeyDigest': '00' },
    { 'details.operator.person': 'x' },
    { 'details.event': 'x' },
  ])
    for (const one of [consent, use])
      expect(found(inPlaceOf(one, to))).toContain('enrolment-unlawful consent');
  expect(found(inPlaceOf(use, { actor: 'operator-noda' }))).toContain('enrolment-unlawful consent');
  expect(found(inPlaceOf(act, { 'details.ceremony.basis': [consent.id] }))).toContain(
    'enrolment-unlawful consent',
  );
  expect(found(inPlaceOf(act, { 'details.ceremony': undefined }))).toContain('enrolment-unlawful ceremony');
  expect(found(inPlaceOf(act, { 'details.state.role': 'auditor' }))).toContain('enrolment-unlawful state');
});

it('counts who is left by the acts, whatever the rows say', async () => {
  asks('operator-mori');
  const row = rowKey('principal', 'operator-ueda');
  const { value } = (await house.table.get(row)) ?? { value: {} };
  for (const key of [
    rowKey('principal', 'operator-ueda'),
    { pk: listPk('principal', { role: 'operator' }), sk: 'operator-ueda' },
    { pk: listPk('principal'), sk: 'operator-ueda' },
  ])
    await deleteRow(house.table, key);
  expect(await refusal(enrol('operator-mori'))).toMatch(/^wrong-state: .*operator-noda, operator-ueda\./);
  // The row comes back with the name, which no act has.
  await putRow(house.table, row, value);
  house.advance(86_400_000);
  await house.core.mending.mend();
});

it('refuses who is nobody new, and keys that are not new', async () => {
  await house.app.enrolment.people.suspend(noda, 'operator-ueda');
  expect(await codeOf(enrol('operator-mori', { person: 'operator-noda' }))).toBe('same-person');
  expect(await codeOf(enrol('operator-mori', { person: 'No Person' }))).toBe('invalid-input');
  expect(await codeOf(enrol('../operator-mori'))).toBe('configuration-invalid');
  asks('operator-ueda', newKey(folder.path, 'another').csr);
  expect(await codeOf(enrol('operator-ueda'))).toBe('wrong-state');
  asks('operator-sakai');
  expect(await codeOf(enrol('operator-sakai'))).toBe('invalid-input');
  asks('service');
  expect(await codeOf(enrol('service'))).toBe('invalid-input');
  asks('operator-goto', readFileSync(join(folder.path, 'operator-ueda.csr'), 'utf8'));
  expect(await codeOf(enrol('operator-goto'))).toBe('duplicate-key');
  asks('operator-hara', 'no request');
  expect(await codeOf(enrol('operator-hara'))).toBe('malformed-pem');
  const { items } = await house.app.enrolment.people.list(noda, { role: 'operator', limit: 100 });
  expect(items.flatMap(({ id, tenant }) => (tenant === undefined ? [id] : []))).toEqual(['operator-ueda']);
});

it('enrols the person who lost the credential under another id, and one where nobody is left', async () => {
  house.advance(60_000);
  asks('operator-sakai-2');
  await enrol('operator-sakai-2', { person: 'operator-sakai' });
  const again = await house.app.principals.byCertificate(pemOf('certificates', 'operator-sakai-2'), 'acts');
  expect(again.person).toBe('operator-sakai');
  await revoke('operator-noda', again);
  await house.app.enrolment.people.end(again, 'operator-sakai-2');
  house.advance(60_000);
  asks('operator-mori');
  await enrol('operator-mori');
  expect((await auditOf(house)).found).toEqual([]);
});
