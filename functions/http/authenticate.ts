import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import type { Log } from '../../lib/ports.ts';
import type { Principal } from '../../lib/principal.ts';
import type { KnownBy, Principals } from '../../lib/principals/principals.ts';
import { assertOwnOrigin } from './foreign-origin.ts';
import type { HttpHead } from './http.ts';
import { errorFacts } from './problems.ts';
import type { RouteTerms } from './route.ts';

/** Who calls. `unproven`: the route requires no credentials, and those that came were refused with this fault. */
export interface Identified {
  readonly caller?: Principal;
  readonly unproven?: FaultCode;
}

const NOBODY: Identified = {};

/** `caller` is absent where the request has no credentials. Faults: those of `Principals`, `tls-required`, `foreign-origin`, `unauthenticated`. */
export const authenticate = async (
  principals: Principals,
  route: RouteTerms,
  request: HttpHead,
  log: Log,
): Promise<Identified> => {
  const { headers, client } = request;
  const nothingShown = client.certificate === undefined && headers.authorization === undefined;
  if (route.access === 'public' || (route.access === 'optional' && nothingShown)) return NOBODY;
  try {
    const caller = await byCredentials(principals, route, request);
    return caller ? { caller } : NOBODY;
  } catch (error) {
    if (route.access !== 'optional') throw error;
    const unproven = Fault.is(error) ? error.code : 'internal';
    // A failure of the service itself is logged, but the relying party still gets its status.
    if (!UNPROVEN.has(unproven)) {
      log('error', 'caller not identified', { request: request.id, route: route.id, ...errorFacts(error) });
    }
    return { unproven };
  }
};

/** Faults of the caller, which are not logged. */
export const UNPROVEN: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'unauthenticated',
  'token-invalid',
  'token-expired',
  'client-certificate-invalid',
  'client-certificate-revoked',
  'client-certificate-expired',
  'not-in-force',
  'tls-required',
  'foreign-origin',
]);

const byCredentials = async (
  principals: Principals,
  route: RouteTerms,
  request: HttpHead,
): Promise<Principal | undefined> => {
  // A page may ask for a status, and not in its reader's name.
  assertOwnOrigin(request);
  const { certificate } = request.client;
  const token = route.certificateOnly ? undefined : bearerToken(request);
  if (certificate === undefined && route.certificateOnly) {
    throw new Fault('unauthenticated', 'Show a client certificate; a token is not enough here.');
  }
  const by = knownBy(route);
  const shown = certificate && (await principals.byCertificate(certificate, by, takesHolders(route)));
  const named = token === undefined ? undefined : await principals.byToken(token, by);
  if (shown && named && shown.id !== named.id) {
    throw new Fault('token-invalid', 'The token and the client certificate name different principals.');
  }
  if (shown) return { ...shown, door: 'client-certificate' };
  return named && { ...named, door: 'token' };
};

/** A holder's own certificate is good for the operations that are for holders, and for no other. */
const takesHolders = ({ access }: RouteTerms): boolean =>
  typeof access === 'object' && access.includes('holder');

/** Whoever changes something is known by acts, and never by rows alone. */
const knownBy = ({ whileBehind, method, access }: RouteTerms): KnownBy => {
  if (whileBehind) return 'objects';
  return method !== 'GET' && typeof access === 'object' ? 'acts' : 'rows';
};

/**
 * RFC 6750 2.1. Anyone who reads a bearer token can use it, so it is not accepted from a network without TLS. A proxy on this
 * machine has such a network behind it.
 */
const bearerToken = (request: HttpHead): string | undefined => {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  if (!request.client.tls && !isFromHere(request)) {
    throw new Fault('tls-required', 'Send tokens over TLS only, and replace this one.');
  }
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new Fault('token-invalid', 'Authorization must be "Bearer" and a token.');
  return token;
};

/**
 * A program on this machine asks this machine, and in HTTP/1.1. What else comes from here was passed on by a proxy. A proxy
 * that writes such a request itself, with no header of its own, cannot be told.
 */
export const isFromHere = ({ client, headers, version }: HttpHead): boolean =>
  isLoopback(client.address) &&
  version !== '1.0' &&
  isLoopbackHost(headers.host) &&
  !PROXIED.some((name) => headers[name] !== undefined);

/** RFC 7239, RFC 9110 7.6.3, and what proxies write without a standard. */
const PROXIED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
] as const;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

const isLoopbackHost = (host = ''): boolean => {
  const [, bracketed, name = ''] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  if (bracketed !== undefined) return isIPv6(bracketed) && isLoopback(bracketed);
  return name.toLowerCase() === 'localhost' || (isIPv4(name) && isLoopback(name));
};
