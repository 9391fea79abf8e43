import { hash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { answersIn, unregisteredIn } from '../../lib/ledger/answers.ts';
import { rowOf } from '../../lib/ledger/export/columns.ts';
import { type LedgerRecord, verifyRecordProof } from '../../lib/ledger/ledger.ts';
import { MAX_CERTIFICATES_PER_RECORD, MAX_RECORD_CHARS } from '../../lib/ledger/rows.ts';
import { derOctetString } from '../../lib/pki/der-encoder.ts';
import { MAX_OCSP_REQUEST_BYTES } from '../../lib/pki/ocsp-request.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { parseOid } from '../../lib/pki/oid.ts';
import { OID } from '../../lib/pki/oids.ts';
import type { Caller } from '../../lib/principal.ts';
import type { Table } from '../../lib/store/store.ts';
import { trustedLog } from '../../lib/tlog/policy.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import type { Failure } from '../store/faulty-table.ts';
import { deleteRow } from '../store/row-attacks.ts';
import { allRecords, auditOf } from '../world.ts';
import { certIdOf, encodeQuestion, other, PUBLIC, statusOf } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/** Many questions at the same time, most of them by nobody known: what the records say of each answer that left. */

const folder = temporaryFolder();
let service: Service;
let one: Held;
let two: Held;
/** How the next writes of the records of answers fail, as many as there are. */
let failures: (Failure | undefined)[] = [];

const unreliable = (table: Table): Table => ({
  get: (key) => table.get(key),
  query: (query) => table.query(query),
  close: () => table.close(),
  beforeCommit: (ask) => (table as Required<Table>).beforeCommit(ask),
  write: async (writes) => {
    const [first] = writes;
    const isAnswer =
      first && 'put' in first && first.put.pk.startsWith('staged/') && first.value.kind === 'provision';
    const failure = isAnswer ? failures.shift() : undefined;
    if (failure === 'lost') throw new Fault('store-unavailable', 'The disk is full (a test).');
    await table.write(writes);
    if (failure !== undefined) throw new Fault('store-unavailable', 'The answer was lost (a test).');
  },
});

beforeAll(async () => {
  service = await openService(folder.path, { table: unreliable });
  one = await issueTo(service, 'official-position', 'order-1');
  two = await issueTo(service, 'official-position', 'order-2');
  service.advance(3_600_000);
}, 60_000);

afterAll(async () => {
  await service.close();
  folder.remove();
});

/** A nonce that no other request has. */
const fresh = () => other(OID.ocspNonce, derOctetString(randomBytes(16)));
/** An extension that no responder knows. */
const UNKNOWN_OID = parseOid('1.2.3.4');
const unissued = (): string => `01${randomBytes(16).toString('hex')}`;

interface Question {
  readonly certificates: readonly string[];
  readonly numbers: readonly string[];
  readonly nonce: boolean;
  readonly caller: Caller;
}

interface Left {
  readonly question: Question;
  readonly requestDigest: string;
  readonly responseDigest: string;
}

/** The answer if one left. */
const ask = async (question: Question): Promise<Left | undefined> => {
  const { certificates, numbers, nonce, caller } = question;
  const certIds = await Promise.all(
    [...certificates, ...numbers].map((serial) => certIdOf(service, { ca: one.ref.ca, serial })),
  );
  const request = await encodeQuestion({ certIds, ...(nonce && { extensions: [fresh()] }) });
  const { der } = await service.app.status.ocsp(request, caller);
  const { status } = decodeOcspResponse(der);
  expect(['successful', 'tryLater']).toContain(status);
  if (status === 'tryLater') return undefined;
  return { question, requestDigest: hash('sha256', request), responseDigest: hash('sha256', der) };
};

type Provision = Extract<LedgerRecord, { kind: 'provision' }>;
const provisions = async (): Promise<readonly Provision[]> =>
  (await allRecords(service)).filter((record) => record.kind === 'provision');

/** What a record says of each of its answers. */
const toldBy = (record: Provision) => {
  let from = 0;
  const serials = unregisteredIn(record.provided)?.serials ?? [];
  return answersIn(record).map(({ requestDigest, responseDigest, count, impossible = 0 }) => {
    const numbers = serials.slice(from, from + count - record.certificates.length - impossible);
    from += numbers.length;
    const { recipient, method } = record;
    return {
      requestDigest,
      responseDigest,
      recipient,
      method,
      about: [...record.certificates.map(({ serial }) => serial), ...numbers],
    };
  });
};

describe('in a flood of questions', () => {
  it('each answer that left is in the records once, with what it was about, whatever fails', {
    timeout: 120_000,
  }, async () => {
    const question = fc.record({
      certificates: fc.constantFrom('none', 'one', 'both'),
      numbers: fc.nat(8),
      nonce: fc.boolean(),
      named: fc.nat(9).map((n) => n === 0),
      method: fc.constantFrom('POST', 'GET'),
    });
    const failure = fc.option(fc.constantFrom<Failure>('lost', 'appliedThenErrored'), {
      nil: undefined,
      freq: 3,
    });
    let shared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(question, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
        fc.array(failure, { maxLength: 6 }),
        async (rounds, plan) => {
          const before = new Set((await provisions()).map(({ id }) => id));
          const left: Left[] = [];
          failures = [...plan];
          for (const round of rounds) {
            service.advance(1000);
            const asked = round.flatMap(({ certificates, numbers, nonce, named, method }): Question[] => {
              const serials = { none: [], one: [one], both: [one, two] }[certificates].map(
                ({ ref }) => ref.serial,
              );
              if (serials.length + numbers === 0) return [];
              const recipient = named ? 'tax-portal' : 'public';
              return [
                {
                  certificates: serials,
                  numbers: Array.from({ length: numbers }, unissued),
                  nonce,
                  caller: { recipient, method },
                },
              ];
            });
            const answers = await Promise.all(asked.map(ask));
            left.push(...answers.filter((answer) => answer !== undefined));
          }
          failures = [];
          const records = (await provisions()).filter(({ id }) => !before.has(id));
          const told = records.flatMap(toldBy);
          // Records whose writes were reported as failed have answers that did not leave: too many, never too few.
          for (const {
            question: { certificates, numbers, caller },
            ...digests
          } of left) {
            const at = told.findIndex(
              // Two callers may have asked the same and got the same octets.
              ({ requestDigest, responseDigest, recipient, method }) =>
                requestDigest === digests.requestDigest &&
                responseDigest === digests.responseDigest &&
                recipient === caller.recipient &&
                method === caller.method,
            );
            expect(told.splice(at, at < 0 ? 0 : 1)).toEqual([
              { ...digests, ...caller, about: [...certificates, ...numbers] },
            ]);
          }
          if (!plan.includes('appliedThenErrored')) expect(told).toEqual([]);
          for (const record of records) {
            const { certificates, provided, count, recipient } = record;
            const about = toldBy(record).map((one) => one.about.length);
            expect(about.reduce((sum, n) => sum + n, 0)).toBe(count);
            expect(answersIn(record).length).toBeLessThanOrEqual(MAX_CERTIFICATES_PER_RECORD);
            expect(certificates.length + (unregisteredIn(provided)?.serials.length ?? 0)).toBeLessThanOrEqual(
              MAX_CERTIFICATES_PER_RECORD,
            );
            if (recipient !== 'public') expect(record.shared).toBeUndefined();
            shared += record.shared?.length ?? 0;
          }
        },
      ),
      { numRuns: 25 },
    );
    expect(shared).toBeGreaterThan(50);
    expect((await auditOf(service)).found).toEqual([]);
  });

  it('an answer in a shared record is proven by the log, and stands in every form of the record', async () => {
    const numbers = [unissued()];
    const [first] = await Promise.all(
      Array.from({ length: 5 }, () =>
        ask({ certificates: [one.ref.serial], numbers, nonce: true, caller: PUBLIC }),
      ),
    );
    const digest = first?.responseDigest as string;
    const record = (await provisions()).find((each) =>
      each.shared?.some((one) => one.responseDigest === digest),
    );
    expect(record?.shared).toHaveLength(5);
    while ((await service.core.sequencer.sequence()).leaves > 0);
    const { proof } = await service.app.transparencyLog.prove(record?.id as string);
    const log = trustedLog([await service.app.transparencyLog.verifierKey()]);
    const proven = verifyRecordProof(proof, { logs: [log] });
    expect(proven.record).toMatchObject({ shared: record?.shared, count: 10 });
    const { requestDigest, responseDigest, shared, content } = rowOf(proven.record);
    expect([requestDigest, responseDigest]).toEqual([null, null]);
    expect(shared).toContain(digest);
    expect(content).toContain(numbers[0]);
    const { records } = await service.app.ledger.query({ certificate: one.ref, limit: 1 });
    expect(records).toEqual([{ ...proven.record, leaf: expect.any(Number) }]);
  });

  it('the audit finds one that did not know a certificate, among the others of its record', async () => {
    const key = { pk: `status/${two.ref.ca}/${two.ref.serial.slice(-1)}`, sk: two.ref.serial };
    const row = await service.table.get(key);
    await deleteRow(service.table, key);
    const numbers = [[two.ref.serial], [unissued()], [unissued(), unissued()]];
    await Promise.all(
      numbers.map((some) => ask({ certificates: [], numbers: some, nonce: true, caller: PUBLIC })),
    );
    await service.table.write([{ put: key, value: row?.value ?? {}, if: 'absent' }]);
    const record = (await provisions()).find((each) =>
      unregisteredIn(each.provided)?.serials.includes(two.ref.serial),
    );
    expect(record?.shared).toHaveLength(3);
    // The query by certificate shows what was told about it while it was in the register.
    const { records } = await service.app.ledger.query({ certificate: two.ref, limit: 1000 });
    expect(records.map(({ id }) => id)).not.toContain(record?.id);
    expect((await auditOf(service)).found).toEqual([
      expect.objectContaining({
        damage: 'answer-unknown',
        certificate: `${two.ref.ca}/${two.ref.serial}`,
        record: record?.id,
        said: 'unknown',
      }),
    ]);
  });
});

describe('a question as long as a question may be', () => {
  it('costs the bytes of one record, or none', async () => {
    const certIds = [await certIdOf(service, one.ref)];
    const before = (await provisions()).length;
    const empty = await encodeQuestion({ certIds, extensions: [other(UNKNOWN_OID, new Uint8Array(65_000))] });
    const padding = new Uint8Array(65_000 + MAX_OCSP_REQUEST_BYTES - empty.length);
    const longest = await encodeQuestion({ certIds, extensions: [other(UNKNOWN_OID, padding)] });
    expect(longest.length).toBe(MAX_OCSP_REQUEST_BYTES);
    expect(await statusOf(service, longest)).toBe('successful');
    const [record, ...others] = await provisions();
    expect(others).toHaveLength(before);
    expect(JSON.stringify(record).length).toBeLessThan(1_000);

    const many = await Promise.all(
      Array.from({ length: 600 }, () => certIdOf(service, { ...one.ref, serial: unissued() })),
    );
    const full = await encodeQuestion({ certIds: many });
    expect(full.length).toBeLessThan(MAX_OCSP_REQUEST_BYTES);
    expect(await statusOf(service, full)).toBe('malformedRequest');
    expect(await provisions()).toHaveLength(before + 1);
  });

  it('costs a bounded number of records with rows for them alone, where the trust domain allows very many CertIDs', async () => {
    const scratch = temporaryFolder();
    const generous = await openService(scratch.path, {
      domain: ({ authorities }) => {
        for (const { ocsp } of authorities) ocsp.maxCertIds = 1000;
      },
    });
    try {
      const numbers = Array.from({ length: 560 }, () => `01${randomBytes(19).toString('hex')}`);
      const certIds = await Promise.all(
        numbers.map((serial) => certIdOf(generous, { ca: 'organisation-1', serial }, 'sha256')),
      );
      const request = await encodeQuestion({ certIds });
      expect(request.length).toBeGreaterThan(MAX_OCSP_REQUEST_BYTES * 0.9);
      expect(await statusOf(generous, request)).toBe('successful');
      const told = (await allRecords(generous)).filter(
        (record) => record.kind === 'provision' && unregisteredIn(record.provided) !== undefined,
      );
      expect(told).toHaveLength(Math.ceil(numbers.length / MAX_CERTIFICATES_PER_RECORD));
      for (const record of told) expect(JSON.stringify(record).length).toBeLessThan(MAX_RECORD_CHARS / 4);
      const index = await generous.table.query({ pk: `certificate/organisation-1/${numbers[0]}`, limit: 1 });
      expect(index.items).toEqual([]);
    } finally {
      await generous.close();
      scratch.remove();
    }
  });
});
