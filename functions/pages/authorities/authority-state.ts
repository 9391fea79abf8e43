import type { CaView } from '../../../lib/authority/authority.ts';
import { type Phrase, phrase } from '../../../lib/fault.ts';
import {
  type Certificate,
  decodeCertificate,
  decodeCertificateList,
  decodeOcspResponse,
  encodeCertId,
  encodeName,
  encodeOcspRequest,
  findExtension,
} from '../../../lib/pki/pki.ts';
import { AUTHORITY_CRL, FULL_CRL } from '../../../lib/status/status.ts';
import type { AuthorityState, CrlState, OcspState } from '../../../web/console/authority.ts';
import { visibleFault } from '../../http/problems.ts';
import { route as getCrl } from '../../routes/public/get-crl.ts';
import { askOcsp } from '../public/ask-here.ts';
import { certificateOf } from '../public/authorities.ts';
import type { OwnVisit } from '../visit.ts';

/*
 * How a CA stands, as relying parties see it: by the CRLs that they get, and by what the responder answers about the CA's own
 * certificate. Both answers are recorded, as any other.
 */

const crlState = async (visit: OwnVisit, ca: string, partition: string): Promise<CrlState> => {
  try {
    const { body } = await visit.perform(getCrl, { params: { ca, partition } });
    const { thisUpdate, nextUpdate, revokedCertificates, crlExtensions } = decodeCertificateList(
      Buffer.from(body),
    );
    const number = findExtension(crlExtensions, 'cRLNumber')?.number;
    return {
      partition,
      thisUpdate: thisUpdate.toISOString(),
      nextUpdate: nextUpdate.toISOString(),
      entries: revokedCertificates.length,
      ...(number !== undefined && { number: number.toString() }),
    };
  } catch (error) {
    return { partition, failure: visibleFault(error).phrase };
  }
};

/** A CA's own certificate is self-signed, so the CA's responder answers about it. */
const questionAbout = ({ subject, subjectPublicKeyInfo, serialNumber }: Certificate): Uint8Array => {
  const certId = encodeCertId({
    hash: 'sha256',
    issuerName: encodeName(subject),
    issuerPublicKeyInfo: subjectPublicKeyInfo,
    serialNumber,
  });
  return encodeOcspRequest({ certIds: [certId] });
};

const NO_ANSWER: Phrase = phrase`The responder gives no answer now.`;

const ocspState = async (visit: OwnVisit, own: Certificate): Promise<OcspState> => {
  try {
    const { der: given } = await askOcsp(visit, questionAbout(own));
    const answer = decodeOcspResponse(given);
    if (answer.status !== 'successful') return { failure: NO_ANSWER };
    const [single] = answer.basic.responses;
    const [der] = answer.basic.certs;
    if (single === undefined || der === undefined) return { failure: NO_ANSWER };
    const { certStatus } = single;
    const { notBefore, notAfter } = decodeCertificate(der);
    const isRevoked = certStatus.status === 'revoked';
    const isHeld = isRevoked && certStatus.revocationReason === 'certificateHold';
    return {
      status: isHeld ? 'hold' : certStatus.status,
      ...(isRevoked && { since: certStatus.revocationTime.toISOString() }),
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
    };
  } catch (error) {
    return { failure: visibleFault(error).phrase };
  }
};

export const authorityState = async (visit: OwnVisit, ca: CaView): Promise<AuthorityState> => {
  const own = await certificateOf(visit, ca.id);
  const partitions = ca.urls.authorityCrl ? [FULL_CRL, AUTHORITY_CRL] : [FULL_CRL];
  const [ocsp, ...crls] = await Promise.all([
    ocspState(visit, own),
    ...partitions.map((partition) => crlState(visit, ca.id, partition)),
  ]);
  return { ca, serial: own.serialNumber, ocsp, crls };
};
