import * as z from 'zod';
import { crlPath } from '../../../lib/status/status.ts';
import { json } from '../../http/http.ts';
import { assertOfService } from '../../http/of-service.ts';
import { sha256Hex } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';
import { caId, crlPartition, utc } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'publishCrl',
  method: 'POST',
  path: '/api/v1/crls/{ca}/{partition}',
  summary: "Build, sign and publish an authority's CRL now",
  description:
    'Out of turn; CRLs are published by themselves when they are due, and at once after a key was compromised. The publication is recorded. Operators of a tenant publish the CRLs of the CAs of that tenant; a CA that serves all tenants is answered them with `forbidden`.',
  lane: 'revocation',
  access: ['operator'],
  params: z.strictObject({ ca: caId, partition: crlPartition }),
  responses: {
    201: {
      description: 'Published.',
      headers: { location: 'The address of the CRL.' },
      schema: z.object({
        ca: caId,
        partition: z.string(),
        number: z.string().meta({ description: 'The CRL number in decimal.' }),
        thisUpdate: utc,
        nextUpdate: utc,
        sha256: z.string(),
        bytes: z.int(),
      }),
    },
  },
  faults: ['unknown-authority', 'unknown-crl', 'authority-expired', 'authority-stopped'],
  handle: async ({ status }, { params: { ca, partition } }, caller) => {
    const { tenant } = await status.authorityFor(caller, ca);
    if (tenant === undefined) assertOfService(caller);
    const { der, number, thisUpdate, nextUpdate } = await status.publish(ca, caller.id, partition);
    return json(
      201,
      {
        ca,
        partition,
        number: number.toString(),
        thisUpdate: thisUpdate.toISOString(),
        nextUpdate: nextUpdate.toISOString(),
        sha256: sha256Hex(der),
        bytes: der.length,
      },
      { location: crlPath(ca, partition) },
    );
  },
});
