import { hash } from 'node:crypto';
import { Fault, type FaultCode } from '../fault.ts';
import type { ProvisionDraft } from '../ledger/ledger.ts';
import {
  EXTENDED_REVOKE,
  encodeOcspError,
  encodeOcspResponse,
  encodeResponseData,
  nonceExtension,
  type OcspRequest,
  type OcspResponseStatus,
} from '../pki/pki.ts';
import type { Principal } from '../principal.ts';
import type { Caller, OcspAnswer, Status } from './contract.ts';
import type { OcspDeps } from './deps.ts';
import type { Issuer } from './issuers.ts';
import { type KeptAnswer, keepAnswers } from './kept-answers.ts';
import type { Registered } from './register.ts';
import { type Asked, assertNamed, readRequest } from './request.ts';
import type { Responder } from './responders.ts';
import { signTogether } from './signing-queue.ts';
import { type Judged, openJudging } from './single-response.ts';
import { asOf } from './this-update.ts';

type ErrorStatus = Exclude<OcspResponseStatus, 'successful'>;

/** Faults as OCSPResponseStatus (RFC 6960 2.3), once the request is read. Whatever is not listed is our internalError. */
const STATUS_OF_FAULT: Partial<Record<FaultCode, ErrorStatus>> = {
  'malformed-ocsp-request': 'malformedRequest',
  'unauthorized-issuer': 'unauthorized',
  'requestor-unauthorized': 'unauthorized',
  'signature-required': 'sigRequired',
  'try-later': 'tryLater',
  'store-unavailable': 'tryLater',
};

/** More than the ledger's `MAX_CERTIFICATES_PER_RECORD` would not fit into one record. */
const CERTIFICATES_PER_RECORD = 88;

const secondsAsDate = (seconds: number): Date => new Date(seconds * 1000);

/** Whoever signed the request is who is told, for the purpose that its HTTP names if it is the same who sent it. */
const signedBy = ({ id, office, purposes: [purpose] = [] }: Principal, caller: Caller): Caller =>
  caller.recipient === id
    ? caller
    : {
        recipient: id,
        method: caller.method,
        ...(caller.unproven !== undefined && { unproven: caller.unproven }),
        ...(office !== undefined && { office }),
        ...(purpose && { purpose: purpose.id, legalBasis: purpose.legalBasis }),
      };

/** What the record of an answer says. */
interface Told {
  readonly certificates: ProvisionDraft['certificates'];
  readonly answers: readonly string[];
  readonly holds: KeptAnswer['holds'];
  readonly requestDigest: string;
  readonly responseDigest: string;
}

export const openOcsp = (deps: OcspDeps): Pick<Status, 'ocsp'> => {
  const { issuers, register, responders, recorder, clock, log } = deps;
  const { judge, foreign } = openJudging(deps);
  const kept = keepAnswers();
  const signed = signTogether();

  /**
   * One answer has one signature, so one CA answers: that of the first CertID which is ours. CertIDs of any other
   * issuer are `unknown` in it, which is what RFC 6960 2.2 has for issuers that this responder does not serve.
   */
  const issuerOf = async ({ requestList }: OcspRequest): Promise<Issuer> => {
    for (const { certId } of requestList) {
      const issuer = await issuers.byCertId(certId);
      if (!issuer) continue;
      if (requestList.length <= issuer.ocsp.maxCertIds) return issuer;
      throw new Fault('malformed-ocsp-request', `A request has at most ${issuer.ocsp.maxCertIds} CertIDs.`);
    }
    throw new Fault('unauthorized-issuer', 'No CertID of the request names a CA of this service.');
  };

  const requestorOf = async ({ signed }: Asked, issuer: Issuer): Promise<Principal | undefined> => {
    if (signed) {
      assertNamed(signed);
      return deps.requestorOf(signed);
    }
    if (issuer.ocsp.signedRequests === 'optional') return undefined;
    throw new Fault('signature-required', 'Requests for the status of these certificates must be signed.');
  };

  const record = async (caller: Caller, told: Told): Promise<void> => {
    const drafts: ProvisionDraft[] = [];
    for (let at = 0; at < told.certificates.length; at += CERTIFICATES_PER_RECORD) {
      const certificates = told.certificates.slice(at, at + CERTIFICATES_PER_RECORD);
      drafts.push({
        kind: 'provision',
        ...caller,
        channel: 'ocsp',
        certificates,
        provided: {
          answers: told.answers.slice(at, at + CERTIFICATES_PER_RECORD),
          ...told.holds,
        },
        requestDigest: told.requestDigest,
        responseDigest: told.responseDigest,
        count: certificates.length,
      });
    }
    await recorder.append(...drafts);
  };

  const sign = async (
    { nonce }: OcspRequest,
    responder: Responder,
    judged: readonly Judged[],
    thisUpdate: Date,
    nextUpdate: Date,
  ): Promise<Uint8Array> => {
    const extended = judged.some(({ neverIssued }) => neverIssued);
    const tbs = encodeResponseData({
      responderId: { byKey: responder.keyHash },
      producedAt: thisUpdate,
      responses: judged.map(({ certId, certStatus, extensions }) => ({
        certId: certId.der,
        certStatus,
        thisUpdate,
        nextUpdate,
        ...(extensions && { extensions }),
      })),
      ...(nonce && { nonce }),
      ...(extended && { extensions: [EXTENDED_REVOKE, ...(nonce ? [nonceExtension(nonce)] : [])] }),
    });
    return encodeOcspResponse({
      tbs,
      signatureAlgorithm: responder.signatureAlgorithm,
      signatureValue: await signed(responder.signer, tbs),
      certs: [responder.certificate.der],
    });
  };

  /** Signs an answer now and records it. */
  const answerAnew = async (
    request: OcspRequest,
    caller: Caller,
    issuer: Issuer,
    responder: Responder,
    judged: readonly Judged[],
    seconds: number,
  ): Promise<KeptAnswer> => {
    // It was valid when it was chosen; reading the status may have taken it past its end, where nothing is signed.
    if (clock() > responder.until) {
      throw new Fault('try-later', 'The OCSP responder came to its end meanwhile.', { ca: issuer.id });
    }
    // The answer must not claim to hold beyond the certificate that vouches for it.
    const nextUpdateSeconds = Math.min(seconds + issuer.ocsp.nextUpdate, responder.until / 1000);
    const thisUpdate = secondsAsDate(seconds);
    const nextUpdate = secondsAsDate(nextUpdateSeconds);
    const der = await sign(request, responder, judged, thisUpdate, nextUpdate);
    const ours = judged.filter((one) => one.ours);
    const answer: KeptAnswer = {
      der,
      digest: hash('sha256', der),
      status: (judged[0] as Judged).certStatus.status,
      thisUpdate,
      nextUpdate,
      freshUntil: Math.min(seconds + issuer.ocsp.maxAge, nextUpdateSeconds) * 1000,
      responder,
      version: judged[0]?.version ?? 0,
      request: request.der,
      requestDigest: hash('sha256', request.der),
      holds: { thisUpdate: thisUpdate.toISOString(), nextUpdate: nextUpdate.toISOString() },
    };
    await record(caller, {
      certificates: ours.map(({ certId }) => ({ ca: issuer.id, serial: certId.serialNumber })),
      answers: ours.map(({ certStatus }) => certStatus.status),
      holds: answer.holds,
      requestDigest: answer.requestDigest,
      responseDigest: answer.digest,
    });
    return answer;
  };

  /** Gives an answer again that was signed before: a record of its own stands behind it each time. */
  const answerAgain = async (
    { der, requestList }: OcspRequest,
    caller: Caller,
    issuer: Issuer,
    answer: KeptAnswer,
  ): Promise<KeptAnswer> => {
    const serial = (requestList[0] as OcspRequest['requestList'][number]).certId.serialNumber;
    await record(caller, {
      certificates: [{ ca: issuer.id, serial }],
      answers: [answer.status],
      holds: answer.holds,
      requestDigest: Buffer.compare(der, answer.request) === 0 ? answer.requestDigest : hash('sha256', der),
      responseDigest: answer.digest,
    });
    return answer;
  };

  const read = (issuer: Issuer, serial: string): Promise<Registered | undefined> =>
    register.lookup({ ca: issuer.id, serial });

  /** About one certificate and for everybody. Nothing is kept of numbers that are no certificate's. */
  const answerPlain = async (
    request: OcspRequest,
    caller: Caller,
    issuer: Issuer,
    responder: Responder,
  ): Promise<KeptAnswer> => {
    const [{ certId }] = request.requestList as [OcspRequest['requestList'][number]];
    const { now, found } = await asOf(clock, async () => [
      { registered: await read(issuer, certId.serialNumber) },
    ]);
    const registered = found[0]?.registered;
    const before = registered && kept.find(certId.der, responder, registered.version, now);
    if (before) return answerAgain(request, caller, issuer, before);
    const seconds = Math.floor(now / 1000);
    const judged = await judge(issuer, certId, registered, seconds);
    const answer = await answerAnew(request, caller, issuer, responder, [judged], seconds);
    // A copy: the request's bytes are a view of whatever the network read at once.
    if (judged.version !== undefined)
      kept.keep(certId.der, { ...answer, request: new Uint8Array(request.der) });
    return answer;
  };

  const answerInFull = async (
    request: OcspRequest,
    caller: Caller,
    issuer: Issuer,
    responder: Responder,
  ): Promise<KeptAnswer> => {
    const { now, found } = await asOf(clock, () =>
      Promise.all(
        request.requestList.map(async ({ certId }) => {
          // By its id: the directory of CAs may have been read again since the issuer was found.
          const ours = (await issuers.byCertId(certId))?.id === issuer.id;
          return { certId, ours, registered: ours ? await read(issuer, certId.serialNumber) : undefined };
        }),
      ),
    );
    const seconds = Math.floor(now / 1000);
    const judged = await Promise.all(
      found.map(({ certId, ours, registered }) =>
        ours ? judge(issuer, certId, registered, seconds) : foreign(certId),
      ),
    );
    return answerAnew(request, caller, issuer, responder, judged, seconds);
  };

  const answer = async (asked: Asked, caller: Caller): Promise<OcspAnswer> => {
    const { request, preferred } = asked;
    const issuer = await issuerOf(request);
    const requestor = await requestorOf(asked, issuer);
    const told = requestor === undefined ? caller : signedBy(requestor, caller);
    const responder = await responders.current(issuer, preferred, asked.signed?.signatureAlgorithm);
    const forEverybody = request.nonce === undefined && requestor === undefined;
    const plain = forEverybody && request.requestList.length === 1;
    const answered = await (plain ? answerPlain : answerInFull)(request, told, issuer, responder);
    return forEverybody ? { der: answered.der, cacheable: answered } : { der: answered.der };
  };

  const failed = (error: unknown): OcspAnswer => {
    const status = (Fault.is(error) && STATUS_OF_FAULT[error.code]) || 'internalError';
    if (status === 'internalError' || status === 'tryLater') {
      log('error', 'An OCSP request could not be answered', {
        status,
        error: Fault.is(error) ? error.code : String(error),
      });
    }
    return { der: encodeOcspError(status), error: status };
  };

  return {
    ocsp: async (bytes, caller) => {
      let asked: Asked;
      try {
        asked = readRequest(bytes);
      } catch (error) {
        if (!Fault.is(error)) return failed(error);
        return { der: encodeOcspError('malformedRequest'), error: 'malformedRequest' };
      }
      try {
        return await answer(asked, caller);
      } catch (error) {
        return failed(error);
      }
    },
  };
};
