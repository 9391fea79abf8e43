import * as z from 'zod';
import { versioned } from '../../http/conditional.ts';
import { sha256Hex } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';
import { caId } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'getAuthorityCertificate',
  method: 'GET',
  path: '/ca/{ca}.cer',
  summary: "An authority's certificate in DER",
  description: 'The caIssuers of the authority information access extension points here (RFC 5280 4.2.2.1).',
  lane: 'public',
  access: 'public',
  params: z.strictObject({ ca: caId }),
  responses: {
    200: { description: 'The certificate.', contentType: 'application/pkix-cert', headers: versioned },
  },
  faults: ['unknown-authority'],
  handle: async ({ authority }, { params }) => {
    const body = await authority.caCertificate(params.ca);
    return {
      status: 200,
      headers: {
        'content-type': 'application/pkix-cert',
        'cache-control': 'public, max-age=86400',
        etag: `"${sha256Hex(body)}"`,
      },
      body,
    };
  },
});
