import { join } from 'node:path';
import { doorCredentials } from '../../functions/local/credentials.ts';
import { serve } from '../../functions/local/server.ts';
import { routes } from '../../functions/routes/routes.ts';
import { openApp } from './opened.ts';
import { openStore } from './store.ts';

/**
 * The service over an existing store, as one process: `node server.ts FOLDER recorded|unrecorded`. Prints its port to
 * standard output and ends when its standard input ends.
 */
const [folder = '', mode = 'recorded'] = process.argv.slice(2);
const clock = (): number => Date.now();
const store = await openStore(folder);
const door = await doorCredentials(
  store.core,
  join(folder, 'door'),
  store.trustDomain,
  'http://127.0.0.1',
  clock,
);
const app = await openApp(folder, store, mode);

const served = await serve({
  app,
  routes,
  host: '127.0.0.1',
  port: 0,
  tlsPort: 0,
  tls: { key: door.key, cert: door.cert, ca: [door.ca] },
  clock,
  log: () => {},
  // All questions of the benchmark come from one address, whose rate would be what is measured.
  limits: { rate: 10_000_000 },
});
process.stdout.write(`${served.port}\n`);
process.stdin.resume().once('end', () => process.exit(0));
