import { decodePem, encodePem, MAX_CSR_BYTES } from '../lib/pki/pki.ts';
import { readFileWithin } from './read-file.ts';
import type { Terminal } from './terminal.ts';

/** Microsoft's and Netscape's tools wrote the second label. */
const LABELS = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

/**
 * Reads a certification request, in PEM or DER, from a file or (`-`) from standard input, and gives it in PEM. Anything
 * else is refused before it is sent: the file that lies beside a certification request is most often its private key.
 */
export const readCsr = async (path: string, terminal: Terminal): Promise<string> => {
  const limit = 4 * MAX_CSR_BYTES;
  const bytes = path === '-' ? await terminal.input(limit) : await readFileWithin(path, limit);
  const der = bytes[0] === 0x30 ? bytes : decodePem(LABELS, bytes.toString('utf8'), MAX_CSR_BYTES);
  return encodePem('CERTIFICATE REQUEST', der);
};
