import { BlockList, isIPv6 } from 'node:net';
import { Fault, type FaultCode } from '../../lib/fault.ts';
import type { Log } from '../../lib/ports.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Principals } from '../../lib/principals/principals.ts';
import type { Client, HttpHead } from './http.ts';
import { errorFacts } from './problems.ts';
import type { RouteTerms } from './route.ts';

/** Who calls. `unproven`: the route requires no credentials, and those that came were refused with this fault. */
export interface Identified {
  readonly caller?: Principal;
  readonly unproven?: FaultCode;
}

const NOBODY: Identified = {};

/** `caller` is absent where the request has no credentials. Faults: those of `Principals`, `tls-required`, `unauthenticated`. */
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
const UNPROVEN: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'unauthenticated',
  'token-invalid',
  'token-expired',
  'client-certificate-invalid',
  'client-certificate-revoked',
  'client-certificate-expired',
  'tls-required',
]);

const byCredentials = async (
  principals: Principals,
  route: RouteTerms,
  { headers, client }: HttpHead,
): Promise<Principal | undefined> => {
  const { certificate } = client;
  const token = route.certificateOnly ? undefined : bearerToken(headers, client);
  if (certificate === undefined && route.certificateOnly) {
    throw new Fault('unauthenticated', 'Show a client certificate; a token is not enough here.');
  }
  const shown = certificate && (await principals.byCertificate(certificate, route.whileBehind));
  const named = token === undefined ? undefined : await principals.byToken(token);
  if (shown && named && shown.id !== named.id) {
    throw new Fault('token-invalid', 'The token and the client certificate name different principals.');
  }
  return shown ?? named;
};

/**
 * RFC 6750 2.1. Anyone who reads a bearer token can use it, so it is not accepted from a network without TLS. A proxy on this
 * machine has such a network behind it; its headers give it away.
 */
const bearerToken = (headers: HttpHead['headers'], client: Client): string | undefined => {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  if (!client.tls && (!isLoopback(client.address) || PROXIED.some((name) => headers[name] !== undefined))) {
    throw new Fault('tls-required', 'Send tokens over TLS only, and replace this one.');
  }
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new Fault('token-invalid', 'Authorization must be "Bearer" and a token.');
  return token;
};

/** RFC 7239, its forerunner, and RFC 9110 7.6.3. */
const PROXIED = ['forwarded', 'x-forwarded-for', 'via'] as const;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
