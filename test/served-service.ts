import { join } from 'node:path';
import { doorCredentials } from '../functions/local/credentials.ts';
import { serve } from '../functions/local/server.ts';
import { routes } from '../functions/routes/routes.ts';
import { holdPort } from './ports.ts';
import { type Options, openService, type Service } from './service.ts';

export interface ServedService extends Service {
  readonly url: string;
  readonly tlsPort: number;
}

/**
 * The service behind a real socket: plain HTTP at the address that its certificates name, unless they name another, and TLS
 * beside it.
 */
export const serveService = async (folder: string, options: Options = {}): Promise<ServedService> => {
  const { port, release } = await holdPort();
  const url = `http://127.0.0.1:${port}`;
  const doorOf = ({ core, trustDomain, now }: Service, data: string) =>
    doorCredentials(core, join(data, 'door'), trustDomain, url, now);
  const service = await openService(
    folder,
    { publicUrl: url, ...options },
    { name: 'door', prepare: async (prepared) => void (await doorOf(prepared, prepared.folder)) },
  );
  const door = await doorOf(service, folder);
  await release();
  const served = await serve({
    app: service.app,
    routes,
    host: '127.0.0.1',
    port,
    tlsPort: 0,
    tls: { key: door.key, cert: door.cert, ca: [door.ca] },
    clock: service.now,
    log: (level, message, facts = {}) => service.logged.push({ level, message, facts }),
    // Tests storm the service from one address.
    limits: { rate: 1_000_000 },
    ...(options.disk && { disk: options.disk }),
  });
  const close = async (): Promise<void> => {
    await served.stop();
    await service.close();
  };
  return { ...service, url, tlsPort: served.tlsPort, close };
};
