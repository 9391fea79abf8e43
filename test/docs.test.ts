import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operationsTable } from '../functions/http/operations-table.ts';
import { rolesTable } from '../functions/http/roles-table.ts';
import { routes } from '../functions/routes/routes.ts';

/** The documents, compared with the files and routes that they name. */
const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const pages = [
  ...readdirSync(root).filter((file) => /^[A-Z].*\.md$/.test(file)),
  ...readdirSync(join(root, 'docs')).flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : [])),
  'bench/README.md',
  'infra/package/README.md',
];

/** Paths of this project in a page: in backquotes, from a folder at its top. */
const pathsIn = (page: string): readonly string[] => {
  const found = [
    ...read(page).matchAll(/`((?:lib|functions|cli|infra|test|docs|bench|domains)\/[\w./-]+)`/g),
  ];
  return found.map(([, path]) => path as string);
};

describe('the documents', () => {
  it.each(pages)('%s names only files and folders that are there', (page) => {
    expect(pathsIn(page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('docs/architecture.md names every room, and the files of its five flows', () => {
    const page = read('docs/architecture.md');
    for (const { name } of readdirSync(join(root, 'lib'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )) {
      expect(page).toContain(`| \`lib/${name}\` |`);
    }
    expect(page.match(/^## A .*$/gm)).toHaveLength(5);
    expect(pathsIn('docs/architecture.md').length).toBeGreaterThan(50);
  });

  it('docs/roles.md is made from the present routes; if not, run npm run docs', () => {
    expect(read('docs/roles.md')).toBe(rolesTable(routes));
  });

  it('docs/operations.json is made from the present routes; if not, run npm run docs', () => {
    expect(JSON.parse(read('docs/operations.json'))).toEqual(operationsTable(routes));
  });
});

/** Everything in a page that two languages have in common. */
const skeletonOf = (page: string) => {
  const text = read(page);
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const tables = [...text.matchAll(/(?:^\|.*\n)+/gm)];
  return {
    headings: [...text.matchAll(/^(#+) /gm)].map(([, level]) => level),
    blocks: blocks.map(([, language, lines = '']) =>
      // A shell's commands without their comments; the map's names without their descriptions.
      lines
        .split('\n')
        .flatMap((line) => (language === 'sh' ? line.replace(/\s+#.*$/, '') : /^\S*/.exec(line)?.[0]) || []),
    ),
    tables: tables.map(([rows]) =>
      rows
        .trim()
        .split('\n')
        .map((row) => row.split('|').length),
    ),
    bullets: [...text.matchAll(/^- /gm)].length,
    quoted: [
      ...new Set(
        [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, words]) => words),
      ),
    ].sort(),
  };
};

describe('the two READMEs', () => {
  it('have the same headings, commands, tables and quoted names', () => {
    expect(skeletonOf('README.ja.md')).toEqual(skeletonOf('README.md'));
  });
});
