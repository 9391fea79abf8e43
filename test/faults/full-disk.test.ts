import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { ocspRequestFor } from '../ocsp-request-for.ts';
import { serveService } from '../served-service.ts';
import { FIELDS, issueThroughOffice, opensslRequest, temporaryFolder } from '../service.ts';
import { type Acknowledged, checkWorld } from '../world.ts';
import { type DiskKind, type SmallDisk, smallDisk } from './small-disk.ts';

/** The table file with its WAL, the log's tiles and checkpoint, the CRLs and the keys, all on a disk that runs full. */
const KINDS: readonly DiskKind[] = ['tmpfs', 'ext4'];
const MEGABYTES = 64;
/** KiB. */
const LEFT = [0, 8, 16, 24, 32, 48, 64, 80, 96, 128, 160, 192, 256, 384, 512, 768, 1024, 2048] as const;

const disks = new Map(KINDS.map((kind) => [kind, smallDisk(kind, MEGABYTES)]));
for (const [kind, disk] of disks) {
  if (!disk) console.log(`full disk: this user or machine cannot mount ${kind}; skipped`);
}
afterAll(() => {
  for (const disk of disks.values()) disk?.remove();
});

describe.each(KINDS)('a full disk (%s)', (kind) => {
  const disk = disks.get(kind) as SmallDisk;
  const scratch = temporaryFolder();
  let service: Awaited<ReturnType<typeof serveService>>;
  let ref: CertificateRef;
  let token: string;
  let publicUrl: string | undefined;
  let requests: string[] = [];
  const answers: string[] = [];
  const revoked: string[] = [];

  const open = async (): Promise<void> => {
    // Certificates name the address of the first start.
    service = await serveService(disk.path, publicUrl === undefined ? {} : { publicUrl });
    publicUrl ??= service.url;
    ({ token } = await service.app.principals.issueToken(service.principal('higashi-counter')));
  };

  beforeAll(async () => {
    if (!disk) return;
    await open();
    const csr = opensslRequest(scratch.path, 'holder');
    const { id, certificate } = await issueThroughOffice(service, 'person-authentication', csr);
    requests = [id];
    ref = certificate;
  }, 60_000);
  afterAll(async () => {
    if (disk) await service.close();
    scratch.remove();
  });

  /** Asks over HTTP, and notes the answer if it says anything about the certificate. */
  const ask = async (): Promise<string> => {
    const answer = await fetch(`${service.url}/ocsp`, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: Buffer.from(await ocspRequestFor(service, ref)),
    });
    expect(answer.status).toBe(200);
    const der = new Uint8Array(await answer.arrayBuffer());
    const { status } = decodeOcspResponse(der);
    if (status === 'successful') answers.push(hash('sha256', der));
    return status;
  };

  const submit = async (): Promise<number> => {
    const answer = await fetch(`${service.url}/api/v1/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        profile: 'person-authentication',
        csr: opensslRequest(scratch.path, 'another'),
        fields: FIELDS['person-authentication'],
        holder: 'holder-tanabe',
      }),
    });
    if (answer.status === 201) requests.push(((await answer.json()) as { id: string }).id);
    return answer.status;
  };

  const fetchCrl = async (): Promise<number> => (await fetch(`${service.url}/crl/${ref.ca}/full.crl`)).status;

  /** The kinds of outcome of many questions at once. */
  const storm = async (questions: number): Promise<ReadonlySet<string>> =>
    new Set(await Promise.all(Array.from({ length: questions }, ask)));

  const sequenceAll = async (): Promise<void> => {
    while ((await service.core.sequencer.sequence()).leaves > 0);
  };

  const isWhole = async (): Promise<void> => {
    const acknowledged: Acknowledged = { requests, signed: [], answers, revoked };
    await checkWorld(service, acknowledged);
  };

  /** After a failed sync the service trusts the disk again only when it starts anew. */
  const startAgain = async (): Promise<void> => {
    await service.close();
    await open();
  };

  const unavailable = { code: 'store-unavailable' };

  it.skipIf(!disk)(
    'stops every answer until there is space, and loses none that left',
    { timeout: 120_000 },
    async () => {
      expect(await storm(50)).toEqual(new Set(['successful']));
      await sequenceAll();
      const before = await service.app.transparencyLog.checkpoint();

      expect(await storm(50)).toEqual(new Set(['successful']));

      disk.fill(0);
      const met = new Set<string>();
      for (let round = 0; round < 100 && !met.has('tryLater'); round++) {
        for (const status of await storm(50)) met.add(status);
      }
      expect(met).toContain('tryLater');
      for (let round = 0; round < 5; round++) expect(await storm(10)).toEqual(new Set(['tryLater']));
      expect(await submit()).toBe(503);
      expect(await fetchCrl()).toBe(503);
      await expect(service.core.sequencer.sequence()).rejects.toMatchObject(unavailable);
      await expect(
        service.app.authority.revoke(service.principal('higashi-chief'), ref, { reason: 'keyCompromise' }),
      ).rejects.toMatchObject(unavailable);
      expect(Buffer.from(await service.app.transparencyLog.checkpoint())).toEqual(Buffer.from(before));

      disk.free();
      if (kind === 'ext4') await startAgain();
      expect(await ask()).toBe('successful');
      expect(await submit()).toBe(201);
      expect(await fetchCrl()).toBe(200);
      await isWhole();
    },
  );

  it.skipIf(!disk)(
    'does no harm, however many blocks are left and whichever file needs the next one',
    { timeout: 240_000 },
    async () => {
      const refusals = new Set<string>();
      for (const left of LEFT) {
        expect(await storm(8)).toEqual(new Set(['successful']));
        disk.fill(left * 1024);
        for (const act of [ask, submit, () => sequenceAll().then(() => 'sequenced'), ask, fetchCrl]) {
          try {
            refusals.add(String(await act()));
          } catch (error) {
            expect(error, `with ${left} KiB left`).toMatchObject(unavailable);
            refusals.add('unavailable');
          }
        }
        disk.free();
        if (kind === 'ext4') await startAgain();
        await sequenceAll();
      }
      // Every kind of outcome occurred: acts that were done, and acts that were refused.
      expect([...refusals].sort()).toEqual([
        '200',
        '201',
        '503',
        'sequenced',
        'successful',
        'tryLater',
        'unavailable',
      ]);
      await isWhole();
    },
  );

  it.skipIf(!disk)('and a stop while it is full lose nothing', { timeout: 120_000 }, async () => {
    disk.fill(0);
    const met = new Set<string>();
    for (let round = 0; round < 100 && !met.has('tryLater'); round++) {
      for (const status of await storm(50)) met.add(status);
    }
    expect(met).toContain('tryLater');
    await service.close();
    disk.free();
    await open();
    const chief = service.principal('higashi-chief');
    await service.app.authority.revoke(chief, ref, { reason: 'keyCompromise' });
    revoked.push(`${ref.ca} ${ref.serial}`);
    expect(await ask()).toBe('successful');
    await isWhole();
  });
});
