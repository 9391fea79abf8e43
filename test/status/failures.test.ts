import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { unregisteredIn } from '../../lib/ledger/answers.ts';
import type { ProvisionDraft } from '../../lib/ledger/contract.ts';
import { MAX_CERTIFICATES_PER_RECORD } from '../../lib/ledger/rows.ts';
import { encodeCertId } from '../../lib/pki/cert-id.ts';
import { decodeCertificate } from '../../lib/pki/certificate.ts';
import { encodeName } from '../../lib/pki/name.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { parseSerial } from '../../lib/pki/serial.ts';
import type { Key, Table, Value } from '../../lib/store/store.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';
import { allRecords, ocspStatus } from '../world.ts';
import { askSigned, certIdOf, encodeQuestion, nonce, PUBLIC, statusOf } from './asking.ts';
import { type Held, issueTo } from './office.ts';

/**
 * Failures of the service, as RFC 6960 2.3 tells them to clients: internalError for a damaged state, tryLater for a
 * failure that passes by itself. Neither says anything about a certificate, and neither stays once its cause is gone.
 */

const folder = temporaryFolder();
const data = join(folder.path, 'data');
type Method = 'get' | 'query' | 'write';
/** The last status row that was read. */
let statusRow: Key | undefined;
/** Which of the store's calls fail now, as if the store could not be reached. */
let failing: (method: Method, key: Key | { readonly pk: string } | undefined) => boolean = () => false;

const unreliable = (table: Table): Table => {
  const assertReachable = (method: Method, key?: { readonly pk: string }): void => {
    if (failing(method, key)) throw new Fault('store-unavailable', 'The store does not answer.');
  };
  return {
    get: async (key) => {
      assertReachable('get', key);
      if (key.pk.startsWith('status/')) statusRow = key;
      return table.get(key);
    },
    query: async (query) => {
      assertReachable('query', query);
      return table.query(query);
    },
    write: async (writes) => {
      assertReachable('write');
      return table.write(writes);
    },
    close: () => table.close(),
  };
};

let service: Service;
let one: Held;
let person: Held;

const open = async (): Promise<void> => {
  service = await openService(data, {
    table: unreliable,
    domain: ({ authorities }) => {
      for (const { id, ocsp } of authorities) {
        if (id === 'organisation') ocsp.maxCertIds = 300;
        if (id === 'signature') ocsp.furtherAlgorithms = ['rsa2048-sha256'];
      }
    },
  });
};

beforeAll(open, 60_000);
afterAll(async () => {
  await service.close();
  folder.remove();
});
let orders = 0;
beforeEach(async () => {
  one = await issueTo(service, 'official-position', `order-${++orders}`);
  person = await issueTo(service, 'person-authentication', `person-${orders}`);
});
afterEach(() => {
  failing = () => false;
});

const questions = async ({ ref }: Held) => {
  const certIds = [await certIdOf(service, ref)];
  return [await encodeQuestion({ certIds }), await encodeQuestion({ certIds, extensions: [nonce(32)] })];
};
const statuses = async (held: Held) =>
  Promise.all((await questions(held)).map((question) => statusOf(service, question)));
const both = (status: string) => [status, status];

/** An error has five octets, no signature and no record. The log says what failed. */
const expectFailure = async (
  asked: readonly Uint8Array[],
  status: 'internalError' | 'tryLater',
  code: string,
) => {
  const before = service.logged.length;
  for (const question of asked) {
    const answer = await service.app.status.ocsp(question, PUBLIC);
    expect(decodeOcspResponse(answer.der)).toEqual({ status });
    expect(answer).toEqual({ der: expect.any(Uint8Array), error: status });
    expect(answer.der).toHaveLength(5);
  }
  expect(service.logged.slice(before)).toContainEqual(
    expect.objectContaining({ level: 'error', facts: expect.objectContaining({ status, error: code }) }),
  );
};

/** Changes a row. The result puts the former value back. */
const replace = async (key: Key, change: (value: Value) => Value): Promise<() => Promise<void>> => {
  const item = await service.table.get(key);
  if (!item) throw new Error(`no row ${key.sk}`);
  await service.table.write([{ put: key, value: change(item.value), if: { version: item.version } }]);
  return () => service.table.write([{ put: key, value: item.value, if: { version: item.version + 1 } }]);
};

describe('internalError', () => {
  it('is for a responder key whose file was damaged, at this CA alone, until the file is back', async () => {
    const row = await service.table.get<{ keyId: string }>({
      pk: 'responders',
      sk: 'organisation-1/ecdsa-p256-sha256',
    });
    const file = join(data, 'keys', `${row?.value.keyId}.key`);
    const whole = readFileSync(file, 'utf8');
    await service.close();
    writeFileSync(
      file,
      whole.replace(/"sealed": "(.)/, (_, first) => `"sealed": "${first === 'A' ? 'B' : 'A'}`),
    );
    await open();
    await expectFailure(await questions(one), 'internalError', 'key-store-damaged');
    expect(await statuses(person)).toEqual(both('successful'));
    writeFileSync(file, whole);
    expect(await statuses(one)).toEqual(both('successful'));
  });

  it("is for a responder whose row has another's certificate, so that nothing is signed in its name", async () => {
    const key = { pk: 'responders', sk: 'organisation-1/ecdsa-p256-sha256' };
    const other = await service.table.get({ pk: 'responders', sk: 'operations-1/ecdsa-p256-sha256' });
    const back = await replace(key, (value) => ({ ...value, certificate: other?.value.certificate }));
    service.advance(61_000);
    await expectFailure(await questions(one), 'internalError', 'unknown-key');
    await back();
    expect(await statuses(one)).toEqual(both('successful'));
  });

  it.each<[string, (value: Value) => Value]>([
    ['revoked without a time', ({ request, notAfter }) => ({ state: 'revoked', request, notAfter })],
    ['in a state that there is none of', (value) => ({ ...value, state: 'perhaps' })],
    ['nothing of a status row', () => ({ hello: 'world' })],
    [
      'revoked for a reason that there is none of',
      (value) => ({ ...value, state: 'revoked', revocationTime: 1_700_000_000, reason: 'boredom' }),
    ],
  ])('is for a status row that is %s, and never good', async (_, damage) => {
    // A kept answer does not hide the damage.
    expect(await statuses(one)).toEqual(both('successful'));
    const before = (await allRecords(service)).length;
    const asked = await questions(one);
    const back = await replace(statusRow as Key, damage);
    for (const question of asked) expect(await statusOf(service, question)).toBe('internalError');
    expect(await allRecords(service)).toHaveLength(before);
    expect(await statuses(person)).toEqual(both('successful'));
    await back();
    expect((await ocspStatus(service, one.ref)).status).toBe('good');
  });

  it('is for a request if one of its certificates cannot be judged: there is no partial answer', async () => {
    const second = await issueTo(service, 'official-position', `order-${orders}-second`);
    await ocspStatus(service, one.ref);
    const back = await replace(statusRow as Key, () => ({}));
    const certIds = [await certIdOf(service, second.ref), await certIdOf(service, one.ref)];
    expect(await statusOf(service, await encodeQuestion({ certIds }))).toBe('internalError');
    await back();
    expect(await statusOf(service, await encodeQuestion({ certIds }))).toBe('successful');
  });
});

describe('tryLater', () => {
  it('is for a store that does not answer reads, and ends when the store answers', async () => {
    const asked = await questions(one);
    failing = (method, key) => method === 'get' && key?.pk.startsWith('status/') === true;
    await expectFailure(asked, 'tryLater', 'store-unavailable');
    failing = () => false;
    expect(await statuses(one)).toEqual(both('successful'));
  });

  it('is for a record that could not be stored: the answer behind it does not leave', async () => {
    // The answers are kept, so that only the record is missing.
    expect(await statuses(one)).toEqual(both('successful'));
    const asked = await questions(one);
    failing = (method) => method === 'write';
    await expectFailure(asked, 'tryLater', 'store-unavailable');
    failing = () => false;
    expect(await statuses(one)).toEqual(both('successful'));
  });

  it('is for a directory of CAs and for responders that cannot be read', async () => {
    const asked = await questions(one);
    service.advance(61_000);
    failing = (method, key) => method === 'query' && key?.pk === 'issuers';
    await expectFailure(asked, 'tryLater', 'store-unavailable');
    failing = (method, key) => method === 'get' && key?.pk === 'responders';
    await expectFailure(asked, 'tryLater', 'store-unavailable');
    failing = () => false;
    expect(await statuses(one)).toEqual(both('successful'));
  });

  it('for one failed store call among many leaves no answer partly recorded', async () => {
    const before = (await allRecords(service)).length;
    let answered = 0;
    let refused = 0;
    let calls = 0;
    failing = () => ++calls % 3 === 0;
    for (let i = 0; i < 30; i++) {
      const [plain] = await questions(one).catch(() => [undefined]);
      if (!plain) continue;
      const status = await statusOf(service, plain);
      if (status === 'successful') answered++;
      else {
        expect(status).toBe('tryLater');
        refused++;
      }
    }
    failing = () => false;
    expect(answered).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(await allRecords(service)).toHaveLength(before + answered);
  });
});

describe('a question about more certificates than one record holds', () => {
  it('is answered under one signature, with a record for each part of them', async () => {
    const issuer = decodeCertificate(await service.app.authority.caCertificate('organisation-1'));
    const numbers = Array.from({ length: 2 * MAX_CERTIFICATES_PER_RECORD + 20 }, (_, n) =>
      (0x0100_0000_0000_0000n + BigInt(n)).toString(16).padStart(32, '01'),
    );
    const certIds = [
      await certIdOf(service, one.ref),
      ...numbers.map((serial) =>
        encodeCertId({
          hash: 'sha1',
          issuerName: encodeName(issuer.subject),
          issuerPublicKeyInfo: issuer.subjectPublicKeyInfo,
          serialNumber: parseSerial(serial),
        }),
      ),
    ];
    const { basic } = await askSigned(service, 'organisation-1', await encodeQuestion({ certIds }));
    expect(basic.responses).toHaveLength(certIds.length);
    expect(basic.responses.map(({ certStatus }) => certStatus.status)).toEqual([
      'good',
      ...numbers.map(() => 'unknown'),
    ]);
    const [last] = await allRecords(service);
    const records = (await allRecords(service)).filter(
      (record) =>
        record.kind === 'provision' &&
        last?.kind === 'provision' &&
        record.responseDigest === last.responseDigest,
    );
    const parts = records.map((record) => {
      const { certificates, provided, count } = record as ProvisionDraft;
      const serials = unregisteredIn(provided)?.serials ?? [];
      expect(certificates.length + serials.length).toBe(count);
      expect(count).toBeLessThanOrEqual(MAX_CERTIFICATES_PER_RECORD);
      return { certificates, serials };
    });
    expect(parts).toHaveLength(3);
    expect(parts.flatMap(({ certificates }) => certificates)).toEqual([one.ref]);
    expect(parts.flatMap(({ serials }) => serials).toSorted()).toEqual(numbers.toSorted());
  });
});
