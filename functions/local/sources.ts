import { BlockList, isIPv6 } from 'node:net';
import type { Network } from '../../lib/network.ts';
import type { Client, HttpHead } from '../http/http.ts';
import { forwardedFor } from './forwarded.ts';

/** Where a request comes from, as far as limits go: an address, a network of IPv6, or a network that the settings name. */
export interface Source {
  readonly key: string;
  /** Requests of a second. */
  readonly rate: number;
}

export interface SourceSettings {
  readonly proxies: readonly Network[];
  /** The addresses of a network share its rate. */
  readonly rates: readonly { readonly network: Network; readonly rate: number }[];
}

export interface Sources {
  of(request: Pick<HttpHead, 'client' | 'headers'>): Source;
  ofAddress(address: string | undefined): Source;
  isProxy(address: string | undefined): boolean;
}

/** `rate` is for all sources that the settings do not name. */
export const openSources = ({ proxies, rates }: SourceSettings, rate: number): Sources => {
  const isTrusted = within(proxies);
  const named = rates.map((one) => ({
    isWithin: within([one.network]),
    source: { key: one.network.text, rate: one.rate },
  }));

  const ofAddress = (address = ''): Source =>
    named.find(({ isWithin }) => isWithin(address))?.source ?? { key: networkOf(address), rate };

  /** A connection keeps its peer, so that is judged once. Undefined: a trusted proxy, whose every request is judged. */
  const peers = new WeakMap<Client, { readonly direct: Source | undefined }>();

  return {
    of: ({ client, headers }) => {
      const { address = '' } = client;
      let peer = peers.get(client);
      if (peer === undefined) {
        peer = { direct: isTrusted(address) ? undefined : ofAddress(address) };
        peers.set(client, peer);
      }
      return peer.direct ?? ofAddress(forwardedFor(headers, isTrusted) ?? address);
    },
    ofAddress,
    isProxy: (address = '') => isTrusted(address),
  };
};

/** Finds addresses of IPv4 that are written as addresses of IPv6 (RFC 4291 2.5.5.2) too. */
const within = (networks: readonly Network[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return (address) => networks.length > 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
};

/** One subscriber of IPv6 has a network of 64 bits at least (RFC 6177), so its single addresses say nothing. */
const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const between = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<number>(Math.max(0, between)).fill(0), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
};

/** Numbers, so that leading zeros and the case of digits make no other source. An IPv4 tail stands for two groups. */
const groupsOf = (part: string): readonly number[] =>
  part === ''
    ? []
    : part.split(':').flatMap((group) => (group.includes('.') ? [0, 0] : [Number.parseInt(group, 16)]));
