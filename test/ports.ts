import { randomInt } from 'node:crypto';
import { type AddressInfo, createServer, type Server } from 'node:net';

/**
 * The address of a service is part of its certificates, so services of the tests take few addresses: then a run can make
 * the data for each once. A run has some ports of its own, and each worker process begins with others of them. They are below
 * the ports that systems give to outgoing connections.
 */
const FIRST = 'AKASHI_TESTS_FIRST_PORT';
const LOWEST = 20_000;
const RUNS = 100;
const PORTS_OF_RUN = 60;
const PORTS_OF_WORKER = 10;

/** Called before the workers start. */
export const choosePorts = (): void => {
  process.env[FIRST] = String(LOWEST + PORTS_OF_RUN * randomInt(RUNS));
};

/** How many ports this process has tried. It returns late to one, because clients keep connections to a port. */
let tried = 0;

/** A port of 127.0.0.1 that nobody else gets until it is released, shortly before somebody listens there. */
export const holdPort = async (): Promise<{ readonly port: number; release(): Promise<void> }> => {
  const first = process.env[FIRST];
  if (first === undefined) return { port: await freePort(), release: async () => {} };
  const start = PORTS_OF_WORKER * Number(process.env.VITEST_POOL_ID ?? 0);
  for (let attempt = 0; attempt < PORTS_OF_RUN; attempt++) {
    const within = attempt < PORTS_OF_WORKER ? tried++ % PORTS_OF_WORKER : attempt;
    const port = Number(first) + ((start + within) % PORTS_OF_RUN);
    const server = await listening(port);
    if (server) return { port, release: () => closed(server) };
  }
  throw new Error(`No port from ${first} on is free.`);
};

/** Any port of 127.0.0.1 that nobody listens at now. */
export const freePort = async (): Promise<number> => {
  const server = await listening(0);
  if (!server) throw new Error('No port is free.');
  const { port } = server.address() as AddressInfo;
  await closed(server);
  return port;
};

const listening = (port: number): Promise<Server | undefined> =>
  new Promise((done, failed) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') done(undefined);
      else failed(error);
    });
    server.listen(port, '127.0.0.1', () => done(server));
  });

const closed = (server: Server): Promise<void> => new Promise((done) => server.close(() => done()));
