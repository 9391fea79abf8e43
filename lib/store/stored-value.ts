import type { Value } from './contract.ts';

/**
 * The value of a row as the store holds it. The adapters write JSON text. Where somebody else wrote something else, the
 * value is `{ unreadable }` with its bytes in base64, so that one such row does not keep all others from being read. Its
 * reader finds the members missing that the row should have.
 */
export const storedValue = (stored: unknown): Value => {
  if (typeof stored === 'string') {
    try {
      return JSON.parse(stored);
    } catch {
      // Not JSON: kept as it is, below.
    }
  }
  const bytes = stored instanceof Uint8Array ? stored : Buffer.from(String(stored ?? ''));
  return { unreadable: Buffer.from(bytes).toString('base64') };
};
