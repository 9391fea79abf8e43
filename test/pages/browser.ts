import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Debian's browser. Those that the driver would download are not on the registries. */
const CHROMIUM = '/usr/bin/chromium';

export const NO_BROWSER = !existsSync(CHROMIUM);

export type { BrowserContext, Page };

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** What a browser said of pages beside showing them: errors of scripts, and what the Content-Security-Policy kept back. */
export const complaintsOf = (context: BrowserContext): string[] => {
  const complaints: string[] = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text()))
        complaints.push(message.text());
    });
  });
  return complaints;
};

/** WCAG 2.2 A and AA, as far as axe decides them. */
const expectAccessible = async (page: Page): Promise<void> => {
  // No page has a frame in it, so axe needs no second page to gather what frames say.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  expect(
    violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) })),
    await page.title(),
  ).toEqual([]);
};

/** CSS pixels of the narrowest window that has to do (WCAG 1.4.10), and of the pictures. */
export const NARROW = { width: 320, height: 640 };
const WIDE = { width: 1120, height: 800 };

/** With AKASHI_SCREENSHOTS=1 the pictures of docs/console are made anew. */
const PICTURED = process.env.AKASHI_SCREENSHOTS !== undefined;
const PICTURES = join(import.meta.dirname, '../../docs/console');

/** Every page is accessible, and fits 320 CSS pixels. */
export const judge = async (page: Page, picture?: string): Promise<void> => {
  await expectAccessible(page);
  if (picture !== undefined && PICTURED) {
    mkdirSync(PICTURES, { recursive: true });
    await page.setViewportSize(WIDE);
    await page.screenshot({ path: join(PICTURES, `${picture}.png`), fullPage: true });
    await page.setViewportSize(NARROW);
  }
  // WCAG 1.4.10: nothing is to be scrolled sideways but tables.
  expect(await page.evaluate('document.documentElement.scrollWidth'), page.url()).toBeLessThanOrEqual(320);
};
