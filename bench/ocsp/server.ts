import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { doorCredentials } from '../../functions/local-credentials.ts';
import { routes } from '../../functions/routes.ts';
import { LIMITS, serve } from '../../functions/server.ts';
import { openSealedKeys } from '../../lib/keys/sealed.ts';
import { openIssuers } from '../../lib/status/issuers.ts';
import { openOcsp } from '../../lib/status/ocsp.ts';
import { openRegister } from '../../lib/status/register.ts';
import { openResponders } from '../../lib/status/responders.ts';
import { openStore } from './store.ts';

/**
 * The service over a store that is there already, as one process: `node server.ts FOLDER recorded|unrecorded`. What is
 * not recorded exists here only, by a recorder that does nothing, to tell what recording costs. Says its port on
 * standard output and ends with its standard input.
 */
const [folder = '', mode = 'recorded'] = process.argv.slice(2);
const url = 'http://127.0.0.1';
const clock = (): number => Date.now();
const { works, table, trustDomain } = await openStore(folder);
const door = await doorCredentials(works, join(folder, 'door'), trustDomain, url, clock);
const recorded = await works.open({});

const unrecorded = async () => {
  const ports = { table, clock, log: () => {} };
  const keys = await openSealedKeys({
    folder: join(folder, 'keys'),
    passphrase: 'benchmark',
    random: (n) => randomBytes(n),
  });
  const issuers = openIssuers(ports);
  return openOcsp({
    ...ports,
    issuers,
    register: openRegister(table),
    responders: openResponders({ ...ports, keys }),
    recorder: { append: async () => {}, prepare: () => ({ writes: [] }) },
    requestorOf: () => Promise.reject(new Error('no signed requests here')),
    currentCrl: async () => undefined,
  });
};

const app =
  mode === 'recorded' ? recorded : { ...recorded, status: { ...recorded.status, ...(await unrecorded()) } };
const served = await serve({
  app,
  routes,
  host: '127.0.0.1',
  port: 0,
  tlsPort: 0,
  tls: { key: door.key, cert: door.cert, ca: [door.ca] },
  clock,
  log: () => {},
  limits: { underWay: { ...LIMITS.underWay } },
});
process.stdout.write(`${served.port}\n`);
process.stdin.resume().once('end', () => process.exit(0));
