import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Fault } from '../fault.ts';
import type { Clock } from '../ports.ts';
import { exchange, type Incoming, type Limits } from './exchange.ts';
import { type Credentials, signed, type Unsigned } from './signature-v4.ts';

/** The Region and the address of a service of AWS, and the credentials of the caller. */
export interface AwsAccess {
  readonly region: string;
  readonly credentials: Credentials;
  /** Replaces the service's own address in the Region: scheme, host and port; http is for this machine. */
  readonly endpoint?: string;
  readonly clock: Clock;
  /** Replaces the adapter's own limits. */
  readonly limits?: Partial<Limits>;
}

export interface Service {
  /** Resolves with the answer, whatever its status; rejects as `exchange` does. */
  send(request: Unsigned): Promise<Incoming>;
  /** Closes the connections. */
  close(): void;
}

/** Connections at one time. Further requests wait. */
const MAX_CONNECTIONS = 50;

/**
 * One service of AWS, over connections that are kept. The OCSP function asks AWS in this way, because the SDK's clients
 * take longer to load than the rest of that function, and a relying party waits. All others use the SDK, except for the
 * CDN's secrets, which every function that is open to everybody reads.
 *
 * `host` is the service's own address in the Region. Fault: `configuration-invalid`.
 */
export const openService = (service: string, host: string, access: AwsAccess, limits: Limits): Service => {
  const { region, credentials, clock } = access;
  const origin = originOf(access.endpoint ?? `https://${host}`);
  const Agent = origin.protocol === 'https:' ? HttpsAgent : HttpAgent;
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  const allLimits = { ...limits, ...access.limits };
  return {
    send: (request) => {
      const unsigned = { ...request, headers: { host: origin.host, ...request.headers } };
      const headers = signed(unsigned, { credentials, region, service, time: clock() });
      return exchange(origin, agent, { ...request, headers }, allLimits);
    },
    close: () => agent.destroy(),
  };
};

const originOf = (address: string): URL => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url;
  // The address may have a user and a password, so the message does not show it.
  throw new Fault('configuration-invalid', 'The address of an AWS service is a scheme, a host and a port.');
};
