import { existsSync, readFileSync } from 'node:fs';

/** Inputs from public bug reports. The folder's README says what must come back. */
const folder = new URL('../../../shared/cases/2026-11/', import.meta.url);

export const NO_CASES = !existsSync(folder);

if (NO_CASES) console.log('../shared/cases/2026-11 is absent: the tests that read it are skipped.');

export const readCase = (file: string): Buffer => readFileSync(new URL(file, folder));
