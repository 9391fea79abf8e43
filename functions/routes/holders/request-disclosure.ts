import * as z from 'zod';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { principalId } from '../../http/schemas.ts';
import { DISCLOSURES, disclosureView } from './disclosure-views.ts';

export const route = defineRoute({
  id: 'requestDisclosure',
  method: 'POST',
  path: DISCLOSURES,
  summary: 'Ask for everything that the service keeps about one holder',
  description:
    'For the holder, a delegate of the holder, or an operator who was asked on paper. An operator of a tenant asks for what concerns the tenant, about somebody with a certificate of that tenant.',
  lane: 'api',
  access: ['holder', 'operator'],
  body: { kind: 'json', schema: z.strictObject({ holder: principalId }) },
  responses: {
    201: {
      description: 'The disclosure is open and has a deadline.',
      schema: disclosureView,
      headers: { location: 'The address of the disclosure.' },
    },
  },
  faults: ['unknown-holder'],
  handle: async ({ disclosures }, { body }, caller) => {
    const opened = await disclosures.cases.open(caller, body.holder);
    return json(201, opened, { location: `${DISCLOSURES}/${opened.id}` });
  },
});
