import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { POSITION } from '../batches/files.ts';
import { faultyRows } from '../cli/faulty-rows.ts';
import { akashi } from '../cli/in-process.ts';
import { openChance } from '../cli/kill-moments.ts';
import { type KillableService, startKillable } from '../cli/killable-service.ts';
import { complaintsOf, NARROW } from './browser.ts';

/*
 * A long file by the console's page, while the service is killed and started again. The officer does nothing about it: the scripts of
 * the pages send and look again by themselves.
 */

/** How long the service is away at most. */
const DOWN_MS = 5_000;
/** The scripts look rarely, and the service needs minutes. */
const LONG_MS = 1_800_000;

const began = performance.now();
const say = (text: string): void => {
  process.stdout.write(`batch-under-kills ${((performance.now() - began) / 1000).toFixed(1)} s: ${text}\n`);
};

const shareIn = async (page: Page): Promise<number> => {
  const bar = page.locator('progress');
  const [value, max] = [await bar.getAttribute('value'), await bar.getAttribute('max')];
  return Number(value ?? 0) / Number(max ?? 1);
};

/** Kills the service when the bar of the page has come to each of the shares. A page that has no bar any more has missed them. */
const killAt = async (
  service: KillableService,
  page: Page,
  shares: readonly number[],
  isOver: () => Promise<boolean>,
  downMs: () => number,
): Promise<number> => {
  let killed = 0;
  for (const share of shares.toSorted()) {
    while (!(await isOver()) && (await shareIn(page).catch(() => 0)) < share) await pause(20);
    if (await isOver()) return killed;
    const down = downMs();
    say(`the service is killed at ${share.toFixed(2)}, for ${Math.round(down)} ms`);
    await service.kill(down);
    killed++;
    say(`it is up again after ${Math.round(service.startsMs.at(-1) ?? 0)} ms`);
  }
  return killed;
};

/** Sends and submits a file of so many rows, some of which are wrong. */
export const sendUnderKills = async (browser: Browser, folder: string, count: number, seed: number) => {
  say(`${count} rows, AKASHI_BULK_SEED=${seed}`);
  const chance = openChance(seed);
  const downMs = (): number => chance() * DOWN_MS;
  const place = join(folder, 'under-kills');
  mkdirSync(place);
  const [service, rows] = await Promise.all([startKillable(place), faultyRows(count, 0)]);
  const command = async (args: readonly string[], who: string) => {
    const at = ['--url', service.url, '--tls-url', service.tlsUrl, '--data', service.data];
    const { code, out, err } = await akashi([...args, ...at, '--as', who, '--json']);
    expect({ args, code, err }).toEqual({ args, code: 0, err: '' });
    return JSON.parse(out);
  };

  try {
    const context = await browser.newContext({ locale: 'en-GB', viewport: NARROW });
    context.setDefaultTimeout(LONG_MS);
    const complaints = complaintsOf(context);
    const page = await context.newPage();
    await page.goto((await command(['console', '--no-open'], 'higashi-counter')).url);
    await page.goto(`${service.url}/console/batches/new`);
    await page.locator('#profile').selectOption(POSITION);
    await page.locator('#file').setInputFiles({ name: 'long.csv', mimeType: 'text/csv', buffer: rows.file });
    await page.getByRole('button', { name: 'Send the file' }).click();
    const isSent = async (): Promise<boolean> => /\/[0-9a-f-]{36}$/.test(page.url());
    let killed = await killAt(service, page, [chance(), chance()], isSent, downMs);
    await page.waitForURL(/\/console\/batches\/[0-9a-f-]{36}$/);
    const address = page.url();
    say('the file is sent');

    // The reading has no bar to go by.
    await pause(chance() * 1_000);
    await service.kill(downMs());
    killed++;
    say('killed while the service reads the file');
    await page.locator('#understood').check();
    say('the file is read');
    await page.getByRole('button', { name: 'Submit the rows' }).click();
    await page.locator('#batch-progress').waitFor();
    const isSubmitted = async (): Promise<boolean> =>
      (await page.getByText('The rows are submitted', { exact: true }).count()) > 0;
    const shares = [chance(), chance(), chance()].map((share) => share * 0.9);
    killed += await killAt(service, page, shares, isSubmitted, downMs);
    await page.getByText('The rows are submitted', { exact: true }).waitFor();
    say(`the rows are submitted; the service was killed ${killed} times`);

    // What a browser says of a connection that did not come about, or broke.
    const own = /net::ERR_(?!BLOCKED)/;
    expect(complaints.filter((text) => !own.test(text))).toEqual([]);
    const batch = await command(['bulk', 'show', address.slice(-36)], 'higashi-counter');
    const right = count - rows.faults;
    expect(batch).toMatchObject({
      state: 'submitted',
      rows: count,
      encoding: 'windows-31j',
      submission: { done: right, setAside: 0, isOver: true },
    });
    const { records } = await command(['records', '--kind', 'submission', '--all'], 'auditor');
    const named = records.map(({ details }: { details: Record<string, unknown> }) => details.row);
    expect(named).toHaveLength(right);
    expect(new Set(named).size).toBe(right);
    expect(await command(['bulk', 'list'], 'higashi-counter')).toMatchObject({ batches: [{ id: batch.id }] });
  } finally {
    await service.stop();
  }
};
