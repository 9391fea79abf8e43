import * as z from 'zod';
import type { App } from '../../../lib/app.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';

/** A store that does not answer must not keep the answer back: the service is alive. */
const PATIENCE_MS = 1000;

const within = async <T>(look: Promise<T>): Promise<T | 'unknown'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'unknown'>((resolve) => {
    timer = setTimeout(() => resolve('unknown'), PATIENCE_MS);
  });
  try {
    return await Promise.race([look.catch(() => 'unknown' as const), late]);
  } finally {
    clearTimeout(timer);
  }
};

export const route = defineRoute({
  id: 'health',
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the service answers',
  description: 'For monitors. It looks at the store for a second at most, and leaves no record.',
  lane: 'free',
  access: 'public',
  responses: {
    200: {
      description:
        'The service answers. Behind: its table is older than the published log; until it is mended, nothing is issued and OCSP answers tryLater. Unknown: the store does not say. Disk-low: on one machine, less space is left than its floor (`DISK_FLOOR`); OCSP says tryLater to callers without credentials, and revocations go on.',
      schema: z.object({
        status: z.enum(['ok', 'behind', 'unknown', 'disk-low']),
        leaves: z
          .int()
          .exactOptional()
          .meta({ description: 'By how many leaves of the log the table is behind.' }),
      }),
    },
  },
  faults: [],
  handle: async ({ tableStanding, disk }: Pick<App, 'principals' | 'tableStanding' | 'disk'>) => {
    const found = await within(tableStanding.behind());
    if (found === undefined)
      return json(200, { status: disk === undefined || disk.level === 'enough' ? 'ok' : 'disk-low' });
    if (found === 'unknown') return json(200, { status: 'unknown' });
    return json(200, { status: 'behind', leaves: found.published - found.table });
  },
});
