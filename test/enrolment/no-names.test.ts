import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeople } from '../../functions/local/demonstration-people.ts';
import { openService, type Service, temporaryFolder } from '../service.ts';

/*
 * The names of the people of the demonstration are in no file of the service but their own certificates and keys, which are
 * theirs. The operators of the trust domain's file are in the file.
 */

const folder = temporaryFolder();
let service: Service;
let names: readonly string[];

beforeAll(async () => {
  service = await openService(folder.path, { fresh: true });
  const { principals } = await readPeople();
  names = principals.flatMap(({ role, name, kana }) =>
    role === 'relyingParty' ? [] : [name.ja, name.en, ...(kana === undefined ? [] : [kana])],
  );
}, 60_000);
afterAll(() => folder.remove());

const rowsOf = (file: string): readonly string[] => {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare('SELECT pk, sk, value FROM item').all();
  db.close();
  return rows.map((row) => JSON.stringify(row));
};

const filesIn = (place: string): readonly string[] =>
  readdirSync(place, { recursive: true, encoding: 'utf8' })
    .map((name) => join(place, name))
    .filter((path) => statSync(path).isFile());

/** As text, and in what may be base64 within it. JSON may have either character set. */
const told = (bytes: Buffer): readonly string[] => {
  const text = bytes.toString('utf8');
  const escaped = text.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const decoded = (text.match(/[A-Za-z0-9+/_-]{16,}={0,2}/g) ?? []).map((part) =>
    Buffer.from(part, 'base64').toString('utf8'),
  );
  const all = [text, escaped, ...decoded].join('\n');
  return names.filter((name) => all.includes(name));
};

describe('the name of a person', () => {
  it('is found by this test in a text that has it', () => {
    expect(names.length).toBeGreaterThan(20);
    const [one = '', other = ''] = names;
    expect(told(Buffer.from(`{"name":"${one}"}`))).toEqual([one]);
    expect(told(Buffer.from(Buffer.from(`name: ${other}, and more`).toString('base64')))).toEqual([other]);
  });

  it('is shown to whoever may see the person', async () => {
    const { items } = await service.app.enrolment.people.list(service.principal('operator-noda'), {
      limit: 100,
    });
    const shown = new Set(items.flatMap(({ name }) => (name ? [name.ja, name.en] : [])));
    expect(names.filter((name) => shown.has(name)).length).toBeGreaterThan(20);
  });

  it('is in no row, no object and no file, their names included', async () => {
    const credentials = join(folder.path, 'credentials');
    const files = filesIn(folder.path).filter((path) => !path.startsWith(credentials));
    for (const part of ['table.sqlite', 'proofs.sqlite', 'personal.sqlite'])
      expect(files.some((path) => path.includes(part))).toBe(true);
    for (const path of files) expect(told(readFileSync(path)), path).toEqual([]);
    expect(told(Buffer.from(files.join('\n')))).toEqual([]);
    // A file of SQLite has long values in parts, so its rows are read too. The service has it for itself while it runs.
    await service.close();
    for (const file of ['table.sqlite', 'proofs.sqlite', 'personal.sqlite']) {
      const rows = rowsOf(join(folder.path, file));
      expect(rows.length).toBeGreaterThan(20);
      for (const row of rows) expect(told(Buffer.from(row)), `${file} ${row}`).toEqual([]);
    }
  });
});
