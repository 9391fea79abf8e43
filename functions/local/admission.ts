import { Fault } from '../../lib/fault.ts';
import type { Log } from '../../lib/ports.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Principals } from '../../lib/principals/principals.ts';
import { authenticate } from '../http/authenticate.ts';
import type { HttpHead } from '../http/http.ts';
import type { Lane, RouteTerms } from '../http/route.ts';
import type { Admission } from '../http/stack.ts';
import type { DiskFloor } from './disk-floor.ts';
import { isForwarded } from './forwarded.ts';
import type { Limits } from './limits.ts';
import type { openRates } from './rates.ts';
import type { Sources } from './sources.ts';

/**
 * Which requests are answered now, in this order:
 *
 *   1. A caller without proven credentials has the rate of its source, on every route. It is taken before the body is read, so
 *      that a body which never comes costs its sender as much as a question.
 *   2. Below the floor of the disk no OCSP answer is recorded for such a caller. Below half of the floor none is for anybody,
 *      and no CRL is handed out. CRLs go on for longer, because they tell of revocations at the price of one record. Credentials
 *      that are refused leave no record below the floor.
 *   3. Each lane has room for so many requests.
 *
 * Callers are known by then: somebody without credentials takes no place in the lanes of those who have them.
 */
export const openAdmission = (parts: {
  readonly limits: Pick<Limits, 'underWay'>;
  readonly sources: Sources;
  readonly rates: ReturnType<typeof openRates>;
  readonly disk: Pick<DiskFloor, 'level'>;
  readonly principals: Principals;
  readonly log: Log;
}): Admission => {
  const { limits, sources, rates, disk, principals, log } = parts;
  const underWay: Record<Exclude<Lane, 'free'>, number> = { status: 0, public: 0, revocation: 0, api: 0 };
  let isProxySaid = false;

  /** A public route does not ask who calls. Whoever shows credentials there has the rate of nobody if they are proven. */
  const isProven = async (route: RouteTerms, request: HttpHead): Promise<boolean> => {
    if (route.access !== 'public') return false;
    const { client, headers } = request;
    if (client.certificate === undefined && headers.authorization === undefined) return false;
    const { caller } = await authenticate(principals, { ...route, access: 'optional' }, request, log);
    return caller !== undefined;
  };

  /** A proxy that is not trusted makes one source of all its callers. */
  const sayProxy = ({ client, headers }: HttpHead): void => {
    if (isProxySaid || !isForwarded(headers)) return;
    if (sources.isProxy(client.address)) return;
    isProxySaid = true;
    log(
      'warn',
      'A source exceeds its rate and forwards requests: if it is your proxy, name it in TRUSTED_PROXIES',
      {
        address: client.address,
      },
    );
  };

  const assertSpace = ({ lane }: RouteTerms, caller: Principal | undefined): void => {
    const { level } = disk;
    if (level === 'enough') return;
    if (level === 'low' && (lane !== 'status' || caller !== undefined)) return;
    throw new Fault(
      'storage-low',
      'The disk of the service is nearly full, and what is left is kept for revocations.',
    );
  };

  return {
    hasSpace: () => disk.level === 'enough',

    enter: async (route, request, caller) => {
      if (route.lane === 'free' || caller !== undefined || (await isProven(route, request))) return;
      if (rates.take(sources.of(request))) return;
      sayProxy(request);
      throw new Fault(
        'rate-exceeded',
        'This source has sent more requests than it may; wait, show a client certificate, or ask the operator for a larger rate.',
      );
    },

    admit: async (route, caller, answer) => {
      const { lane } = route;
      if (lane === 'free') return answer();
      if (route.recorded) assertSpace(route, caller);
      if (underWay[lane] >= limits.underWay[lane]) {
        throw new Fault('too-many-requests', 'Too many requests are under way.');
      }
      underWay[lane]++;
      try {
        return await answer();
      } finally {
        underWay[lane]--;
      }
    },
  };
};
