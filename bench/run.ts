/** `npm run bench NAME [flags]` runs NAME.ts beside this file; without a name it lists the benchmarks. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3));
const [name = ''] = process.argv.splice(2, 1);
if (names.includes(name)) await import(join(import.meta.dirname, `${name}.ts`));
else {
  process.stderr.write(`npm run bench NAME, where NAME is one of: ${names.join(', ')}\n`);
  process.exitCode = 2;
}
