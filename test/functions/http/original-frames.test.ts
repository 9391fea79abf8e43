import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { originalFrames } from '../../../functions/http/original-frames.ts';
import { errorFacts } from '../../../functions/http/problems.ts';

// A function starts without them. The test runner turns them on, and Node would then rewrite the frames itself.
process.setSourceMapsEnabled(false);

const folder = mkdtempSync(join(tmpdir(), 'frames-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The error thrown on line 3 of thrower.ts, from a bundle like those of infra/lambda/bundle.ts. */
const thrown = (name: string, sourcemap: boolean): Error => {
  const outfile = join(folder, name);
  buildSync({
    stdin: {
      contents: '// first\nexport const raise = (text: string) => {\n  throw new TypeError(text);\n};\n',
      sourcefile: 'thrower.ts',
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'cjs',
    minify: true,
    ...(sourcemap && { sourcemap: 'linked', sourcesContent: false }),
  });
  try {
    createRequire(import.meta.url)(outfile).raise('secret');
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('the log of an error in a bundle', () => {
  it('says where it was thrown in the source', () => {
    const { at } = errorFacts(thrown('with.cjs', true));
    const [first = ''] = at as readonly string[];
    expect(first).toMatch(/thrower\.ts:3:9\)?$/);
    expect(first).not.toContain('with.cjs');
  });

  it('says where it was thrown in the bundle, without a map or with a broken one', () => {
    const error = thrown('without.cjs', false);
    expect((errorFacts(error).at as readonly string[])[0]).toContain('without.cjs:1:');
    const broken = thrown('broken.cjs', true);
    writeFileSync(join(folder, 'broken.cjs.map'), '{');
    expect((errorFacts(broken).at as readonly string[])[0]).toContain('broken.cjs:1:');
  });

  it('leaves other frames as they are', () => {
    const frames = ['at Object.<anonymous> (node:internal/x:1:2)', 'at f (/srv/lib/app.ts:3:4)', 'at native'];
    expect(originalFrames(frames)).toEqual(frames);
  });
});
