import { hash, randomBytes } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertNotRestoring } from '../../../functions/local/backup/interrupted.ts';
import { MANIFEST } from '../../../functions/local/backup/manifest.ts';
import { restoreDataKeys } from '../../../functions/local/backup/restore.ts';
import { noteSigner, signCheckpoint } from '../../../lib/tlog/tlog.ts';
import { codeOf, DAY, type Ground, openGround } from '../../authority/house.ts';
import { deleteRow } from '../../store/row-attacks.ts';
import { checkWorld, ocspStatus } from '../../world.ts';
import { issue, openPlace, type Place, type Running } from './running.ts';

/** A backup of the running service, and restoring it. */

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.close());

const at = (name: string): string => place.at(name);
const start = (name: string, on?: Ground): Promise<Running> => place.start(name, on);
const restore = (backup: string, data: string, checkpoint?: Uint8Array) =>
  place.restore(backup, data, checkpoint && { checkpoint });
const checkpointOf = (data: string): Promise<Buffer> => place.checkpointOf(data);
const contentOf = (name: string) => place.contentOf(name);

const revoke = async ({ house }: Running, ref: Awaited<ReturnType<typeof issue>>): Promise<void> => {
  await house.app.authority.revoke(house.principal('higashi-chief'), ref, { reason: 'superseded' });
};

/** A service with a certificate that is good and one that is revoked, a backup of it, and both stopped. */
const backedUp = async (data = 'data', on: Ground = place.ground) => {
  const service = await start(data, on);
  const [good, revoked] = [await issue(service), await issue(service)];
  await revoke(service, revoked);
  await service.house.core.sequencer.sequence();
  const made = await service.backup(`${data}-backup`, { dataKeys: at(`${data}-backup-keys`) });
  await service.stop();
  return { good, revoked, made };
};

/** The copy of the data keys that was made with the backup. */
const keysBack = (backup: string) =>
  restoreDataKeys({
    dataKeys: at(`${backup}-keys`),
    dataDir: at('restored'),
    clock: () => place.ground.time.now,
  });

describe('a backup', () => {
  it('restored into an empty folder is the same world, and goes on', async () => {
    const { good, revoked, made } = await backedUp();
    const newest = await checkpointOf('data');
    expect(await restore('data-backup', 'restored', newest)).toEqual({
      made: made.made,
      leaves: made.leaves,
      newest: made.leaves,
      dataKeys: 0,
    });
    await keysBack('data-backup');
    const { house, stop } = await start('restored');
    expect([(await ocspStatus(house, good)).status, (await ocspStatus(house, revoked)).status]).toEqual([
      'good',
      'revoked',
    ]);
    const revokedNames = [`${revoked.ca} ${revoked.serial}`];
    await checkWorld(house, { requests: [], signed: [], answers: [], revoked: revokedNames });
    await stop();
  });

  it('made while acts, answers and checkpoints are written is one that a crash could have left', async () => {
    const service = await start('data');
    const [first, ...others] = [await issue(service), await issue(service), await issue(service)];
    await revoke(service, first);
    let isMade = false;
    const acting = async (): Promise<void> => {
      while (!isMade) await revoke(service, await issue(service));
    };
    const answering = async (): Promise<void> => {
      while (!isMade) for (const ref of others) await ocspStatus(service.house, ref);
    };
    const sequencing = async (): Promise<void> => {
      while (!isMade) await service.house.core.sequencer.sequence();
    };
    const work = [acting(), acting(), answering(), sequencing()];
    for (let i = 0; i < 20; i++) await issue(service);
    await service.backup('backup', { dataKeys: at('backup-keys') }).finally(() => {
      isMade = true;
    });
    await Promise.all(work);
    await service.stop();
    const { leaves, newest } = await restore('backup', 'restored', await checkpointOf('backup'));
    expect(newest).toBeLessThanOrEqual(leaves);
    await keysBack('backup');
    const restored = await start('restored');
    await restored.house.core.authority.followClosings();
    await restored.house.core.authority.recover();
    await checkWorld(restored.house, {
      requests: [],
      signed: [],
      answers: [],
      revoked: [`${first.ca} ${first.serial}`],
    });
    await restored.stop();
  });

  it('restored after a day of further acts replaces the tables alone, and keeps the former ones', async () => {
    const { made } = await backedUp();
    const service = await start('data');
    place.ground.time.now += DAY;
    await revoke(service, await issue(service));
    await service.house.core.status.publishDue();
    await service.house.core.sequencer.sequence();
    await service.stop();
    const before = await contentOf('data');
    const { leaves, newest, former } = await restore('data-backup', 'data');
    expect([leaves, newest > leaves]).toEqual([made.leaves, true]);
    const { 'table.sqlite': table, 'personal.sqlite': personal, ...objects } = before;
    const after = await contentOf('data');
    expect(after).toMatchObject(objects);
    const backup = await contentOf('data-backup');
    for (const name of ['table.sqlite', 'personal.sqlite']) expect(after[name]).toBe(backup[name]);
    expect(hash('sha256', await readFile(former as string))).toBe(table);
    const formerPersonal = (former as string).replace('table.sqlite', 'personal.sqlite');
    expect(hash('sha256', await readFile(formerPersonal))).toBe(personal);
  });

  it('takes a new folder, and removes what it wrote where it fails', async () => {
    const service = await start('data');
    await mkdir(at('full'));
    await writeFile(join(at('full'), 'mine'), '');
    expect(await codeOf(service.backup('full'))).toBe('backup-refused');
    expect(await readdir(at('full'))).toEqual(['mine']);
    await rm(join(service.data, 'trust-domain.json'));
    await expect(service.backup('broken')).rejects.toThrow('ENOENT');
    expect(await readdir(at('broken'))).toEqual([]);
    // The gate is open again.
    await issue(service);
    await service.stop();
  });
});

describe('a restore is refused whole', () => {
  /** Changes the list of a backup, as somebody would who knows its form. */
  const rewrite = async (name: string, change: (lines: readonly string[]) => readonly string[]) => {
    const path = join(at(name), MANIFEST);
    const lines = change((await readFile(path, 'utf8')).split('\n').slice(0, -2))
      .map((line) => `${line}\n`)
      .join('');
    await writeFile(path, `${lines}${JSON.stringify({ sha256: hash('sha256', lines) })}\n`);
  };

  const renewDigest = async (name: string, file: string): Promise<void> => {
    const bytes = await readFile(join(at(name), file));
    const line = JSON.stringify({ path: file, bytes: bytes.length, sha256: hash('sha256', bytes) });
    await rewrite(name, (lines) => lines.map((one) => (one.includes(`"path":"${file}"`) ? line : one)));
  };

  const refusedUnchanged = async (code: string, backup: string, data: string, checkpoint?: Uint8Array) => {
    const before = await contentOf(data);
    expect(await codeOf(restore(backup, data, checkpoint))).toBe(code);
    expect(await contentOf(data)).toEqual(before);
  };

  it('where one byte of any file of the backup was changed', async () => {
    await backedUp();
    const paths = (await readdir(at('data-backup'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const bytes = await readFile(path);
      const place = Math.floor(bytes.length / 2);
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] as number) ^ 1;
      await writeFile(path, changed);
      expect(await codeOf(restore('data-backup', 'data')), path).toBe('backup-damaged');
      await writeFile(path, bytes);
    }
    const [missing] = paths as [string];
    await rm(missing);
    await refusedUnchanged('backup-damaged', 'data-backup', 'data');
  });

  it('where it is of another format, or no backup', async () => {
    await backedUp();
    await rewrite('data-backup', (lines) => [
      JSON.stringify({ ...JSON.parse(lines[0] as string), format: 99 }),
      ...lines.slice(1),
    ]);
    await refusedUnchanged('format-unsupported', 'data-backup', 'data');
    await refusedUnchanged('backup-damaged', 'data', 'data');
  });

  it('where its table has lost the row of the tree, and no such backup is made', async () => {
    const service = await start('data');
    await service.house.core.sequencer.sequence();
    await service.backup('backup');
    await deleteRow(service.house.table, { pk: 'log', sk: 'tree' });
    expect(await codeOf(service.backup('later'))).toBe('backup-refused');
    await service.stop();
    const table = join(at('backup'), 'table.sqlite');
    const db = new DatabaseSync(table);
    db.exec("DELETE FROM item WHERE pk = 'log' AND sk = 'tree'");
    db.close();
    await renewDigest('backup', 'table.sqlite');
    await refusedUnchanged('backup-refused', 'backup', 'empty');
  });

  it('where it is of another deployment', async () => {
    await backedUp();
    const other = await openGround();
    await backedUp('other', other);
    await other.close();
    await refusedUnchanged('backup-refused', 'other-backup', 'data');
  });

  it('where the service runs', async () => {
    const service = await start('data');
    await service.house.core.sequencer.sequence();
    await service.backup('backup');
    expect(await codeOf(restore('backup', 'data'))).toBe('store-locked');
    await service.stop();
  });

  it('into an empty folder without a checkpoint, or with one that does not fit', async () => {
    const { made } = await backedUp();
    await refusedUnchanged('backup-refused', 'data-backup', 'empty');
    const key = noteSigner('localhost/log', await place.ground.keys.open('log'));
    const { origin } = JSON.parse(
      JSON.stringify({ origin: (await checkpointOf('data')).toString().split('\n')[0] }),
    );
    const signedBy = async (signer: typeof key, size: number): Promise<Uint8Array> =>
      Buffer.from(await signCheckpoint({ origin, size, root: randomBytes(32), extensions: [] }, [signer]));
    const own = noteSigner(origin, await place.ground.keys.open('log'));
    const foreign = noteSigner(origin, await place.ground.keys.create('another', 'ed25519'));
    for (const note of [
      Buffer.from('not a note'),
      await signedBy(foreign, made.leaves),
      await signedBy(own, made.leaves),
      await signedBy(own, 1),
    ]) {
      await refusedUnchanged('backup-refused', 'data-backup', 'empty', note);
    }
    // A log that has come further: nothing here could contradict it.
    const { leaves, newest } = await restore('data-backup', 'empty', await signedBy(own, made.leaves + 7));
    expect(newest - leaves).toBe(7);
  });

  it('while another one runs', async () => {
    await backedUp();
    const newest = await checkpointOf('data');
    const codes = await Promise.all([1, 2].map(() => codeOf(restore('data-backup', 'restored', newest))));
    expect(codes.toSorted()).toEqual(['backup-refused', 'none']);
  });
});

it('a restore that is interrupted keeps the service from starting until it is done again', async () => {
  await backedUp();
  const newest = await checkpointOf('data');
  // The copy of the table cannot be written.
  await mkdir(join(at('restored'), 'table.sqlite.restoring.tmp'), { recursive: true });
  await expect(restore('data-backup', 'restored', newest)).rejects.toThrow();
  expect(await codeOf(assertNotRestoring(at('restored')))).toBe('backup-refused');
  await rm(join(at('restored'), 'table.sqlite.restoring.tmp'), { recursive: true });
  await restore('data-backup', 'restored', newest);
  await assertNotRestoring(at('restored'));
  await expect(access(join(at('restored'), 'restoring'))).rejects.toThrow('ENOENT');
  await keysBack('data-backup');
  const { house, stop } = await start('restored');
  await checkWorld(house, { requests: [], signed: [], answers: [], revoked: [] });
  await stop();
});
