import * as z from 'zod';
import { certsOnly } from '../../../lib/pki/pki.ts';
import { versioned } from '../../http/conditional.ts';
import { sha256Hex } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';
import { caId } from '../../http/schemas.ts';

/** RFC 5280 4.2.2.1 names the type, RFC 8551 3.2.2 the parameter. */
const CONTENT_TYPE = 'application/pkcs7-mime; smime-type=certs-only';

export const route = defineRoute({
  id: 'getAuthorityCertsOnly',
  method: 'GET',
  path: '/ca/{ca}.p7c',
  summary: "An authority's certificate chain in a certs-only CMS message",
  description:
    'In DER (RFC 5652 5, RFC 8551 3.2.2). A CA certificate of this service is self-signed, so it is the whole chain.',
  lane: 'public',
  access: 'public',
  params: z.strictObject({ ca: caId }),
  responses: { 200: { description: 'The message.', contentType: CONTENT_TYPE, headers: versioned } },
  faults: ['unknown-authority'],
  handle: async ({ authority }, { params }) => {
    const body = await certsOnly([await authority.caCertificate(params.ca)]);
    return {
      status: 200,
      headers: {
        'content-type': CONTENT_TYPE,
        'cache-control': 'public, max-age=86400',
        etag: `"${sha256Hex(body)}"`,
      },
      body,
    };
  },
});
