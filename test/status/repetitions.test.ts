import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRecords } from '../../cli/record-list.ts';
import { jstMonth } from '../../lib/ledger/counts.ts';
import { ownEntries } from '../../lib/ledger/disclosure/own.ts';
import { rowOf } from '../../lib/ledger/export/columns.ts';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { buildAnnualReport } from '../../lib/ledger/report/annual.ts';
import { annualCsv, annualPage } from '../../lib/ledger/report/annual-files.ts';
import { statisticsOf } from '../../lib/ledger/report/statistics.ts';
import { derInteger, derSequence } from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import type { Caller } from '../../lib/principal.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { deleteRow } from '../store/row-attacks.ts';
import { allRecords, auditOf } from '../world.ts';
import { openAnother } from './another.ts';
import { askSigned, certIdOf, encodeQuestion, nonce, PUBLIC, type Question } from './asking.ts';
import { credentialOf, type Held, issueTo } from './office.ts';

/** Who has seen a signed request can send it again. The record of each such answer says so. */

let folder: ReturnType<typeof temporaryFolder>;
let service: Service;
let one: Held;
let portal: Held;
/** The table's writes since the test began. */
let writes: (readonly string[])[];
let expiries: (number | undefined)[] = [];
beforeEach(async () => {
  folder = temporaryFolder();
  service = await openService(folder.path, {
    table: (table) => ({
      get: (key) => table.get(key),
      query: (query) => table.query(query),
      close: () => table.close(),
      write: (all) => {
        for (const write of all)
          if ('put' in write && write.put.pk.startsWith('signed-requests/')) expiries.push(write.expires);
        writes?.push(
          all.flatMap((write) => ('put' in write ? [write.put.pk.split('/', 1)[0] as string] : [])),
        );
        return table.write(all);
      },
    }),
  });
  one = await issueTo(service, 'person-signature', 'order-1');
  portal = await credentialOf(service, 'tax-portal');
  [writes, expiries] = [[], []];
}, 60_000);
afterEach(async () => {
  await service.close();
  folder.remove();
});

const question = async (more: Partial<Question> = {}, by: Held = portal) =>
  encodeQuestion({
    certIds: [await certIdOf(service, one.ref)],
    requestorName: by.certificate.subject,
    signed: { signer: by.signer, certs: [by.certificate.der] },
    ...more,
  });

const ask = (bytes: Uint8Array, caller: Caller = PUBLIC, on: Pick<Service, 'app' | 'now'> = service) =>
  askSigned(on, one.ref.ca, bytes, caller);

type Provision = Extract<LedgerRecord, { kind: 'provision' }>;
/** The records of answers, oldest first. */
const told = async (): Promise<readonly Provision[]> =>
  (await allRecords(service)).filter((record) => record.kind === 'provision').toReversed();

describe('a signed request', () => {
  it.each(['without a nonce', 'with a nonce'])(
    '%s that somebody sends again is recorded as a repetition of the first, from another process too',
    async (how) => {
      const bytes = await question(how === 'with a nonce' ? { extensions: [nonce(16)] } : {});
      await ask(bytes);
      await ask(bytes);
      const { app } = await openAnother(service);
      await ask(bytes, PUBLIC, { app, now: service.now });
      const [first, ...others] = await told();
      expect(first).toMatchObject({
        recipient: 'tax-portal',
        provided: { signedRequest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      expect(first).not.toHaveProperty('repeats');
      expect(others).toHaveLength(2);
      for (const again of others)
        expect(again).toMatchObject({ recipient: 'tax-portal', repeats: first?.id });
      expect((await auditOf(service)).found).toEqual([]);
    },
  );

  it('at the same moment in several processes is answered once without that mark', async () => {
    const bytes = await question();
    const processes = [service, ...(await Promise.all([openAnother(service), openAnother(service)]))];
    await Promise.all(
      processes.flatMap(({ app }) => [1, 2].map(() => ask(bytes, PUBLIC, { app, now: service.now }))),
    );
    const records = await told();
    const firsts = records.filter(({ repeats }) => repeats === undefined);
    expect(firsts).toHaveLength(1);
    expect(records.filter(({ repeats }) => repeats === firsts[0]?.id)).toHaveLength(5);
  });

  it('is known again whatever is changed in it that is not signed over', async () => {
    await ask(await question());
    // Another signature over the same is a request of the signer's own: an ECDSA signature differs each time.
    await ask(await question());
    const other = await credentialOf(service, 'procurement');
    let kept: Uint8Array | undefined;
    const signed = (spoil: (octets: Uint8Array) => Uint8Array, certs = [portal.certificate.der]) =>
      question({ signed: { signer: portal.signer, certs, spoil } });
    await ask(
      await signed((octets) => {
        kept = octets;
        return octets;
      }),
    );
    const more = [portal.certificate.der, other.certificate.der];
    await ask(await signed(() => kept as Uint8Array, more));
    await ask(await signed(() => twin(kept as Uint8Array)));
    const records = await told();
    expect(records.map(({ repeats }) => repeats)).toEqual([
      undefined,
      undefined,
      undefined,
      records[2]?.id,
      records[2]?.id,
    ]);
  });

  it('by a key whose signatures do not differ is a repetition when it asks the same again, unless with a nonce', async () => {
    const steady = await credentialOf(service, 'tax-portal', 'rsa2048-sha256');
    await ask(await question({}, steady));
    await ask(await question({}, steady));
    await ask(await question({ extensions: [nonce(16)] }, steady));
    const [first, ...others] = await told();
    expect(others.map(({ repeats }) => repeats)).toEqual([first?.id, undefined]);
  });

  it('with an RSA-PSS signature of another length is refused: it would look like another request', async () => {
    const pss = await credentialOf(service, 'tax-portal', 'rsa2048-pss-sha256');
    let signature = new Uint8Array([1]);
    const asked = (spoil: (octets: Uint8Array) => Uint8Array) =>
      question({ signed: { signer: pss.signer, certs: [pss.certificate.der], spoil } }, pss);
    let bytes = new Uint8Array();
    // One in 256 begins with a zero octet.
    while (signature[0] !== 0) {
      bytes = new Uint8Array(
        await asked((octets) => {
          signature = new Uint8Array(octets);
          return octets;
        }),
      );
    }
    await ask(bytes);
    const before = await told();
    for (const other of [signature.subarray(1), Buffer.concat([new Uint8Array(1), signature])]) {
      await expect(ask(await asked(() => other))).rejects.toThrow('the answer is ');
    }
    expect(await told()).toEqual(before);
  }, 60_000);

  it('of a principal that HTTP names too is no repetition', async () => {
    const bytes = await question();
    const caller: Caller = { recipient: 'tax-portal', method: 'POST' };
    await ask(bytes, caller);
    await ask(bytes, caller);
    for (const record of await told()) {
      expect(record).not.toHaveProperty('repeats');
      expect(record.provided).not.toHaveProperty('signedRequest');
    }
    expect((await auditOf(service)).found).toEqual([]);
  });

  it('is known for as long as its signature is taken', async () => {
    const bytes = await question();
    await ask(bytes);
    expect(expiries).toEqual([Math.ceil(portal.certificate.notAfter.getTime() / 1000)]);
    service.advance(portal.certificate.notAfter.getTime() - service.now() + 1000);
    await service.core.authority.renewResponders();
    await expect(ask(bytes)).rejects.toThrow('unauthorized');
  });
});

describe('repetitions', () => {
  it('cost an unsigned request nothing, and a signed one no write of its own', async () => {
    writes = [];
    await ask(await question({ signed: undefined as never, requestorName: undefined as never }));
    expect(writes).toEqual([['staged']]);
    writes = [];
    const bytes = await question();
    await ask(bytes);
    expect(writes).toEqual([['staged', 'signed-requests']]);
    // Nobody fills the table with rows by sending it again.
    for (let n = 0; n < 5; n++) await ask(bytes);
    const { items } = await service.table.query({ pk: 'signed-requests/tax-portal', limit: 10 });
    expect(items).toHaveLength(1);
  });

  it('are shown and counted apart', async () => {
    const bytes = await question();
    for (let n = 0; n < 11; n++) await ask(bytes);
    const records = await told();
    expect(records.map((record) => rowOf(record).repeats)).toEqual([null, ...Array(10).fill(records[0]?.id)]);
    const month = jstMonth(service.now());
    const [{ counts = [] } = {}] = await service.app.reporting.counts(month, month);
    const own = counts.filter(({ cell }) => cell.kind === 'provision' && cell.recipient === 'tax-portal');
    const items = own.map(({ cell: { outcome }, items: count }) => [outcome, count]);
    expect(items).toHaveLength(2);
    expect(Object.fromEntries(items)).toEqual({ undefined: 1, repeated: 10 });
    expect(statisticsOf(month, own)).toMatchObject({
      provision: [],
      repeated: [{ channel: 'ocsp', count: 10 }],
    });
  });

  it('are told apart to the holder, in the annual report and by the command line', async () => {
    const bytes = await question();
    for (let n = 0; n < 3; n++) await ask(bytes);
    const records = await told();
    const entries = ownEntries('holder-tanabe', [one.ref], records, new Map());
    expect(entries.map(({ repeated }) => repeated)).toEqual([undefined, true, true]);

    const month = jstMonth(service.now());
    const [{ counts = [] } = {}] = await service.app.reporting.counts(month, month);
    const year = Number(month.slice(0, 4)) - (Number(month.slice(5)) < 4 ? 1 : 0);
    const { principals } = service;
    const report = await buildAnnualReport(year, {
      trustDomain: { name: 'test', ja: '試験', en: 'Test' },
      known: async (id) => principals.find((one) => one.id === id),
      countsOf: async (of) => (of === month ? counts : []),
    });
    const lines = report.lines.filter(({ recipient }) => recipient === 'tax-portal');
    expect(lines).toMatchObject([{ records: 1, items: 1, repeated: 2, change: 1 }]);
    expect(report.totals.repeated).toBe(2);
    expect(annualPage(report)).toContain('繰り返し');
    expect(annualCsv(report).split('\r\n')[0]).toContain('repeated');

    let shown = '';
    const run = {
      client: { get: async () => ({ records: records.toReversed() }) },
      settings: { json: false },
      say: String,
      terminal: { out: (text: string) => (shown += text) },
      show: () => {},
    };
    await listRecords(run as never, '/api/v1/provisions', { all: false, excludeOwn: false });
    expect(shown.split('\n').filter((line) => line.includes('ocsp POST repeated'))).toHaveLength(2);
  });

  it('whose row somebody deletes are found by the audit', async () => {
    const bytes = await question();
    await ask(bytes);
    const { items } = await service.table.query({ pk: 'signed-requests/tax-portal', limit: 1 });
    await deleteRow(service.table, { pk: 'signed-requests/tax-portal', sk: items[0]?.sk as string });
    await ask(bytes);
    const [first, second] = await told();
    expect(second).not.toHaveProperty('repeats');
    expect((await auditOf(service)).found).toEqual([
      { damage: 'repetition-not-marked', record: second?.id, first: first?.id },
    ]);
  });
});

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature that verifies: (r, n - s) for (r, s) on P-256. */
const twin = (signature: Uint8Array): Uint8Array => {
  const pair = DerReader.whole(signature, 100).sequence();
  const [r, s] = [pair.bigint(), pair.bigint()];
  return derSequence(derInteger(r), derInteger(ORDER - s));
};
