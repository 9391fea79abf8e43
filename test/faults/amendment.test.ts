import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import { openTableObjects } from '../../lib/store/table-objects.ts';
import { DEMONSTRATION, type DomainFile, openService, temporaryFolder } from '../service.ts';
import { allRecords, checkWorld } from '../world.ts';
import { change } from './amendment.ts';

/** The start that applies an amendment is killed right after each of its commit points; the next one finishes it. */
const folder = temporaryFolder();
const base = join(folder.path, 'base');

beforeAll(async () => {
  const service = await openService(base);
  const file: DomainFile = JSON.parse(readFileSync(DEMONSTRATION, 'utf8'));
  change(file);
  const { amendments } = service.app;
  const { id } = await amendments.propose(service.principal('operator-sakai'), JSON.stringify(file));
  await amendments.approve(service.principal('operator-noda'), id);
  await service.close();
});
afterAll(() => folder.remove());

const lead = (name: string, point: number) => {
  const data = join(folder.path, name);
  cpSync(base, data, { recursive: true });
  const life = join(import.meta.dirname, 'amendment-life.ts');
  const { signal, status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', life, data, String(point)],
    { encoding: 'utf8' },
  );
  return { data, signal, status, stderr, points: Number(/points (\d+)/.exec(stdout)?.[1]) };
};

describe('a start that applies an amendment, killed at every commit point', () => {
  it('is finished by the next one, and by no other file', { timeout: 600_000 }, async () => {
    const whole = lead('whole', 0);
    expect(whole.status, whole.stderr).toBe(0);
    expect(whole.points).toBeGreaterThanOrEqual(15);
    let begun = false;
    for (let point = 1; point <= whole.points; point++) {
      const killed = lead(`killed-${point}`, point);
      expect(killed.signal, `point ${point}: ${killed.stderr}`).toBe('SIGKILL');
      // Once the new file is in force, the earlier one is refused.
      const proofs = await openSqliteTable(join(killed.data, 'proofs.sqlite'));
      const state = await openTableObjects(proofs).get('outcomes/trust-domain/2');
      await proofs.close();
      begun ||= state !== undefined;
      expect(state !== undefined, `point ${point}`).toBe(begun);
      if (begun) {
        await expect(openService(killed.data), `point ${point}`).rejects.toMatchObject({
          code: 'trust-domain-changed',
        });
      }

      const service = await openService(killed.data, { domain: change });
      try {
        const steps = (await allRecords(service)).flatMap((record) =>
          record.kind === 'trust-domain' ? [record.details.step] : [],
        );
        expect(steps.filter((step) => step === 'applied')).toHaveLength(1);
        expect((await service.app.amendments.list({ limit: 5 })).amendments).toMatchObject([
          { state: 'applied' },
        ]);
        expect(readdirSync(join(killed.data, 'keys')).filter((name) => name.includes('seal'))).toEqual([
          'ocsp-seal-1-1.key',
          'ocsp-seal-1-k1-1.key',
          'seal-1.key',
        ]);
        await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [] });
      } catch (error) {
        throw new Error(`after being killed at commit point ${point} of ${whole.points}`, { cause: error });
      } finally {
        await service.close();
      }
    }
    expect(begun).toBe(true);
  });
});
