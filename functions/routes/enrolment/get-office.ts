import * as z from 'zod';
import { provide } from '../../http/provide.ts';
import { namesRecord } from '../../http/record-header.ts';
import { defineRoute } from '../../http/route.ts';
import { officeId } from '../../http/schemas.ts';
import { officeView } from './office-schemas.ts';
import { tenantOf } from './tenant-of.ts';

export const route = defineRoute({
  id: 'getOffice',
  method: 'GET',
  path: '/api/v1/offices/{office}',
  summary: 'An office that was enrolled',
  description:
    'With what waits for its confirmation. Officers see their own office, operators and auditors those of their tenant, and those of the service all. The answer is recorded as a provision.',
  lane: 'api',
  access: ['officer', 'operator', 'auditor'],
  params: z.strictObject({ office: officeId }),
  responses: { 200: { description: 'The office.', headers: namesRecord, schema: officeView } },
  faults: ['unknown-office'],
  handle: async ({ enrolment, ledger }, { params, request: { method } }, caller) => {
    const office = await enrolment.offices.get(caller, params.office);
    return provide(ledger, caller, office, {
      channel: 'enrolment',
      method,
      ...tenantOf(office),
      certificates: [],
      provided: { offices: [office.id], act: office.number },
      count: 1,
    });
  },
});
