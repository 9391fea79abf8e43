import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { RECOVERY, recoveryStanding } from './recovery-views.ts';

export const route = defineRoute({
  id: 'getRecovery',
  method: 'GET',
  path: RECOVERY,
  summary: 'Whether the table is older than its log, and what it has lost',
  description:
    'For operators and auditors, after a table was put back from a backup: the leaves whose records the table lacks, and whether a second operator has to confirm that.',
  lane: 'api',
  access: ['operator', 'auditor'],
  ofService: true,
  whileBehind: true,
  responses: { 200: { description: 'How the table stands.', schema: recoveryStanding } },
  faults: ['record-invalid'],
  handle: async ({ recovery }) => json(200, await recovery.standing()),
});
