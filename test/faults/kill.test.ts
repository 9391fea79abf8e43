import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, opensslRequest, temporaryFolder } from '../service.ts';
import { type Acknowledged, checkWorld } from '../world.ts';

/** A process is killed right after each of its commit points, one run for each; the next start makes all stores agree. */
const folder = temporaryFolder();
const base = join(folder.path, 'base');

beforeAll(async () => {
  await (await openService(base)).close();
  opensslRequest(folder.path, 'holder');
});
afterAll(() => folder.remove());

const lead = (name: string, point: number) => {
  const data = join(folder.path, name);
  const journal = join(folder.path, `${name}.journal`);
  cpSync(base, data, { recursive: true });
  const life = join(import.meta.dirname, 'one-life.ts');
  const { signal, status, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', life, data, join(folder.path, 'holder.csr'), journal, String(point)],
    { encoding: 'utf8' },
  );
  const lines = existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : [];
  const noted = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const acknowledged: Acknowledged = {
    requests: noted('request'),
    signed: noted('signed'),
    answers: noted('answer'),
    revoked: noted('revoked'),
  };
  return { data, signal, status, stderr, acknowledged, points: Number(noted('points')[0]) };
};

describe('a process killed at every commit point', () => {
  it('leaves a world that the next start makes whole', { timeout: 600_000 }, async () => {
    const whole = lead('whole', 0);
    expect(whole.status, whole.stderr).toBe(0);
    expect(whole.acknowledged.signed).toHaveLength(1);
    expect(whole.acknowledged.answers).toHaveLength(3);
    // Fewer would mean that the life has lost commit points without this test noticing.
    expect(whole.points).toBeGreaterThanOrEqual(18);

    for (let point = 1; point <= whole.points; point++) {
      const killed = lead(`killed-${point}`, point);
      expect(killed.signal, `point ${point}: ${killed.stderr}`).toBe('SIGKILL');
      const service = await openService(killed.data);
      try {
        await service.core.authority.recover();
        await service.app.registration.recover();
        await checkWorld(service, killed.acknowledged);
      } catch (error) {
        throw new Error(`after being killed at commit point ${point} of ${whole.points}`, { cause: error });
      } finally {
        await service.close();
      }
    }
  });
});
