import * as z from 'zod';
import { encodePem } from '../../../lib/pki/pki.ts';
import { versioned } from '../../http/conditional.ts';
import { sha256Hex } from '../../http/provide.ts';
import { defineRoute } from '../../http/route.ts';
import { caId } from '../../http/schemas.ts';

export const route = defineRoute({
  id: 'getAuthorityChain',
  method: 'GET',
  path: '/ca/{ca}.pem',
  summary: "An authority's certificate in PEM",
  description: 'A CA certificate of this service is self-signed, so it is the whole chain (RFC 8555 9.1).',
  lane: 'public',
  access: 'public',
  params: z.strictObject({ ca: caId }),
  responses: {
    200: {
      description: 'The certificate.',
      contentType: 'application/pem-certificate-chain',
      headers: versioned,
    },
  },
  faults: ['unknown-authority'],
  handle: async ({ authority }, { params }) => {
    const body = encodePem('CERTIFICATE', await authority.caCertificate(params.ca));
    return {
      status: 200,
      headers: {
        // RFC 8555 9.1
        'content-type': 'application/pem-certificate-chain',
        'cache-control': 'public, max-age=86400',
        etag: `"${sha256Hex(body)}"`,
      },
      body,
    };
  },
});
