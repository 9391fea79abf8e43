import * as z from 'zod';
import type { UsedKeyView } from '../../../lib/authority/authority.ts';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { cursor, pageLimit } from '../../http/schemas.ts';

const usedKeyView = z
  .object({
    identity: z.string().meta({
      description:
        'What makes the key the key that it is, as SHA-256: keys that differ by an RSA exponent or by a sign have one identity. The record of an issuance has it as `keyIdentity`.',
    }),
    record: z.string().exactOptional().meta({
      description: 'The record of the newest issuance for the key; absent where no certificate was issued.',
    }),
    request: z.string().exactOptional().meta({ description: 'The request that the key waits for.' }),
  })
  .meta({ id: 'UsedKey' }) satisfies z.ZodType<UsedKeyView>;

export const route = defineRoute({
  id: 'listUsedKeys',
  method: 'GET',
  path: '/api/v1/keys',
  summary: 'Every public key that was certified or is applied for',
  description:
    'The index by which no key is certified twice, over all CAs, for an audit that compares it with the records. It has nothing about subjects. The order has no meaning.',
  lane: 'api',
  access: ['auditor'],
  ofService: true,
  query: z.strictObject({ limit: pageLimit(1000, 100), cursor: cursor.exactOptional() }),
  responses: {
    200: {
      description: 'A page.',
      headers: namesRecord,
      schema: z.object({ keys: z.array(usedKeyView), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid'],
  handle: async ({ authority, ledger }, { query, request }, caller) => {
    const page = await authority.usedKeys(query);
    return provide(ledger, caller, page, {
      channel: 'records',
      method: request.method,
      certificates: [],
      provided: { keys: { continued: query.cursor !== undefined } },
      count: page.keys.length,
    });
  },
});
