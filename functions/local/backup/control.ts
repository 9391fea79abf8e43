import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../../lib/fault.ts';
import { LANGUAGES, type Say, speaking } from '../../../lib/messages/messages.ts';
import type { Log } from '../../../lib/ports.ts';
import { errorFacts } from '../../http/problems.ts';
import { type BackupSource, makeBackup } from './backup.ts';
import { socketPath } from './control-path.ts';

/**
 * The running service's door for commands on its own machine: a socket in the data folder, which only the service's own user
 * can reach. `POST /backup` answers with a line of JSON for each step, and a last one with `made` or `problem`.
 */
export interface Control {
  close(): Promise<void>;
}

const absolute = z.string().refine(isAbsolute);
const Asked = z.strictObject({
  folder: absolute,
  dataKeys: absolute.optional(),
  language: z.enum(LANGUAGES),
});
const MAX_BODY_BYTES = 16 * 1024;
/** A socket's path has 107 bytes at most (unix(7)). */
const MAX_SOCKET_PATH = 107;

/** Undefined, with a warning in the log, where the folder's path is too long for a socket. */
export const openControl = async (source: BackupSource, log: Log): Promise<Control | undefined> => {
  const path = socketPath(source.dataDir);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    log('warn', 'akashi backup cannot reach this service: the path of DATA_DIR is too long for a socket');
    return undefined;
  }
  await rm(path, { force: true });
  let isBusy = false;
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      log('error', 'A command on this machine failed', errorFacts(error));
      response.destroy();
    });
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = Asked.safeParse(await bodyOf(request));
    if (request.method !== 'POST' || request.url !== '/backup' || !asked.success) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const say = (line: object): void => {
      response.write(`${JSON.stringify(line)}\n`);
    };
    try {
      if (isBusy) throw new Fault('backup-refused', 'Another backup is running; wait until it has ended.');
      isBusy = true;
      try {
        const made = await makeBackup(source, asked.data, (step) => say({ step }));
        log('info', 'A backup was made', { leaves: made.leaves, files: made.files });
        say({ made });
      } finally {
        isBusy = false;
      }
    } catch (error) {
      say({ problem: problemOf(error, await speaking(asked.data.language)) });
    }
    response.end();
  };

  await listen(server, path);
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const problemOf = (error: unknown, say: Say): { readonly code: string; readonly detail: string } => {
  if (Fault.is(error)) return { code: error.code, detail: say(error.phrase) };
  if (error instanceof Error && 'syscall' in error)
    return { code: 'store-unavailable', detail: error.message };
  throw error;
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
};

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
