import { BlockList, isIPv6 } from 'node:net';
import type { Network } from '../../lib/network.ts';
import type { Client, HttpHead } from '../http/http.ts';
import { networkOf, plainAddress } from './addresses.ts';
import { forwardedFor, isForwarded } from './forwarded.ts';

/** Where a request comes from, as far as limits go: an address, a network of IPv6, or a network that the settings name. */
export interface Source {
  readonly key: string;
  /** Requests of a second. */
  readonly rate: number;
}

export interface SourceSettings {
  readonly proxies: readonly Network[];
  /** The addresses of a network share its rate. An address that is in several has that of the narrowest. */
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
  const named = [...rates]
    .sort((a, b) => bitsOf(b.network) - bitsOf(a.network))
    .map((one) => ({
      isWithin: within([one.network]),
      source: { key: one.network.text, rate: one.rate },
    }));

  const ofAddress = (address = ''): Source => {
    const plain = plainAddress(address);
    const one = named.find(({ isWithin }) => isWithin(address) || isWithin(plain));
    return one?.source ?? { key: networkOf(plain), rate };
  };

  /** A client may have written what cannot be read, so that shares no rate with the proxy, nor with what others send. */
  const ofForwarded = (headers: HttpHead['headers'], proxy: string): Source => {
    if (!isForwarded(headers)) return ofAddress(proxy);
    const address = forwardedFor(headers, isTrusted);
    return address === undefined ? { key: `unread by ${plainAddress(proxy)}`, rate } : ofAddress(address);
  };

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
      return peer.direct ?? ofForwarded(headers, address);
    },
    ofAddress,
    isProxy: (address = '') => isTrusted(address),
  };
};

/** Leading bits, as a network of IPv6 has them. */
const bitsOf = ({ family, prefix }: Network): number => (family === 'ipv4' ? 96 + prefix : prefix);

/** Finds addresses of IPv4 that are written as addresses of IPv6 (RFC 4291 2.5.5.2) too. */
const within = (networks: readonly Network[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return (address) => networks.length > 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
};
