import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Code, type CodeOf, digestOf } from '../lambda/code.ts';

/** The folder with functions' code in the package: a folder for each distinct code, and the manifest. */
const CODE = join(import.meta.dirname, 'functions');

/** The digest of each function's code, which names its folder, by the function's id. */
export type Manifest = Readonly<Record<string, string>>;

let manifest: Manifest | undefined;
let staged: string | undefined;

/** The code that came with the package. Until the synthesis ends it is in a folder, with the importer's files beside it. */
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
