import { createServer } from 'node:net';

/** Resolves where a server could listen at this moment, and rejects with what `listen` says where none could. */
export const assertFree = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
