import { EXTENDED_REVOKE, encodeOcspResponse, encodeResponseData, type OcspRequest } from '../pki/pki.ts';
import { echoNonce } from './nonce.ts';
import type { Responder } from './responders.ts';
import type { Sign } from './signing-queue.ts';
import type { SingleResponseDraft } from './single-response.ts';

/** The OCSPResponse to that request, signed by that responder. */
export const signResponse = async (
  sign: Sign,
  request: OcspRequest,
  responder: Responder,
  drafts: readonly SingleResponseDraft[],
  {
    producedAt,
    thisUpdate,
    nextUpdate,
  }: { readonly producedAt: Date; readonly thisUpdate: Date; readonly nextUpdate: Date },
): Promise<Uint8Array> => {
  const tbs = encodeResponseData({
    responderId: { byKey: responder.keyHash },
    producedAt,
    responses: drafts.map(({ certId, certStatus, extensions }) => ({
      certId: certId.der,
      certStatus,
      thisUpdate,
      nextUpdate,
      ...(extensions && { extensions }),
    })),
    ...echoNonce(request),
    ...(drafts.some(({ extendedRevoke }) => extendedRevoke) && { extensions: [EXTENDED_REVOKE] }),
  });
  return encodeOcspResponse({
    tbs,
    signatureAlgorithm: responder.signatureAlgorithm,
    signatureValue: await sign(responder.signer, tbs),
    certs: [responder.certificate.der],
  });
};
