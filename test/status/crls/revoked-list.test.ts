import { describe, expect, it } from 'vitest';
import { verifySignature } from '../../../lib/keys/keys.ts';
import { decodeCertificateList } from '../../../lib/pki/pki.ts';
import { openCrls } from '../../../lib/status/crls/crls.ts';
import { openRegister } from '../../../lib/status/register.ts';
import type { Table } from '../../../lib/store/store.ts';
import { crlSignerOf, openService, temporaryFolder } from '../../service.ts';
import { crlUrlsOf, trustingIssuers } from '../issuers.ts';
import { provenByRows } from './by-rows.ts';

describe('a list of revocations', () => {
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
      const { status } = service.core;
      const crls = openCrls({
        compromiseOf: async () => undefined,
        table,
        bucket: service.bucket,
        issuers: trustingIssuers(table, service.trustDomain, service.now),
        crlUrlsOf,
        register,
        recorder: service.app.ledger,
        signCrl: crlSignerOf(service),
        verifySignature,
        proven: provenByRows(register),
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
});
