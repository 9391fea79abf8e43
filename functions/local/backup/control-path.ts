import { join, relative } from 'node:path';
import { CONTROL_SOCKET } from './names.ts';

/** The shorter of the two forms of the path: a socket's path is short (unix(7)). */
export const socketPath = (dataDir: string): string => {
  const path = join(dataDir, CONTROL_SOCKET);
  const short = relative(process.cwd(), path);
  return Buffer.byteLength(short) < Buffer.byteLength(path) ? short : path;
};
