import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Fault } from '../fault.ts';
import type { Clock } from '../ports.ts';
import { exchange, type Incoming, type Limits, type Outgoing } from './exchange.ts';
import { type Credentials, encodeQuery, signed, type Unsigned } from './signature-v4.ts';

/** Where AWS is, and in whose name it is asked. */
export interface AwsAccess {
  readonly region: string;
  readonly credentials: Credentials;
  /** In place of the service's own address in the region: scheme, host and port; http is for this machine. */
  readonly endpoint?: string;
  readonly clock: Clock;
  /** In place of the adapter's own. */
  readonly limits?: Partial<Limits>;
}

export interface Service {
  /** Resolves with whatever was answered; rejects as `exchange` does. */
  send(request: Unsigned): Promise<Incoming>;
  /** Lets go of the connections. */
  close(): void;
}

/** At once; further requests wait. */
const MAX_CONNECTIONS = 50;

/**
 * One service of AWS, over connections that are kept. This is all of the AWS SDK that the service needs: the SDK's
 * clients take as long to load as the rest of a function together, three times over.
 *
 * `host` is the service's own address in the region. Fault: `configuration-invalid`.
 */
export const openService = (service: string, host: string, access: AwsAccess, limits: Limits): Service => {
  const { region, credentials, clock } = access;
  const origin = originOf(access.endpoint ?? `https://${host}`);
  const Agent = origin.protocol === 'https:' ? HttpsAgent : HttpAgent;
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  const allLimits = { ...limits, ...access.limits };
  return {
    send: ({ query = {}, ...request }) => {
      const unsigned = { ...request, query, headers: { host: origin.host, ...request.headers } };
      const headers = signed(unsigned, { credentials, region, service, time: clock() });
      const search = encodeQuery(query);
      const outgoing: Outgoing = {
        ...request,
        path: search === '' ? request.path : `${request.path}?${search}`,
        headers,
      };
      return exchange(origin, agent, outgoing, allLimits);
    },
    close: () => agent.destroy(),
  };
};

const originOf = (address: string): URL => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url;
  throw new Fault('configuration-invalid', 'The address of an AWS service is a scheme, a host and a port.', {
    address,
  });
};
