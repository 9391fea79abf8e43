import { openService } from '../service.ts';
import { change, interrupted } from './amendment.ts';

/**
 * The start that applies an amendment, in a process of its own, ended by SIGKILL right after its n-th commit point.
 *
 *   node amendment-life.ts FOLDER POINT
 */
const [folder, point] = process.argv.slice(2) as [string, string];
const { options, points } = interrupted(Number(point));
const service = await openService(folder, { domain: change, ...options });
process.stdout.write(`points ${points()}\n`);
await service.close();
