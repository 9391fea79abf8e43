import * as z from 'zod';
import { DUTIES, type Principal, ROLES } from '../../../lib/principal.ts';
import { hasDuty } from '../../http/duty.ts';
import { json } from '../../http/http.ts';
import type { Operation } from '../../http/operations-table.ts';
import { defineRoute } from '../../http/route.ts';
import { officeId, principalId, tenantId, utc } from '../../http/schemas.ts';
import { shownPurpose } from './principal-schemas.ts';

export const route = defineRoute({
  id: 'whoami',
  method: 'GET',
  path: '/api/v1/whoami',
  summary: 'Who the service thinks that I am, what I may do, and until when',
  description:
    'Within an operation, narrower rules come on top: an officer acts for the own office only, and two steps of one request take two persons.',
  lane: 'api',
  access: ROLES,
  responses: {
    200: {
      description: 'The caller.',
      schema: z.object({
        id: principalId,
        role: z.enum(ROLES),
        person: principalId,
        tenant: tenantId.exactOptional().meta({
          description:
            'The tenant whose affairs alone the caller sees. Absent for principals of the service.',
        }),
        office: officeId.exactOptional(),
        duties: z.array(z.enum(DUTIES)).exactOptional(),
        purposes: z.array(shownPurpose).exactOptional(),
        until: utc.exactOptional().meta({ description: 'Absent where no end is set.' }),
        door: z.enum(['certificate', 'token']).meta({ description: 'By what the caller was known.' }),
        operations: z.array(z.string()).meta({
          description:
            'Those that require credentials, and that the caller may ask for; `operationId` in this document.',
        }),
      }),
    },
  },
  faults: [],
  handle: async ({ principals }, { request: { client } }, caller) => {
    const { id, role, person, tenant, office, duties, purposes, until } = caller;
    // On AWS another service issues the tokens.
    const givesTokens = (await principals.jwks()).keys.length > 0;
    const door = client.certificate === undefined ? 'token' : 'certificate';
    return json(200, {
      id,
      role,
      person,
      ...(tenant !== undefined && { tenant }),
      ...(office !== undefined && { office }),
      ...(duties && { duties }),
      ...(purposes && { purposes }),
      ...(until !== undefined && { until }),
      door,
      operations: (await operations())
        .filter((operation) => mayAsk(operation, caller, door))
        .map((operation) => operation.id)
        .filter((operation) => operation !== 'issueToken' || givesTokens),
    });
  },
});

/** The list that `npm run docs` made from all routes, so this route does not import the others. */
const operations = async (): Promise<readonly Operation[]> => {
  const { default: made } = await import('../../../docs/operations.json', { with: { type: 'json' } });
  return made as readonly Operation[];
};

const mayAsk = (operation: Operation, caller: Principal, door: 'certificate' | 'token'): boolean =>
  operation.roles.includes(caller.role) &&
  hasDuty(operation, caller) &&
  (!operation.ofService || caller.tenant === undefined) &&
  (!operation.certificateOnly || door === 'certificate');
