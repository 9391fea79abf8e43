import { decodePem, encodePem, isPem, MAX_CSR_BYTES } from '../lib/pki/pki.ts';
import { readFileWithin } from './read-file.ts';
import type { Terminal } from './terminal.ts';

/**
 * Reads a certification request, in PEM or DER, from a file or (`-`) from standard input, and gives it in PEM. Anything
 * else is refused before it is sent: the file that lies beside a certification request is most often its private key.
 */
export const readCsr = async (path: string, terminal: Terminal): Promise<string> => {
  const limit = 4 * MAX_CSR_BYTES;
  const bytes = path === '-' ? await terminal.input(limit) : await readFileWithin(path, limit);
  const der = isPem(bytes) ? decodePem('CERTIFICATE REQUEST', bytes.toString('utf8'), MAX_CSR_BYTES) : bytes;
  return encodePem('CERTIFICATE REQUEST', der);
};
