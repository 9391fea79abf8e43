import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import { openTableObjects } from '../../lib/store/table-objects.ts';
import { DEMONSTRATION, type DomainFile, openService, temporaryFolder } from '../service.ts';
import { allRecords, checkWorld } from '../world.ts';
import { change } from './amendment.ts';

/**
 * The start that applies an amendment may be killed right after any of its commit points; the next one finishes it. One start is
 * copied at each point, and only some are killed.
 */
const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const base = at('base');
const copies = at('copies');
let points: number;

beforeAll(async () => {
  const service = await openService(base);
  const file: DomainFile = JSON.parse(readFileSync(DEMONSTRATION, 'utf8'));
  change(file);
  const { amendments } = service.app;
  const { id } = await amendments.propose(service.principal('operator-sakai'), JSON.stringify(file));
  await amendments.approve(service.principal('operator-noda'), id);
  await service.close();
  mkdirSync(copies);
  const { status, stdout, stderr } = lead('whole', 'copy', copies);
  expect(status, stderr).toBe(0);
  points = Number(/points (\d+)/.exec(stdout)?.[1]);
}, 120_000);
afterAll(() => folder.remove());

const lead = (name: string, what: 'copy' | 'kill', where: string) => {
  cpSync(base, at(name), { recursive: true });
  const life = join(import.meta.dirname, 'amendment-life.ts');
  return spawnSync(process.execPath, ['--no-warnings', life, at(name), what, where], { encoding: 'utf8' });
};

/** The next start with the new file finishes it. Resolves with whether the file was in force before. */
const checkNextStart = async (data: string, point: number): Promise<boolean> => {
  const proofs = await openSqliteTable(join(data, 'proofs.sqlite'));
  const begun = (await openTableObjects(proofs).get('outcomes/trust-domain/2')) !== undefined;
  await proofs.close();
  // Once the new file is in force, the earlier one is refused.
  if (begun) {
    await expect(openService(data), `point ${point}`).rejects.toMatchObject({ code: 'trust-domain-changed' });
  }

  const service = await openService(data, { domain: change });
  try {
    const steps = (await allRecords(service)).flatMap((record) =>
      record.kind === 'trust-domain' ? [record.details.step] : [],
    );
    expect(steps.filter((step) => step === 'applied')).toHaveLength(1);
    expect((await service.app.amendments.list({ limit: 5 })).amendments).toMatchObject([
      { state: 'applied' },
    ]);
    expect(readdirSync(join(data, 'keys')).filter((name) => name.includes('seal'))).toEqual([
      'ocsp-seal-1-1.key',
      'ocsp-seal-1-k1-1.key',
      'seal-1.key',
    ]);
    await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [] });
  } catch (error) {
    throw new Error(`after commit point ${point} of ${points}`, { cause: error });
  } finally {
    await service.close();
  }
  return begun;
};

it('what the start leaves at every commit point is finished by the next one, and by no other file', {
  timeout: 600_000,
}, async () => {
  expect(points).toBeGreaterThanOrEqual(15);
  const begun: boolean[] = [];
  for (let point = 1; point <= points; point++) {
    begun.push(await checkNextStart(join(copies, String(point)), point));
  }
  // The file is in force from one point on.
  const first = begun.indexOf(true);
  expect(first).toBeGreaterThanOrEqual(0);
  expect(begun.slice(first)).not.toContain(false);
});

it('what a killed start leaves is finished likewise', { timeout: 600_000 }, async () => {
  for (const point of [1, Math.round(points / 2), points]) {
    const name = `killed-${point}`;
    const { signal, stderr } = lead(name, 'kill', String(point));
    expect(signal, `point ${point}: ${stderr}`).toBe('SIGKILL');
    await checkNextStart(at(name), point);
  }
});
