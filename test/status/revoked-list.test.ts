import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CRL_REASONS,
  type CrlReason,
  decodeCertificateList,
  encodeTbsCertList,
  type RevokedCertificate,
} from '../../lib/pki/pki.ts';
import { openCrls } from '../../lib/status/crls.ts';
import { openIssuers } from '../../lib/status/issuers.ts';
import { openRegister } from '../../lib/status/register.ts';
import { RevokedList } from '../../lib/status/revoked-list.ts';
import type { Table } from '../../lib/store/store.ts';
import { openService, temporaryFolder } from '../service.ts';
import { issueTo } from './office.ts';

/** What a CRL will list, kept small. */

const seconds = fc.integer({ min: 0, max: 4_102_444_800 });
const row = fc.record(
  {
    revocationTime: seconds,
    reason: fc.constantFrom(...(Object.keys(CRL_REASONS) as CrlReason[])),
    notAfter: seconds,
    invalidityDate: seconds,
  },
  { requiredKeys: ['revocationTime', 'reason', 'notAfter'] },
);
const serial = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .filter((octets) => (octets[0] as number) > 0 && (octets.length < 20 || (octets[0] as number) < 0x80))
  .map((octets) => Buffer.from(octets).toString('hex'));

const plain = (serialNumber: string, value: Parameters<RevokedList['push']>[1]) =>
  ({
    serialNumber,
    revocationDate: new Date(value.revocationTime * 1000),
    ...(value.reason !== 'unspecified' && { reasonCode: value.reason }),
    ...(value.invalidityDate !== undefined && { invalidityDate: new Date(value.invalidityDate * 1000) }),
  }) as RevokedCertificate;

describe('a list of revocations', () => {
  it('gives back every entry as it was pushed, and none beyond', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(serial, row), { maxLength: 50 }), fc.nat(3_000), (given, padding) => {
        const list = new RevokedList();
        const expected: RevokedCertificate[] = [];
        const push = ([of, value]: (typeof given)[number]): void => {
          list.push(of, value);
          expected.push(plain(of, value));
        };
        given.forEach(push);
        // Past where it has to grow, and on beyond.
        if (given[0])
          for (let i = 0; i < padding; i++) push(given[i % given.length] as (typeof given)[number]);
        expect(list.length).toBe(expected.length);
        for (let i = 0; i < expected.length; i++) expect(list.at(i)).toEqual(expected[i]);
        expect([list.at(-1), list.at(list.length)]).toEqual([undefined, undefined]);
      }),
      { numRuns: 40 },
    );
  });

  it('is read without keeping others waiting: a turn of the event loop for each page', async () => {
    const folder = temporaryFolder();
    const service = await openService(folder.path);
    try {
      const ca = 'organisation-1';
      for (let batch = 0; batch < 30; batch++) {
        await service.table.write(
          Array.from({ length: 100 }, (_, i) => ({
            put: { pk: `revoked/${ca}`, sk: `01${String(batch * 100 + i).padStart(30, '0')}` },
            value: { revocationTime: 1_767_225_600, reason: 'superseded', notAfter: 4_102_444_800 },
            if: 'absent' as const,
          })),
        );
      }
      let turns = 0;
      const turnsBefore: number[] = [];
      const turn = (): void => {
        turns++;
        next = setImmediate(turn);
      };
      let next = setImmediate(turn);
      const table: Table = {
        get: (key) => service.table.get(key),
        write: (writes) => service.table.write(writes),
        close: () => service.table.close(),
        query: (query) => {
          if (query.pk === `revoked/${ca}`) turnsBefore.push(turns);
          return service.table.query(query);
        },
      };
      const register = openRegister(table);
      const { status } = service.works;
      const crls = openCrls({
        table,
        bucket: service.bucket,
        issuers: openIssuers({ table, clock: service.now }),
        register,
        recorder: service.app.ledger,
        signCrl: (of, tbs, number) => service.works.authority.signCrl(of, tbs, number),
        clock: service.now,
        log: () => {},
      });
      await crls.publish(ca, 'service');
      clearImmediate(next);
      expect(turnsBefore).toHaveLength(3);
      const [first = 0, second = 0, third = 0] = turnsBefore;
      expect([second > first, third > second]).toEqual([true, true]);
      const { der } = await status.crl(ca, 'full', { recipient: 'public', method: 'GET' });
      expect(decodeCertificateList(der).revokedCertificates).toHaveLength(3_000);
    } finally {
      await service.close();
      folder.remove();
    }
  });

  it('becomes the same bytes as an array of entries', async () => {
    const folder = temporaryFolder();
    const service = await openService(folder.path);
    try {
      const { certificate } = await issueTo(service, 'official-position', 'order-1');
      const list = new RevokedList();
      const entries: RevokedCertificate[] = [];
      fc.sample(fc.tuple(serial, row), 2_000).forEach(([of, value]) => {
        list.push(of, value);
        entries.push(plain(of, value));
      });
      const draft = {
        signature: certificate.signatureAlgorithm,
        issuer: certificate.issuer,
        thisUpdate: new Date('2026-11-22T00:00:00Z'),
        nextUpdate: new Date('2026-11-23T00:00:00Z'),
        crlExtensions: [],
      };
      const whole = encodeTbsCertList({ ...draft, revokedCertificates: entries });
      expect(Buffer.compare(encodeTbsCertList({ ...draft, revokedCertificates: list }), whole)).toBe(0);
    } finally {
      await service.close();
      folder.remove();
    }
  });
});
