import { join } from 'node:path';
import { type Options, openService } from '../service.ts';
import { change } from './amendment.ts';
import { commitPoints, copyAsItIs } from './commit-points.ts';

/**
 * The start that applies an amendment, in a process of its own. Right after each of its commit points it copies its folder to
 * COPIES. Or it ends by SIGKILL right after its n-th commit point.
 *
 *   node amendment-life.ts FOLDER copy COPIES
 *   node amendment-life.ts FOLDER kill POINT
 */
const [folder, what, where] = process.argv.slice(2) as [string, 'copy' | 'kill', string];
let points = 0;
const passed = (): void => {
  points++;
  if (what === 'copy') copyAsItIs(folder, join(where, String(points)));
  else if (points === Number(where)) process.kill(process.pid, 'SIGKILL');
};
const parts = commitPoints(passed);
const objects: NonNullable<Options['objects']> = (real) => ({
  ...real,
  put: async (key, body, options) => {
    await real.put(key, body, options);
    passed();
  },
});
const service = await openService(folder, { domain: change, ...parts, objects });
process.stdout.write(`points ${points}\n`);
await service.close();
