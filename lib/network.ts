import { isIPv4, isIPv6 } from 'node:net';

/** An address, or a network of addresses (RFC 4632 3.1, RFC 4291 2.3). */
export interface Network {
  /** As it was written. */
  readonly text: string;
  readonly address: string;
  /** Leading bits that the addresses of the network have in common; all bits for one address. */
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Undefined where the text is neither an address nor a network. */
export const readNetwork = (text: string): Network | undefined => {
  const [, address = '', prefix] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : undefined;
  if (bits === undefined || Number(prefix ?? bits) > bits) return undefined;
  return { text, address, prefix: Number(prefix ?? bits), family: bits === 32 ? 'ipv4' : 'ipv6' };
};
