import * as z from 'zod';
import { crlPath } from '../../../lib/status/status.ts';
import { json } from '../../http/http.ts';
import { sha256Hex } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, utc } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'publishCrl',
  method: 'POST',
  path: '/api/v1/crls/{ca}',
  summary: "Build, sign and publish an authority's CRL now",
  lane: 'api',
  access: ['operator'],
  params: z.strictObject({ ca: caId }),
  responses: {
    201: {
      description: 'Published.',
      headers: { location: 'The address of the CRL.' },
      schema: z.object({
        ca: caId,
        number: z.string().meta({ description: 'The CRL number in decimal.' }),
        thisUpdate: utc,
        nextUpdate: utc,
        sha256: z.string(),
        bytes: z.int(),
      }),
    },
  },
  faults: ['unknown-authority', 'authority-expired', 'authority-stopped'],
  handle: async ({ status }, { params: { ca } }, caller) => {
    const { der, number, thisUpdate, nextUpdate } = await status.publish(ca, caller.id);
    return json(
      201,
      {
        ca,
        number: number.toString(),
        thisUpdate: thisUpdate.toISOString(),
        nextUpdate: nextUpdate.toISOString(),
        sha256: sha256Hex(der),
        bytes: der.length,
      },
      { location: crlPath(ca) },
    );
  },
});
