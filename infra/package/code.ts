import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Code, type CodeOf, digestOf } from '../lambda/code.ts';

/** Where the package has functions' code: a folder for each that differs, and which function has which. */
const CODE = join(import.meta.dirname, 'functions');

/** Digests of folders by the ids of functions. */
export type Manifest = Readonly<Record<string, string>>;

let manifest: Manifest | undefined;
let staged: string | undefined;

/** The code that came with the package, with the importer's files put beside it in a folder for the time of the synthesis. */
export const packedCode: CodeOf = ({ id }, files): Code => {
  manifest ??= JSON.parse(readFileSync(join(CODE, 'manifest.json'), 'utf8')) as Manifest;
  const packed = join(CODE, manifest[id] as string);
  const folder = join(stage(), id);
  cpSync(packed, folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, digest: digestOf(folder) };
};

const stage = (): string => {
  if (staged === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'akashi-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    staged = made;
  }
  return staged;
};
