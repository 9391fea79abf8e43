import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { publishedSize, RECOVERY, recoveryOutcome, tableSize } from './recovery-views.ts';

export const route = defineRoute({
  id: 'recoverTable',
  method: 'POST',
  path: RECOVERY,
  summary: 'Record what a table has lost that is older than its log, by two operators',
  description:
    'The first call is answered 202 and changes nothing yet; the same call of a second operator, within the term of revocations, confirms it. The log then goes on from the published tree, and the service brings back what the objects have. Name the two sizes that a look has shown.',
  lane: 'api',
  access: ['operator'],
  ofService: true,
  whileBehind: true,
  body: { kind: 'json', schema: z.strictObject({ table: tableSize, published: publishedSize }) },
  responses: {
    200: { description: 'Two operators recorded it.', schema: recoveryOutcome },
    202: { description: 'A second operator must ask for the same.', schema: recoveryOutcome },
  },
  faults: ['table-not-behind', 'confirmation-differs', 'record-invalid'],
  handle: async ({ recovery }, { body }, caller) => {
    const outcome = await recovery.recover(caller, body);
    return json(outcome.awaiting ? 202 : 200, outcome);
  },
});
