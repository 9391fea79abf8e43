import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '../routes/routes.ts';
import { openapi } from './openapi.ts';
import { operationsTable } from './operations-table.ts';
import { rolesTable } from './roles-table.ts';

/** Writes the documents that are made from the routes anew, after a route or a schema has changed: `npm run docs`. */
const write = (name: string, text: string): void => {
  writeFileSync(join(import.meta.dirname, '../../docs', name), text);
  process.stdout.write(`docs/${name} is written.\n`);
};

write('openapi.json', `${JSON.stringify(openapi(routes), null, 2)}\n`);
write('roles.md', rolesTable(routes));
write('operations.json', `${JSON.stringify(operationsTable(routes), null, 2)}\n`);
