import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DiskFloor, watchDisk } from '../../functions/local/disk-floor.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { serveService } from '../served-service.ts';
import { issueThroughOffice, opensslRequest, temporaryFolder } from '../service.ts';
import { type Acknowledged, checkWorld } from '../world.ts';
import { smallDisk } from './small-disk.ts';

/** Strangers fill a disk until its floor. What closes certificates goes on below it. */

const MEGABYTE = 1024 * 1024;
const FLOOR = 40 * MEGABYTE;
const disk = smallDisk('tmpfs', 96);
if (!disk) console.log('disk floor: this user or machine cannot mount tmpfs; skipped');
afterAll(() => disk?.remove());

describe('a disk below its floor', () => {
  const { path, fill, free } = disk ?? { path: '', fill: () => {}, free: () => {} };
  const scratch = temporaryFolder();
  const logged: { level: string; message: string }[] = [];
  const revoked: string[] = [];
  const answers: string[] = [];
  const requests: string[] = [];
  let floor: DiskFloor;
  let service: Awaited<ReturnType<typeof serveService>>;
  let refs: CertificateRef[];

  beforeAll(async () => {
    if (!disk) return;
    const log = (level: string, message: string) => void logged.push({ level, message });
    floor = watchDisk({ folders: [path], floor: FLOOR, log });
    service = await serveService(path, { disk: floor });
    refs = [];
    for (const name of ['one', 'two', 'three']) {
      const csr = opensslRequest(scratch.path, name);
      const { id, certificate } = await issueThroughOffice(service, 'organisation-client', csr);
      requests.push(id);
      refs.push(certificate);
    }
  }, 120_000);
  afterAll(async () => {
    floor?.stop();
    await service?.close();
    scratch.remove();
  });

  const ask = async (ref: CertificateRef): Promise<string> => {
    const answer = await fetch(`${service.url}/ocsp`, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: Buffer.from(await ocspRequestFor(service, ref)),
    });
    const der = new Uint8Array(await answer.arrayBuffer());
    const { status } = decodeOcspResponse(der);
    if (status === 'successful') answers.push(hash('sha256', der));
    return status;
  };

  const act = async (of: 'revocation' | 'hold', method: string, ref: CertificateRef): Promise<number> => {
    const { token } = await service.app.principals.issueToken(service.principal('higashi-chief'));
    const answer = await fetch(`${service.url}/api/v1/certificates/${ref.ca}/${ref.serial}/${of}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(of === 'revocation' && { 'content-type': 'application/json' }),
      },
      ...(of === 'revocation' && { body: JSON.stringify({ reason: 'keyCompromise' }) }),
    });
    return answer.status;
  };

  /** The newest CRL, as stock OpenSSL reads it. */
  const listed = async (ca: string): Promise<string> => {
    const answer = await fetch(`${service.url}/crl/${ca}/full.crl`);
    expect(answer.status).toBe(200);
    return execFileSync('openssl', ['crl', '-inform', 'DER', '-noout', '-text'], {
      input: Buffer.from(await answer.arrayBuffer()),
    })
      .toString()
      .toLowerCase();
  };

  it.skipIf(!disk)(
    'says tryLater to strangers, revokes, holds, releases and publishes, and recovers by itself',
    { timeout: 120_000 },
    async () => {
      const [one, two, three] = refs as [CertificateRef, CertificateRef, CertificateRef];
      expect(await ask(one)).toBe('successful');
      fill(FLOOR - 5 * MEGABYTE);
      await floor.look();
      expect(await Promise.all(Array.from({ length: 200 }, () => ask(one)))).toEqual(
        Array(200).fill('tryLater'),
      );
      expect(await act('revocation', 'POST', one)).toBe(200);
      revoked.push(`${one.ca} ${one.serial}`);
      expect(await act('hold', 'POST', two)).toBe(200);
      expect(await act('hold', 'POST', three)).toBe(200);
      expect(await act('hold', 'DELETE', three)).toBe(204);
      await service.app.status.publish(one.ca, 'operator-noda');
      const crl = await listed(one.ca);
      expect([one, two, three].map(({ serial }) => crl.includes(serial))).toEqual([true, true, false]);

      // Nothing but closings is below half of the floor.
      fill(FLOOR / 2 - 5 * MEGABYTE);
      await floor.look();
      expect((await fetch(`${service.url}/crl/${one.ca}/full.crl`)).status).toBe(503);
      expect(await act('revocation', 'POST', three)).toBe(200);
      revoked.push(`${three.ca} ${three.serial}`);

      free();
      // Without a look that somebody asks for.
      await expect.poll(() => floor.level, { timeout: 5_000 }).toBe('enough');
      expect(await ask(one)).toBe('successful');
      expect(logged.map(({ level }) => level)).toEqual(['error', 'error', 'info']);
      expect(service.logged.filter(({ level }) => level === 'error')).toEqual([]);
      const acknowledged: Acknowledged = { requests, signed: [], answers, revoked };
      await checkWorld(service, acknowledged);
    },
  );
});

describe('the floor', () => {
  it('logs each change once, and does not move with every answer', async () => {
    const logged: string[] = [];
    let free = 2000;
    const floor = watchDisk({
      folders: ['/a', '/b'],
      floor: 1000,
      log: (level) => logged.push(level),
      freeBytes: async (folder) => (folder === '/b' ? free : 9999),
    });
    const levels: string[] = [];
    for (free of [2000, 1000, 999, 1010, 999, 1124, 1125, 400, 510, 562, 563, 1200]) {
      await floor.look();
      levels.push(floor.level);
    }
    floor.stop();
    const low = ['low', 'low', 'low', 'low'];
    expect(levels).toEqual([
      'enough',
      'enough',
      ...low,
      'enough',
      'lowest',
      'lowest',
      'lowest',
      'low',
      'enough',
    ]);
    expect(logged).toEqual(['error', 'info', 'error', 'error', 'info']);
  });

  it('stays as it is while the disk cannot be read, and says so once', async () => {
    const logged: string[] = [];
    let read = async (): Promise<number> => 1;
    const floor = watchDisk({
      folders: ['/a'],
      floor: 1000,
      log: (_level, message) => logged.push(message),
      freeBytes: () => read(),
    });
    await floor.look();
    read = () => Promise.reject(new Error('EIO'));
    await floor.look();
    await floor.look();
    floor.stop();
    expect(floor.level).toBe('lowest');
    expect(logged).toHaveLength(2);
  });
});
