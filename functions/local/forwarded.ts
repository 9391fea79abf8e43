import { isIP } from 'node:net';
import { plainAddress } from './addresses.ts';

/** Longer headers are not read. A chain of proxies writes a few dozen characters for each. */
const MAX_CHARACTERS = 4096;

/**
 * The address for which trusted proxies forwarded a request: the nearest one to the service that is no trusted proxy, by
 * `Forwarded` (RFC 7239) or `X-Forwarded-For`. What stands further away was written by strangers. Where every address is
 * trusted, it is the farthest.
 *
 * Undefined where that cannot be told: neither header is there; the entry is malformed, `unknown` or obfuscated (RFC 7239
 * 6.3); or both headers are there and differ. A proxy writes one of them, and may pass on the other as a client wrote it.
 */
export const forwardedFor = (
  headers: Readonly<Record<string, string>>,
  isTrusted: (address: string) => boolean,
): string | undefined => {
  const { forwarded, 'x-forwarded-for': list } = headers;
  const found = [
    ...(forwarded === undefined ? [] : [nearest(forElements(forwarded), isTrusted)]),
    ...(list === undefined ? [] : [nearest(listElements(list), isTrusted)]),
  ];
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const isSame = (address: string | undefined): boolean =>
    address !== undefined && plainAddress(address) === plainAddress(first);
  return others.every(isSame) ? first : undefined;
};

/** Whether the headers say that the request was forwarded, legibly or not. */
export const isForwarded = (headers: Readonly<Record<string, string>>): boolean =>
  (headers.forwarded ?? headers['x-forwarded-for']) !== undefined;

const nearest = (
  nodes: readonly (string | undefined)[],
  isTrusted: (address: string) => boolean,
): string | undefined => {
  const addresses = nodes.map(addressOf);
  const at = addresses.findLastIndex((address) => address === undefined || !isTrusted(address));
  return addresses[Math.max(0, at)];
};

const listElements = (list: string): readonly string[] =>
  list.length > MAX_CHARACTERS ? [''] : list.split(',').map((element) => element.trim());

/** A pair of RFC 7239 4 with what ends it. */
const PAIR =
  /[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"([^"\\]*)")[ \t]*([;,]|$)/y;

/** The `for` of each element, undefined where an element has none. One malformed pair makes the whole header malformed. */
const forElements = (header: string): readonly (string | undefined)[] => {
  const elements: (string | undefined)[] = [];
  if (header.length > MAX_CHARACTERS) return [undefined];
  let node: string | undefined;
  PAIR.lastIndex = 0;
  for (;;) {
    const pair = PAIR.exec(header);
    if (!pair) return [undefined];
    const [, name = '', token, quoted, end] = pair;
    if (name.toLowerCase() === 'for') {
      if (node !== undefined) return [undefined];
      node = token ?? quoted;
    }
    if (end !== ';') {
      elements.push(node);
      node = undefined;
      if (end === '') return elements;
    }
  }
};

/** An address, perhaps with a port; one of IPv6 then stands in brackets (RFC 7239 6). */
const addressOf = (node: string | undefined): string | undefined => {
  if (node === undefined) return undefined;
  const [, bracketed, plain] =
    /^(?:\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|([0-9.]+)(?::\d{1,5})?)$/.exec(node) ?? [];
  const address = bracketed ?? plain ?? node;
  return isIP(address) === 0 || address.includes('%') ? undefined : address;
};
