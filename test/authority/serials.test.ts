import { hash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCertificateBytes } from '../../lib/authority/certificate-bytes.ts';
import { type Bytes, type CertificateRow, certificateKey } from '../../lib/authority/certificates.ts';
import type { SerialView } from '../../lib/authority/contract.ts';
import { listSerials } from '../../lib/authority/serials.ts';
import type { Found } from '../../lib/personal/contract.ts';
import { openRegister } from '../../lib/status/register.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import { openDynamoDbSdkCalls } from '../../lib/store/dynamodb-sdk-calls.ts';
import type { Table, Value } from '../../lib/store/store.ts';
import { javaIsPresent, startDynamoDbLocal } from '../store/dynamodb-local.ts';
import { openTemporaryTable } from '../store/temporary.ts';

const CA = 'organisation-1';
/** No key is needed: none of the rows has a certificate. */
const caPublicKeyInfo = new Uint8Array();
const NOT_AFTER = Date.UTC(2030, 0, 1) / 1000;
const ADMISSION = { request: 'order', notAfter: NOT_AFTER, since: 0 };

const java = javaIsPresent();
if (!java)
  process.stdout.write('Serial numbers over DynamoDB: skipped, because there is no Java runtime here.\n');

const STORES: readonly (readonly [string, () => Promise<{ table: Table; close: () => Promise<void> }>])[] = [
  [
    'SQLite',
    async () => {
      const opened = await openTemporaryTable();
      return { table: opened.table, close: () => opened[Symbol.asyncDispose]() };
    },
  ],
  [
    'DynamoDB',
    async () => {
      const local = await startDynamoDbLocal();
      await local.createTable('serials');
      const table = openDynamoDbTable({
        table: 'serials',
        calls: openDynamoDbSdkCalls(local.access),
        random: randomBytes,
      });
      return {
        table,
        close: async () => {
          await table.close();
          await local.stop();
        },
      };
    },
  ],
];

describe.each(STORES)('serial numbers, listed over %s', (name, open) => {
  describe.skipIf(name === 'DynamoDB' && !java)('', () => {
    let table: Table;
    let close: () => Promise<void>;
    const expected = new Map<string, SerialView>();

    const admit = async (serial: string): Promise<void> => {
      await table.write(openRegister(table).admitWrites({ ca: CA, serial }, ADMISSION));
      expected.set(serial, { serial, state: 'good', notAfter: '2030-01-01T00:00:00Z' });
    };
    /** What stands apart, by its name. */
    const items = new Map<string, Found<Bytes>>();
    const openBytes = () =>
      openCertificateBytes({
        personal: {
          find: async <V extends Value>(name: string) =>
            (items.get(name) ?? { state: 'absent' }) as unknown as Found<V>,
          read: () => Promise.reject(new Error('A list reads nothing that has to be there.')),
          change: () => Promise.reject(new Error('A list changes nothing.')),
        },
        dataEnd: (ms) => ms,
      });
    /** What becomes of bytes that stand apart, by the last digit of the number. */
    const APART: Readonly<Record<string, readonly [Found<Bytes>, Partial<SerialView>]>> = {
      a: [
        { state: 'ended', month: '2037-04', key: 'tokiwa.2037-04.1' },
        { ended: { key: 'tokiwa.2037-04.1' } },
      ],
      b: [{ state: 'ended', record: '0'.repeat(32) }, { ended: { record: '0'.repeat(32) } }],
      c: [{ state: 'unreadable', code: 'data-key-missing' }, { unreadable: 'data-key-missing' }],
      d: [{ state: 'absent' }, { unreadable: 'personal-data-damaged' }],
    };

    const certify = async (serial: string, size: number): Promise<void> => {
      const der = randomBytes(size);
      const tbsText = der.toString('base64');
      const shown = { tbsDigest: hash('sha256', der), differs: ['tbs'] };
      const kept: Found<Bytes> = {
        state: 'kept',
        value: { subject: 'CN=市長', tbs: tbsText },
        month: '2037-04',
      };
      const end = serial.at(-1) ?? '';
      const [item, view] = APART[end] ?? [kept, shown];
      const isApart = end > '8';
      if (isApart) items.set(`certificate/${CA}/${serial}`, item);
      const row: CertificateRow = {
        order: `r-${serial}`,
        profile: 'seal',
        profileVersion: 1,
        notBefore: 0,
        notAfter: NOT_AFTER,
        record: '0'.repeat(32),
        linted: [],
        ...(isApart ? { apart: true } : { subject: 'CN=市長', tbs: tbsText }),
      };
      await table.write([{ put: certificateKey({ ca: CA, serial }), value: row, if: 'absent' }]);
      const before = expected.get(serial) ?? { serial };
      expected.set(serial, {
        ...before,
        order: row.order,
        profile: 'seal',
        ...view,
      });
    };

    beforeAll(async () => {
      ({ table, close } = await open());
      const ends = '0123456789abcdef';
      const serials = Array.from(
        { length: 60 },
        (_, i) => `01${randomBytes(16).toString('hex').slice(0, -1)}${ends[(i * 7) % 16]}`,
      );
      // Many rows in one partition, so large that a page ends by its size. Rows of the register are smaller.
      const crowded = Array.from({ length: 12 }, () => `01${randomBytes(16).toString('hex').slice(0, -1)}7`);
      for (const [i, serial] of serials.entries()) {
        await admit(serial);
        if (i % 10 !== 0 && i % 10 !== 1) await certify(serial, 500);
      }
      for (const serial of crowded) {
        await admit(serial);
        await certify(serial, 200_000);
      }
      // A certificate that the register does not know.
      await certify(`01${'ab'.repeat(16)}`, 500);
      // Another CA's are not listed.
      const other = { ca: 'organisation-10', serial: '0102' };
      await table.write(openRegister(table).admitWrites(other, ADMISSION));
    }, 60_000);
    afterAll(() => close());

    const listAll = async (limit: number): Promise<readonly SerialView[]> => {
      const all: SerialView[] = [];
      let cursor: string | undefined;
      do {
        const page = await listSerials(
          { table, bytes: openBytes(), register: openRegister(table), caPublicKeyInfo },
          CA,
          {
            limit,
            ...(cursor !== undefined && { cursor }),
          },
        );
        expect(page.serials.length).toBeLessThanOrEqual(limit);
        all.push(...page.serials);
        ({ cursor } = page);
      } while (cursor !== undefined);
      return all;
    };

    it.each([1, 2, 7, 16, 60, 73, 74, 1000])('are all there and once, %i on a page', async (limit) => {
      const all = await listAll(limit);
      expect(all).toHaveLength(expected.size);
      expect(new Map(all.map((one) => [one.serial, one]))).toEqual(expected);
    });

    it('refuse a cursor of another CA, one that was altered, and nonsense', async () => {
      const register = openRegister(table);
      const bytes = openBytes();
      const { cursor } = await listSerials({ table, bytes, register, caPublicKeyInfo }, CA, { limit: 5 });
      const ask = (ca: string, given: string) =>
        listSerials({ table, bytes, register, caPublicKeyInfo }, ca, { limit: 5, cursor: given });
      await expect(ask('signature-1', cursor as string)).rejects.toMatchObject({ code: 'cursor-invalid' });
      for (const wrong of [`${cursor}A`, 'AAAA', '']) {
        await expect(ask(CA, wrong)).rejects.toMatchObject({ code: 'cursor-invalid' });
      }
    });

    it('continue past a row whose key is no serial number', async () => {
      const strange = '01é\u0000/"7';
      await table.write([
        { put: { pk: `status/${CA}/7`, sk: strange }, value: { state: 'good' }, if: 'absent' },
      ]);
      const all = await listAll(1);
      await table.write([{ delete: { pk: `status/${CA}/7`, sk: strange }, if: { version: 1 } }]);
      expect(all).toContainEqual({ serial: strange, state: 'good' });
      expect(all).toHaveLength(expected.size + 1);
    });
  });
});
