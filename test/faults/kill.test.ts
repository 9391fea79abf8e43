import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openService, opensslRequest, temporaryFolder } from '../service.ts';
import { type Acknowledged, checkWorld } from '../world.ts';

/**
 * A process may be killed right after any of its commit points; the next start makes all stores agree. A process of its own for
 * each point would mostly load modules, so one life is copied at each point, and only some lives are killed.
 */
const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const copies = at('copies');
let points: number;

const lead = (name: string, what: 'copy' | 'kill', where: string) => {
  cpSync(at('base'), at(name), { recursive: true });
  const life = join(import.meta.dirname, 'one-life.ts');
  return spawnSync(
    process.execPath,
    ['--no-warnings', life, at(name), at('holder.csr'), at(`${name}.journal`), what, where],
    { encoding: 'utf8' },
  );
};

const noted = (journal: string) => {
  const lines = readFileSync(journal, 'utf8').trim().split('\n');
  return (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
};

const acknowledgedIn = (journal: string): Acknowledged => {
  const said = noted(journal);
  return {
    requests: said('request'),
    signed: said('signed'),
    answers: said('answer'),
    revoked: said('revoked'),
  };
};

beforeAll(async () => {
  await (await openService(at('base'))).close();
  opensslRequest(folder.path, 'holder');
  mkdirSync(copies);
  const { status, stderr } = lead('whole', 'copy', copies);
  expect(status, stderr).toBe(0);
  points = Number(noted(at('whole.journal'))('points')[0]);
});
afterAll(() => folder.remove());

const checkNextStart = async (data: string, journal: string, point: number): Promise<void> => {
  const service = await openService(data);
  try {
    await service.core.authority.recover();
    await service.app.registration.recover();
    await checkWorld(service, acknowledgedIn(journal));
  } catch (error) {
    throw new Error(`after commit point ${point} of ${points}`, { cause: error });
  } finally {
    await service.close();
  }
};

it('what a life leaves at every commit point is made whole by the next start', {
  timeout: 600_000,
}, async () => {
  const { signed, answers } = acknowledgedIn(at('whole.journal'));
  expect(signed).toHaveLength(1);
  expect(answers).toHaveLength(3);
  // Fewer would mean that the life has lost commit points without this test noticing.
  expect(points).toBeGreaterThanOrEqual(18);
  for (let point = 1; point <= points; point++) {
    await checkNextStart(join(copies, String(point)), join(copies, `${point}.journal`), point);
  }
});

it('what a killed process leaves is made whole by the next start', { timeout: 600_000 }, async () => {
  for (const point of [1, Math.round(points / 3), Math.round((2 * points) / 3), points]) {
    const name = `killed-${point}`;
    const { signal, stderr } = lead(name, 'kill', String(point));
    expect(signal, `point ${point}: ${stderr}`).toBe('SIGKILL');
    await checkNextStart(at(name), at(`${name}.journal`), point);
  }
});
