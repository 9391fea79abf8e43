import * as z from 'zod';
import { archiveKey, listId } from '../../../lib/status/status.ts';
import { versioned } from '../../http/conditional.ts';
import { published } from '../../http/large-answers.ts';
import { purposeHeader, recordedCaller } from '../../http/purpose.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, crlPartition } from '../../http/schemas.ts';
import { untilNextUpdate } from './until-next-update.ts';

/**
 * A CRL that is published early, for a compromised key, must not be hidden by a cached one until that one's nextUpdate.
 * Five minutes limit the delay; revalidating costs a 304.
 */
const MAX_AGE_SECONDS = 300;

export const route = defineRoute({
  id: 'getCrl',
  method: 'GET',
  path: '/crl/{ca}/{partition}.crl',
  summary: "An authority's newest CRL in DER",
  description:
    'The CRL distribution points of certificates point here (RFC 5280 4.2.1.13). The answer is recorded, under the name of a caller who shows credentials and else as public. A cache may keep a copy for five minutes.',
  lane: 'public',
  recorded: true,
  access: 'optional',
  params: z.strictObject({
    ca: caId,
    partition: crlPartition,
  }),
  responses: {
    200: {
      description: 'The CRL (RFC 5280 5).',
      contentType: 'application/pkix-crl',
      headers: { ...versioned, expires: 'When a cache asks again, or the nextUpdate if that is sooner.' },
    },
    ...published,
  },
  faults: ['unknown-authority', 'unknown-crl', 'try-later', 'purpose-not-declared'],
  headers: purposeHeader,
  handle: async ({ status }, input, caller) => {
    const { params, now } = input;
    const crl = await status.crl(params.ca, params.partition, recordedCaller(caller, input));
    return {
      status: 200,
      headers: {
        'content-type': 'application/pkix-crl',
        ...untilNextUpdate(crl.der, crl, now, MAX_AGE_SECONDS),
      },
      body: crl.der,
      object: archiveKey(listId(params.ca, params.partition), Number(crl.number)),
    };
  },
});
