import * as z from 'zod';
import { ROLES } from '../../../lib/principal.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { utc } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'issueToken',
  method: 'POST',
  path: '/token',
  summary: 'A bearer token for the holder of a client certificate',
  description:
    'On one machine only: on AWS, the user pool gives tokens, and no door has this path. For programs that cannot show the certificate at every call. The token is valid for 15 minutes. It is recorded as a sign-in.',
  lane: 'api',
  access: ROLES,
  certificateOnly: true,
  responses: {
    200: {
      description: 'The token.',
      headers: namesRecord,
      schema: z.object({ token: z.string(), expiresAt: utc }),
    },
  },
  faults: [],
  handle: async ({ principals, ledger }, { request: { method } }, caller) => {
    const issued = await principals.issueToken(caller);
    return provide(ledger, caller, issued, {
      channel: 'sign-in',
      method,
      certificates: [],
      provided: { expiresAt: issued.expiresAt },
      count: 1,
    });
  },
});
