import { isIPv6 } from 'node:net';

/** Addresses of IPv4 that are written as addresses of IPv6: RFC 4291 2.5.5.2, RFC 6052 2.1. */
const EMBEDDING: ReadonlySet<string> = new Set(['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']);

/**
 * One text for each address, however it was written. An address of IPv6 has eight groups and no zone; one that embeds an
 * address of IPv4 is that address.
 */
export const plainAddress = (address: string): string => {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address);
  if (!EMBEDDING.has(textOf(groups.slice(0, 6)))) return textOf(groups);
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
};

/** One subscriber of IPv6 has a network of 64 bits at least (RFC 6177), so its single addresses say nothing. */
export const networkOf = (address: string): string => {
  const plain = plainAddress(address);
  return plain.includes(':') ? `${plain.split(':').slice(0, 4).join(':')}::/64` : plain;
};

const textOf = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':');

const groupsOf = (address: string): readonly number[] => {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const [left, right] = [partOf(head), partOf(tail ?? '')];
  const between = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<number>(Math.max(0, between)).fill(0), ...right];
};

/** Numbers, so that leading zeros and the case of digits make no other address. An IPv4 tail stands for two groups. */
const partOf = (part: string): readonly number[] =>
  part === ''
    ? []
    : part
        .split(':')
        .flatMap((group) => (group.includes('.') ? tailOf(group) : [Number.parseInt(group, 16)]));

const tailOf = (dotted: string): readonly number[] => {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
};
