import { type Options, openService } from '../service.ts';
import { change } from './amendment.ts';
import { commitPoints } from './commit-points.ts';

/**
 * The start that applies an amendment, in a process of its own. It ends by SIGKILL right after its n-th commit point; 0
 * means never.
 *
 *   node amendment-life.ts FOLDER POINT
 */
const [folder, point] = process.argv.slice(2) as [string, string];
let points = 0;
const passed = (): void => {
  if (++points === Number(point)) process.kill(process.pid, 'SIGKILL');
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
