import { hash } from 'node:crypto';
import { Fault, type FaultCode } from '../fault.ts';
import type { ProvisionDraft } from '../ledger/record.ts';
import type { Extension } from '../pki/extensions.ts';
import { type CertId, decodeOcspRequest, type OcspRequest } from '../pki/ocsp-request.ts';
import {
  type CertStatus,
  encodeOcspError,
  encodeOcspResponse,
  encodeResponseData,
  type OcspResponseStatus,
} from '../pki/ocsp-response.ts';
import type { OcspDeps } from './deps.ts';
import type { Issuer } from './issuers.ts';
import type { StatusRow } from './register.ts';
import type { Caller, OcspAnswer, Status } from './status.ts';

/**
 * Faults as OCSPResponseStatus (RFC 6960 2.3). Whatever is not listed is the caller's malformed request if it came
 * from decoding, and our internalError otherwise.
 */
const STATUS_OF_FAULT: Partial<Record<FaultCode, Exclude<OcspResponseStatus, 'successful'>>> = {
  'malformed-der': 'malformedRequest',
  'trailing-data': 'malformedRequest',
  'input-too-large': 'malformedRequest',
  'malformed-ocsp-request': 'malformedRequest',
  'malformed-serial': 'malformedRequest',
  'malformed-name': 'malformedRequest',
  'unsupported-version': 'malformedRequest',
  'unknown-critical-extension': 'malformedRequest',
  'unauthorized-issuer': 'unauthorized',
  'try-later': 'tryLater',
  'store-unavailable': 'tryLater',
};

/** RFC 9654 2.1: a nonce has 1 to 128 octets; requests with any other length are rejected. */
const MAX_NONCE_OCTETS = 128;

/** More would not fit into one record (see the ledger's rows). */
const CERTIFICATES_PER_RECORD = 88;

const secondsAsDate = (seconds: number): Date => new Date(seconds * 1000);

const certStatusOf = (row: StatusRow | undefined): CertStatus => {
  // A reserved serial number is not yet a certificate: nothing that could be signed exists.
  if (!row || row.state === 'reserved') return { status: 'unknown' };
  if (row.state === 'good') return { status: 'good' };
  const { revocationTime, reason } = row;
  return {
    status: 'revoked',
    revocationTime: secondsAsDate(revocationTime),
    ...(reason !== 'unspecified' && { revocationReason: reason }),
  };
};

const refuseUnknownCritical = (extensions: readonly Extension[]): void => {
  const unknown = extensions.find((extension) => extension.critical && extension.id === 'other');
  if (unknown) {
    throw new Fault(
      'unknown-critical-extension',
      'The request has a critical extension that is not known here.',
    );
  }
};

const checkRequest = (request: OcspRequest): void => {
  const { nonce } = request;
  if (nonce && (nonce.length === 0 || nonce.length > MAX_NONCE_OCTETS)) {
    throw new Fault('malformed-ocsp-request', `A nonce has 1 to ${MAX_NONCE_OCTETS} octets (RFC 9654 2.1).`);
  }
  refuseUnknownCritical(request.extensions);
  for (const { extensions } of request.requestList) refuseUnknownCritical(extensions);
};

interface Judged {
  readonly certId: CertId;
  readonly certStatus: CertStatus;
  /** Whether the CertID names the CA that answers. */
  readonly ours: boolean;
}

export const openOcsp = (deps: OcspDeps): Pick<Status, 'ocsp'> => {
  const { issuers, register, responders, recorder, clock, log } = deps;

  /**
   * One answer has one signature, so one CA answers: that of the first CertID which is ours. CertIDs of any other
   * issuer are `unknown` in it, which is what RFC 6960 2.2 has for issuers that this responder does not serve.
   */
  const judge = async (request: OcspRequest): Promise<{ issuer: Issuer; judged: readonly Judged[] }> => {
    const named = await Promise.all(request.requestList.map(({ certId }) => issuers.byCertId(certId)));
    const issuer = named.find((found) => found !== undefined);
    if (!issuer)
      throw new Fault('unauthorized-issuer', 'No CertID of the request names a CA of this service.');
    if (named.length > issuer.ocsp.maxCertIds) {
      throw new Fault('input-too-large', `A request has at most ${issuer.ocsp.maxCertIds} CertIDs.`);
    }
    const judged = await Promise.all(
      request.requestList.map(async ({ certId }, index): Promise<Judged> => {
        const ours = named[index] === issuer;
        const registered = ours
          ? await register.lookup({ ca: issuer.id, serial: certId.serialNumber })
          : undefined;
        return { certId, certStatus: certStatusOf(registered?.value), ours };
      }),
    );
    return { issuer, judged };
  };

  const record = async (
    { issuer, judged }: { issuer: Issuer; judged: readonly Judged[] },
    caller: Caller,
    bytes: { request: Uint8Array; response: Uint8Array },
    validity: { thisUpdate: Date; nextUpdate: Date },
  ): Promise<void> => {
    const ours = judged.filter((one) => one.ours);
    const drafts: ProvisionDraft[] = [];
    for (let at = 0; at < ours.length; at += CERTIFICATES_PER_RECORD) {
      const part = ours.slice(at, at + CERTIFICATES_PER_RECORD);
      drafts.push({
        kind: 'provision',
        ...caller,
        channel: 'ocsp',
        certificates: part.map(({ certId }) => ({ ca: issuer.id, serial: certId.serialNumber })),
        provided: {
          answers: part.map(({ certStatus }) => certStatus.status),
          thisUpdate: validity.thisUpdate.toISOString(),
          nextUpdate: validity.nextUpdate.toISOString(),
        },
        requestDigest: hash('sha256', bytes.request),
        responseDigest: hash('sha256', bytes.response),
        count: part.length,
      });
    }
    await recorder.append(...drafts);
  };

  const answer = async (bytes: Uint8Array, caller: Caller): Promise<OcspAnswer> => {
    const request = decodeOcspRequest(bytes);
    checkRequest(request);
    const judgement = await judge(request);
    const { issuer, judged } = judgement;
    const responder = await responders.current(issuer.id);

    const now = Math.floor(clock() / 1000);
    const thisUpdate = secondsAsDate(now);
    // The answer must not claim to hold beyond the certificate that vouches for it.
    const notAfter = responder.certificate.notAfter.getTime() / 1000;
    const nextUpdate = secondsAsDate(Math.min(now + issuer.ocsp.nextUpdate, notAfter));
    const { nonce } = request;
    const tbs = encodeResponseData({
      responderId: { byKey: responder.keyHash },
      producedAt: thisUpdate,
      responses: judged.map(({ certId, certStatus }) => ({
        certId: certId.der,
        certStatus,
        thisUpdate,
        nextUpdate,
      })),
      ...(nonce && { nonce }),
    });
    const der = encodeOcspResponse({
      tbs,
      signatureAlgorithm: responder.signatureAlgorithm,
      signatureValue: await responder.signer.sign(tbs),
      certs: [responder.certificate.der],
    });
    await record(judgement, caller, { request: bytes, response: der }, { thisUpdate, nextUpdate });
    return nonce ? { der } : { der, cacheable: { thisUpdate, nextUpdate } };
  };

  return {
    ocsp: async (bytes, caller) => {
      try {
        return await answer(bytes, caller);
      } catch (error) {
        const status = (Fault.is(error) && STATUS_OF_FAULT[error.code]) || 'internalError';
        if (status === 'internalError' || status === 'tryLater') {
          log('error', 'An OCSP request could not be answered', {
            status,
            error: Fault.is(error) ? error.code : String(error),
          });
        }
        return { der: encodeOcspError(status) };
      }
    },
  };
};
