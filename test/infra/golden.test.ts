import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Template } from './flattened.ts';
import { privateSettings, publicSettings, standIn, synthesise } from './synthesised.ts';

/**
 * The whole templates, so that every change of them is seen and reviewed: `npx vitest run test/infra/golden -u` writes
 * the new templates, and the reviewer reads the diff of the files. Stand-ins replace the functions' code.
 */

const ROOT_STACK = 'Importer';
/** CloudFormation takes 500; half of it leaves each subsystem room to grow. */
const MOST = 250;
/** The importer's stack also has resources of the importer. */
const MOST_OF_ROOT = 50;

describe.each([
  ['public', publicSettings],
  ['private', privateSettings],
])('the templates for a %s network', (kind, settings) => {
  const { app, templates, cdn } = synthesise(settings(), { codeOf: standIn, validated: true });
  const all: readonly (readonly [string, Template])[] = [
    ...[...templates].map(([name, template]) => [name === '' ? ROOT_STACK : name, template] as const),
    ...(cdn ? [['Cdn', cdn] as const] : []),
  ];
  const count = new Map(all.map(([name, { Resources }]) => [name, Object.keys(Resources).length]));
  const table = [...count].map(([name, resources]) => `${name.padEnd(16)} ${resources}`).join('\n');

  it('have no findings against CloudFormation’s own schemas and rules', () => {
    expect(violations(app.outdir)).toEqual([]);
  });

  it.each(all)('%s is the golden one', async (name, template) => {
    await expect(readable(template)).toMatchFileSnapshot(`golden/${kind}/${name}.json`);
  });

  it('keep below the limits of a stack', () => {
    console.log(`\nResources, ${kind} network\n${table}\n`);
    expect(
      [...count].filter(([name, resources]) => resources > (name === ROOT_STACK ? MOST_OF_ROOT : MOST)),
    ).toEqual([]);
    // A stack has at most 200 parameters and 200 outputs.
    for (const [name, { Parameters = {}, Outputs = {} }] of all) {
      expect(Object.keys(Parameters).length, name).toBeLessThan(150);
      expect(Object.keys(Outputs).length, name).toBeLessThan(150);
    }
  });
});

const violations = (outdir: string): readonly unknown[] => {
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
    pluginReports: { violations: unknown[] }[];
  };
  return pluginReports.flatMap((report) => report.violations);
};

/** Resources in the order of their names, and without the CDK's own notes on where they come from. */
const readable = ({ Resources, ...rest }: Template): string => {
  const sorted = Object.entries(Resources)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { Metadata: _, ...resource }]) => [id, resource]);
  return `${JSON.stringify({ ...rest, Resources: Object.fromEntries(sorted) }, null, 1)}\n`;
};
