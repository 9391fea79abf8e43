import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { certificateRef, cursor, pageLimit, principalId, recordId, utc } from '../../http/schemas.ts';

const bilingual = z.object({ ja: z.string(), en: z.string() });

const entry = z
  .object({
    id: recordId,
    time: utc,
    who: bilingual.extend({ recipient: z.string() }),
    why: bilingual.extend({ purpose: z.string(), legalBasis: z.string() }).exactOptional(),
    channel: z.string(),
    certificates: z.array(certificateRef),
    count: z.int(),
  })
  .meta({ id: 'OwnEntry' });

const records = defineRoute({
  id: 'listOwnRecords',
  method: 'GET',
  path: '/api/v1/own/records',
  summary: 'Who was told what about me, when and why, newest first',
  description: 'For holders, and for delegates who name the holder; for portals to show.',
  lane: 'api',
  access: ['holder'],
  query: z.strictObject({
    holder: principalId
      .exactOptional()
      .meta({ description: 'Whose delegate the caller is; itself otherwise.' }),
    from: utc.exactOptional().meta({ description: 'The earliest time, inclusive.' }),
    to: utc.exactOptional().meta({ description: 'The latest time, exclusive.' }),
    limit: pageLimit(1000, 100),
    cursor: cursor.exactOptional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      schema: z.object({ entries: z.array(entry), cursor: z.string().exactOptional() }),
    },
  },
  faults: ['cursor-invalid', 'input-too-large'],
  // The record of this answer is made with the page, before it is given here.
  handle: async ({ disclosures }, { query, request }, caller) => {
    const asked = { ...query, holder: query.holder ?? caller.id };
    return json(200, await disclosures.own(caller, asked, request.method));
  },
});

const delegateView = z
  .object({ delegate: principalId, since: utc, until: utc.exactOptional() })
  .meta({ id: 'Delegate' });

const delegates = defineRoute({
  id: 'listDelegates',
  method: 'GET',
  path: '/api/v1/own/delegates',
  summary: 'Whom I let see my own records',
  lane: 'api',
  access: ['holder'],
  responses: {
    200: { description: 'Those in force.', schema: z.object({ delegates: z.array(delegateView) }) },
  },
  faults: [],
  handle: async ({ disclosures }, _input, caller) =>
    json(200, { delegates: await disclosures.delegates.list(caller.id) }),
});

const name = defineRoute({
  id: 'nameDelegate',
  method: 'POST',
  path: '/api/v1/own/delegates',
  summary: 'Let another holder see my own records and ask for their disclosure',
  lane: 'api',
  access: ['holder'],
  body: {
    kind: 'json',
    schema: z.strictObject({
      delegate: principalId,
      until: utc.exactOptional().meta({ description: 'When it ends by itself.' }),
    }),
  },
  responses: { 201: { description: 'Named.', schema: delegateView } },
  faults: ['condition-failed'],
  handle: async ({ disclosures }, { body }, caller) =>
    json(201, await disclosures.delegates.name(caller, body.delegate, body.until)),
});

const withdraw = defineRoute({
  id: 'withdrawDelegate',
  method: 'DELETE',
  path: '/api/v1/own/delegates/{delegate}',
  summary: 'No longer let somebody see my own records',
  lane: 'api',
  access: ['holder'],
  params: z.strictObject({ delegate: principalId }),
  responses: { 204: { description: 'Withdrawn.' } },
  faults: ['condition-failed'],
  handle: async ({ disclosures }, { params }, caller) => {
    await disclosures.delegates.withdraw(caller, params.delegate);
    return { status: 204, headers: {}, body: '' };
  },
});

export const ownRoutes = [records, delegates, name, withdraw];
