import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '../routes/routes.ts';
import { openapi } from './openapi.ts';

/** Writes docs/openapi.json anew, after a route or a schema has changed: `npm run openapi`. */
const path = join(import.meta.dirname, '../../docs/openapi.json');
writeFileSync(path, `${JSON.stringify(openapi(routes), null, 2)}\n`);
process.stdout.write('docs/openapi.json is written.\n');
