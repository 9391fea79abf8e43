import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { privateSettings, publicSettings, standIn, synthesise } from './synthesised.ts';

/**
 * The whole template, so that every change of it is seen and reviewed: `npx vitest run test/infra/golden -u` takes a
 * change over, and the diff of the file is what is to be reviewed. Functions' code is stood in for.
 */
describe.each([
  ['public', publicSettings],
  ['private', privateSettings],
])('the template for a %s network', (kind, settings) => {
  it('is the golden one', async () => {
    const { app, template } = synthesise(settings(), { bundle: standIn, validated: true });
    // Its findings against CloudFormation's own schemas and rules, those that are answered left out.
    expect(violations(app.outdir)).toEqual([]);
    await expect(readable(template)).toMatchFileSnapshot(`golden/${kind}.template.json`);
  });
});

const violations = (outdir: string): readonly unknown[] => {
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
    pluginReports: { violations: unknown[] }[];
  };
  return pluginReports.flatMap((report) => report.violations);
};

/** Resources in the order of their names, and without the CDK's own notes on where they come from. */
const readable = (template: unknown): string => {
  const { Resources, ...rest } = template as { Resources: Record<string, Record<string, unknown>> };
  const sorted = Object.entries(Resources)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { Metadata: _, ...resource }]) => [id, resource]);
  return `${JSON.stringify({ ...rest, Resources: Object.fromEntries(sorted) }, null, 1)}\n`;
};
