import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../../functions/http/route.ts';
import { routes } from '../../../functions/routes/routes.ts';

const FOLDER = resolve(import.meta.dirname, '../../../functions/routes');

/** Every file in the folders of functions/routes/, as a path in it. */
const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.parentPath !== FOLDER)
  .map((entry) => relative(FOLDER, join(entry.parentPath, entry.name)));

const exported = new Map<string, unknown>();
for (const file of files) exported.set(file, (await import(join(FOLDER, file))).route);
const routeFiles = files.filter((file) => exported.get(file) !== undefined);

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/ from '(\.[^']+)';/g)].map(([, specifier]) =>
    relative(FOLDER, resolve(FOLDER, dirname(file), specifier as string)),
  );

describe('the files of the routes', () => {
  it('each have one route of the table, and the table has no other', () => {
    expect(new Set(routeFiles.map((file) => exported.get(file)))).toEqual(new Set(routes));
    expect(routeFiles).toHaveLength(routes.length);
  });

  it('are named after the id of their operation', () => {
    const wrong = routeFiles.flatMap((file) => {
      const { id } = exported.get(file) as Route;
      const name = id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      return basename(file) === `${name}.ts` ? [] : [`${file} has ${id}`];
    });
    expect(wrong).toEqual([]);
  });

  it('together import every file in their folders that has no route', () => {
    const used = new Set(routeFiles);
    for (const file of used) {
      for (const target of importsOf(file)) if (files.includes(target)) used.add(target);
    }
    expect(files.filter((file) => !used.has(file))).toEqual([]);
  });
});
