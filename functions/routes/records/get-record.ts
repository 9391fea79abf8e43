import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { ledgerRecord, recordId } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'getRecord',
  method: 'GET',
  path: '/api/v1/records/{id}',
  summary: 'A record',
  description:
    'For auditors: one record of an act or of an answer, whole. The answer is recorded as a provision. A record that was deleted after its retention period gives `record-expired` with what is kept of it. To auditors of a tenant, records of others are `unknown-record`, and so are deleted ones and those whose leaf the published log does not have yet.',
  lane: 'api',
  access: ['auditor'],
  params: z.strictObject({ id: recordId }),
  responses: { 200: { description: 'The record.', headers: namesRecord, schema: ledgerRecord } },
  faults: ['unknown-record', 'record-expired'],
  handle: async ({ ledger }, { params, request }, caller) => {
    const record = await ledger.get(params.id, caller.tenant);
    return provide(ledger, caller, record, {
      channel: 'records',
      method: request.method,
      ...(record.tenant !== undefined && { tenant: record.tenant }),
      certificates: record.certificates ?? [],
      provided: { records: [record.id] },
      count: 1,
    });
  },
});
