import { createServer } from 'node:net';

/** Resolves if a server can listen at this port now; rejects with the error of `listen` if none can. */
export const assertFree = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
