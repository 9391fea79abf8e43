import { hash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../../lib/ledger/ledger.ts';
import type { Bucket } from '../../../lib/store/store.ts';
import { openService, type Service, temporaryFolder } from '../../service.ts';
import { allRecords, checkWorld } from '../../world.ts';

/* Every CRL that was ever signed has a record, even if its publication failed, and all CRLs can be listed. */

const CA = 'organisation-1';
const ACTOR = 'operator-noda';
const folders: { remove(): void }[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});

type Details = Readonly<Record<string, unknown>>;

/** The details of the CA's publication records, oldest first. */
const publications = async (service: Service): Promise<readonly Details[]> =>
  (await allRecords(service))
    .filter(
      (record): record is Extract<LedgerRecord, { kind: 'publication' }> => record.kind === 'publication',
    )
    .map(({ details }) => details as Details)
    .filter(({ ca }) => ca === CA)
    .reverse();

const opened = async (bucket?: (bucket: Bucket) => Bucket): Promise<Service> => {
  const folder = temporaryFolder();
  folders.push(folder);
  return openService(folder.path, { ...(bucket && { bucket }) });
};

const nothing = { requests: [], signed: [], answers: [], revoked: [] };

const isFull = (key: string): boolean => key.startsWith(`crl/${CA}/`);

describe('a publication that is interrupted', () => {
  it.each([
    ['before the CRL is in the archive', false],
    ['after it', true],
  ])('%s is in the record of the next one', async (_, applied) => {
    let broken = false;
    let lost: Uint8Array | undefined;
    const service = await opened((bucket) => ({
      get: (key) => bucket.get(key),
      list: (prefix, options) => bucket.list(prefix, options),
      delete: (key) => bucket.delete(key),
      put: async (key, body, options) => {
        if (!broken || !isFull(key)) return bucket.put(key, body, options);
        lost = body;
        if (applied) await bucket.put(key, body, options);
        throw new Error('the connection is gone');
      },
    }));
    try {
      broken = true;
      await expect(service.core.status.publish(CA, ACTOR)).rejects.toThrow('gone');
      broken = false;
      await service.core.status.publish(CA, ACTOR);
      await service.core.status.publish(CA, ACTOR);
      const all = await publications(service);
      expect(all.map(({ number, previous }) => [number, previous])).toEqual([
        [1, 0],
        [3, 1],
        [4, 3],
      ]);
      expect(all.map(({ left }) => left)).toEqual([
        undefined,
        [{ number: 2, digest: hash('sha256', lost as Uint8Array) }],
        undefined,
      ]);
      await checkWorld(service, nothing);
    } finally {
      await service.close();
    }
  });
});

describe('publications at once', () => {
  it.each([
    ['after it has noted what it signed, is in the record of the one that overtook it', true],
    ['before that, records its CRL as one that never was current', false],
  ])('of which one is overtaken %s', async (_, noted) => {
    let wait: Promise<void> | undefined;
    let arrived = (): void => {};
    const folder = temporaryFolder();
    folders.push(folder);
    const pause = async (): Promise<void> => {
      const waiting = wait;
      wait = undefined;
      if (waiting) arrived();
      await waiting;
    };
    const service = await openService(folder.path, {
      bucket: (bucket) => ({
        get: (key) => bucket.get(key),
        list: (prefix, options) => bucket.list(prefix, options),
        delete: (key) => bucket.delete(key),
        put: async (key, body, options) => {
          if (noted && isFull(key)) await pause();
          return bucket.put(key, body, options);
        },
      }),
      table: (table) => ({
        get: (key) => table.get(key),
        query: (query) => table.query(query),
        close: () => table.close(),
        write: async (writes) => {
          if (!noted && writes.some((write) => 'put' in write && write.put.sk.startsWith('signed/')))
            await pause();
          return table.write(writes);
        },
      }),
    });
    try {
      let release = (): void => {};
      wait = new Promise((done) => {
        release = done;
      });
      const here = new Promise<void>((done) => {
        arrived = done;
      });
      const slow = service.core.status.publish(CA, ACTOR);
      await here;
      const fast = await service.core.status.publish(CA, ACTOR);
      release();
      const { der, number } = await slow;
      expect([number, fast.number]).toEqual([2n, 3n]);
      const all = await publications(service);
      const digest = hash('sha256', der);
      if (noted) {
        expect(all.map((details) => details.number)).toEqual([1, 3]);
        expect(all[1]).toMatchObject({ previous: 1, left: [{ number: 2, digest }] });
      } else {
        expect(all.map((details) => details.number)).toEqual([1, 3, 2]);
        expect(all[2]).toMatchObject({ overtaken: true, digest });
        expect(all[2]).not.toHaveProperty('previous');
      }
      expect((await service.app.status.crl(CA, 'full', { recipient: 'public', method: 'GET' })).number).toBe(
        3n,
      );
      await checkWorld(service, nothing);
    } finally {
      await service.close();
    }
  });
});

describe('the archive of CRLs', () => {
  it('is listed in pages of any size, each file with the digest of its present bytes', async () => {
    const service = await opened();
    try {
      for (let i = 0; i < 6; i++) await service.core.status.publish(CA, ACTOR);
      const files = join(service.folder, 'objects/crl', CA, 'full');
      const names = readdirSync(files).sort();
      expect(names).toHaveLength(7);
      writeFileSync(join(files, names[3] as string), 'something else');
      writeFileSync(join(files, 'by-hand.crl'), 'a file');
      writeFileSync(join(files, '..', 'zz.crl'), 'another');
      const listed = async (limit: number) => {
        const all = [];
        let cursor: string | undefined;
        do {
          const page = await service.app.status.archived(CA, {
            limit,
            ...(cursor !== undefined && { cursor }),
          });
          expect(page.crls.length).toBeLessThanOrEqual(limit);
          all.push(...page.crls);
          ({ cursor } = page);
        } while (cursor !== undefined);
        return all;
      };
      const all = await listed(1000);
      expect(all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, undefined, undefined]);
      expect(all.slice(-2).map(({ name }) => name)).toEqual(['full/by-hand.crl', 'zz.crl']);
      expect(all[3]).toEqual({
        partition: 'full',
        number: 4,
        name: `full/${names[3]}`,
        digest: hash('sha256', 'something else'),
        bytes: 14,
      });
      for (const limit of [1, 3, 9]) expect(await listed(limit)).toEqual(all);
      const { cursor } = await service.app.status.archived(CA, { limit: 2 });
      for (const [ca, wrong] of [
        ['signature-1', cursor],
        [CA, `${cursor}A`],
        [CA, 'AAAA'],
      ] as const) {
        await expect(
          service.app.status.archived(ca, { limit: 2, cursor: wrong as string }),
        ).rejects.toMatchObject({
          code: 'cursor-invalid',
        });
      }
      await expect(service.app.status.archived('nobody', { limit: 2 })).rejects.toMatchObject({
        code: 'unknown-authority',
      });
    } finally {
      await service.close();
    }
  });

  it('ends a page after the file that exceeds the bytes for one page, and goes on from there', async () => {
    const service = await opened();
    try {
      const files = join(service.folder, 'objects/crl', CA, 'full');
      writeFileSync(join(files, `${'2'.padStart(20, '0')}.crl`), Buffer.alloc(64 * 1024 * 1024));
      writeFileSync(join(files, `${'3'.padStart(20, '0')}.crl`), 'small');
      const first = await service.app.status.archived(CA, { limit: 1000 });
      expect(first.crls.map(({ number }) => number)).toEqual([1, 2]);
      const second = await service.app.status.archived(CA, { limit: 1000, cursor: first.cursor as string });
      expect(second).toEqual({ crls: [expect.objectContaining({ number: 3, bytes: 5 })] });
    } finally {
      await service.close();
    }
  });
});
