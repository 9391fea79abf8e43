import type { Clock, Random } from '../ports.ts';

/**
 * A UUID of version 7 (RFC 9562 5.7): 48 bits of milliseconds, then 74 random bits. Ids sort by the time of submission,
 * and nobody can guess one.
 */
export const newRequestId = (clock: Clock, random: Random): string => {
  const bytes = Buffer.concat([Buffer.alloc(6), random(10)]);
  bytes.writeUIntBE(clock(), 0, 6);
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const isRequestId = (text: string): boolean => REQUEST_ID.test(text);

/** When the request was submitted; milliseconds since the epoch. */
export const timeOfRequestId = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);
