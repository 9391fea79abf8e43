import type { Log } from '../../lib/ports.ts';
import type { RouteTerms } from '../http/route.ts';

interface Answered {
  readonly id: string;
  readonly method: string;
  readonly route: RouteTerms;
  readonly status: number;
  readonly ms: number;
  /** The caller has proven who it is. */
  readonly identified: boolean;
}

/** Refusals that say nothing about the request: its caller, or many callers together, sent too much. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);

/**
 * A line for each request that an identified caller sent to the API. Anybody can send what is refused, so of those requests
 * the log has their number alone: once in `everyMs` for each status.
 */
export const openRequestLog = (log: Log, everyMs: number) => {
  let refused = new Map<number, number>();
  let timer: NodeJS.Timeout | undefined;

  const say = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const [status, requests] of refused) log('info', 'requests refused', { status, requests });
    refused = new Map();
  };

  return {
    answered: ({ id, method, route, status, ms, identified }: Answered): void => {
      if (route.lane !== 'api' && route.lane !== 'revocation') return;
      if (identified && !BUSY.has(status)) {
        log('info', 'request', { request: id, method, route: route.path, status, ms });
        return;
      }
      refused.set(status, (refused.get(status) ?? 0) + 1);
      timer ??= setTimeout(say, everyMs).unref();
    },
    /** Says now what was not said yet. */
    close: say,
  };
};
