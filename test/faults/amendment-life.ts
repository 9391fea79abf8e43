import { openService } from '../service.ts';
import { change } from './amendment.ts';
import { commitPoints } from './commit-points.ts';

/**
 * The start that applies an amendment, in a process of its own. It ends by SIGKILL right after its n-th commit point; 0
 * means never.
 *
 *   node amendment-life.ts FOLDER POINT
 */
const [folder, point] = process.argv.slice(2) as [string, string];
let passed = 0;
const parts = commitPoints(() => {
  if (++passed === Number(point)) process.kill(process.pid, 'SIGKILL');
});
const service = await openService(folder, { domain: change, ...parts });
process.stdout.write(`points ${passed}\n`);
await service.close();
