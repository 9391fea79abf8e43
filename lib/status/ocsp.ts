import { hash } from 'node:crypto';
import { Fault, phrase } from '../fault.ts';
import type { ProvisionDraft, Unregistered } from '../ledger/ledger.ts';
import type { CertId, OcspRequest } from '../pki/pki.ts';
import type { Caller, Principal } from '../principal.ts';
import { type Asker, askerOf } from './asker.ts';
import { openCompromises, type ReadCompromise } from './compromises.ts';
import type { OcspAnswer, Status } from './contract.ts';
import type { OcspDeps } from './deps.ts';
import { errorResponse, responseToFailure } from './error-response.ts';
import type { Issuer } from './issuers.ts';
import { type AnswerRecord, keepAnswers, type SignedAnswer } from './kept-answers.ts';
import { hasNonce } from './nonce.ts';
import type { Registered } from './register.ts';
import { type AcceptedRequest, acceptRequest, assertRequestorName } from './request.ts';
import type { Responder } from './responders.ts';
import { signResponse } from './response.ts';
import { openSigningQueue } from './signing-queue.ts';
import { openSingleResponses, type SingleResponseDraft, secondsAsDate } from './single-response.ts';
import { readAtThisTime, thisUpdateOf } from './this-update.ts';

/** A signed answer, and the id of the record of its giving; several, after commas, where one could not name all CertIDs. */
type Given = { readonly answer: SignedAnswer; readonly record: string };

/** Undefined for an answer that is not `revoked`; `nonIssued` for the form of it that RFC 6960 2.2 has for such certificates. */
const reasonOf = ({ certStatus, extendedRevoke }: SingleResponseDraft): string | undefined => {
  if (certStatus.status !== 'revoked') return undefined;
  return extendedRevoke ? 'nonIssued' : (certStatus.revocationReason ?? 'unspecified');
};

/** For the record, beside the answers; most answers are good, and then it is left out. */
const reasonsOf = (reasons: AnswerRecord['reasons']) =>
  reasons.some((reason) => reason !== undefined) && { reasons: reasons.map((reason) => reason ?? null) };

/** All numbers without a status row get the same answer (single-response.ts). */
const unregisteredOf = (
  { id: ca }: Issuer,
  all: readonly (SingleResponseDraft & { readonly serial: string })[],
): Unregistered | undefined => {
  const [first] = all;
  if (first === undefined) return undefined;
  const reason = reasonOf(first);
  const answer = first.certStatus.status;
  return { ca, answer, ...(reason !== undefined && { reason }), serials: all.map(({ serial }) => serial) };
};

export const openOcsp = (deps: OcspDeps): Pick<Status, 'ocsp'> => {
  const { issuers, register, responders, recorder, clock, log } = deps;
  const singleResponse = openSingleResponses(deps);
  const compromiseOf = openCompromises(deps);
  const kept = keepAnswers();
  const sign = openSigningQueue();

  /**
   * One answer has one signature, so one CA answers: that of the first CertID that names a CA of ours. CertIDs of any
   * other issuer are `unknown` in it, as RFC 6960 2.2 prescribes for issuers that this responder does not serve.
   */
  const issuerOf = async ({ requestList }: OcspRequest): Promise<Issuer> => {
    for (const { certId } of requestList) {
      const issuer = await issuers.byCertId(certId);
      if (!issuer) continue;
      if (requestList.length <= issuer.ocsp.maxCertIds) return issuer;
      throw new Fault(
        'malformed-ocsp-request',
        phrase`A request has at most ${issuer.ocsp.maxCertIds} CertIDs.`,
      );
    }
    throw new Fault('unauthorized-issuer', 'No CertID of the request names a CA of this service.');
  };

  const requestorOf = async ({ signed }: AcceptedRequest, issuer: Issuer): Promise<Principal | undefined> => {
    if (signed) {
      assertRequestorName(signed);
      return deps.requestorOf(signed);
    }
    if (issuer.ocsp.signedRequests === 'optional') return undefined;
    throw new Fault('signature-required', 'Requests for the status of these certificates must be signed.');
  };

  const record = async (
    { caller, signed }: Asker,
    { validity, answers, reasons, unregistered, impossible, ...answer }: AnswerRecord,
  ): Promise<string> => {
    const draft: ProvisionDraft = {
      kind: 'provision',
      ...caller,
      channel: 'ocsp',
      ...(answer.tenant !== undefined && { tenant: answer.tenant }),
      certificates: answer.certificates,
      tenants: answer.tenants,
      provided: {
        answers,
        ...reasonsOf(reasons),
        ...(unregistered && { unregistered }),
        ...(impossible > 0 && { impossible }),
        ...validity,
      },
      requestDigest: answer.requestDigest,
      responseDigest: answer.responseDigest,
      count: answer.certificates.length + (unregistered?.serials.length ?? 0) + impossible,
    };
    const records = await (signed ? recorder.appendSigned(draft, signed) : recorder.append(draft));
    return records.map(({ id }) => id).join(', ');
  };

  /** Signs an answer now and records it. `seconds` is the true time, from which nextUpdate counts as well. */
  const giveNew = async (
    request: OcspRequest,
    asker: Asker,
    issuer: Issuer,
    responder: Responder,
    drafts: readonly SingleResponseDraft[],
    seconds: number,
    shown: {
      readonly found: readonly { readonly registered: Registered | undefined }[];
      readonly compromise: ReadCompromise | undefined;
    },
  ): Promise<Given> => {
    // The responder was valid when it was chosen. Its certificate may have ended while the status was read; it then
    // signs nothing.
    if (clock() > responder.until) {
      throw new Fault('try-later', 'The OCSP responder came to its end meanwhile.', { ca: issuer.id });
    }
    // An answer must not outlive the responder's certificate.
    const nextUpdateSeconds = Math.min(seconds + issuer.ocsp.nextUpdate, responder.until / 1000);
    const producedAt = secondsAsDate(seconds);
    const thisUpdate = secondsAsDate(
      thisUpdateOf(seconds, issuer, responder, {
        found: shown.found.map(({ registered }) => registered),
        compromise: shown.compromise,
        before: drafts.flatMap(({ certId }) => kept.thisUpdateOf(certId.der) ?? []),
      }),
    );
    const nextUpdate = secondsAsDate(nextUpdateSeconds);
    const der = await signResponse(sign, request, responder, drafts, { producedAt, thisUpdate, nextUpdate });
    const ours = drafts.flatMap((draft) => {
      const { serialNumber } = draft.certId;
      return draft.ours && serialNumber !== undefined ? [{ ...draft, serial: serialNumber }] : [];
    });
    // Anybody may ask about any number, so an index row for each would let everybody fill the disk. Who asks by name is known.
    const isPublic = asker.caller.recipient === 'public';
    const named = ours.filter(({ version }) => !isPublic || version !== undefined);
    const unregistered = unregisteredOf(
      issuer,
      isPublic ? ours.filter((one) => one.version === undefined) : [],
    );
    const digest = hash('sha256', der);
    const told: AnswerRecord = {
      certificates: named.map(({ serial }) => ({ ca: issuer.id, serial })),
      tenants: named.map(({ tenant = issuer.tenant }) => tenant),
      ...(issuer.tenant !== undefined && { tenant: issuer.tenant }),
      answers: named.map(({ certStatus }) => certStatus.status),
      reasons: named.map(reasonOf),
      ...(unregistered && { unregistered }),
      impossible: drafts.filter((one) => one.ours).length - ours.length,
      validity: {
        producedAt: producedAt.toISOString(),
        thisUpdate: thisUpdate.toISOString(),
        nextUpdate: nextUpdate.toISOString(),
      },
      requestDigest: hash('sha256', request.der),
      responseDigest: digest,
    };
    const answer: SignedAnswer = {
      der,
      digest,
      producedAt,
      thisUpdate,
      nextUpdate,
      freshUntil: Math.min(seconds + issuer.ocsp.maxAge, nextUpdateSeconds) * 1000,
      responder,
      version: drafts[0]?.version ?? 0,
      request: request.der,
      told,
    };
    return { answer, record: await record(asker, told) };
  };

  /** Gives a kept answer again, each time with a record of its own. */
  const giveKept = async ({ der }: OcspRequest, asker: Asker, answer: SignedAnswer): Promise<Given> => {
    const { told } = answer;
    const requestDigest =
      Buffer.compare(der, answer.request) === 0 ? told.requestDigest : hash('sha256', der);
    return { answer, record: await record(asker, { ...told, requestDigest }) };
  };

  const read = async (issuer: Issuer, { serialNumber: serial }: CertId): Promise<Registered | undefined> =>
    serial === undefined ? undefined : register.lookup({ ca: issuer.id, serial });

  /** About one certificate and for everybody. No answer is kept about a serial number without a certificate. */
  const answerOne = async (
    request: OcspRequest,
    asker: Asker,
    issuer: Issuer,
    responder: Responder,
  ): Promise<Given> => {
    const [{ certId }] = request.requestList as [OcspRequest['requestList'][number]];
    const { now, found } = await readAtThisTime(clock, async () => [
      { registered: await read(issuer, certId) },
    ]);
    const registered = found[0]?.registered;
    const compromise = await compromiseOf(issuer);
    const known =
      registered && kept.find(certId.der, responder, registered.version, now, compromise?.version);
    if (known) return giveKept(request, asker, known);
    const seconds = Math.floor(now / 1000);
    const draft = await singleResponse.ofIssuer(issuer, certId, registered, seconds, compromise);
    const given = await giveNew(request, asker, issuer, responder, [draft], seconds, { found, compromise });
    // A copy of the request: its bytes are a view of a larger buffer that the network filled.
    if (draft.version !== undefined)
      kept.keep(certId.der, {
        ...given.answer,
        request: new Uint8Array(request.der),
        ...(compromise && { compromise: compromise.version }),
      });
    return given;
  };

  const answerEach = async (
    request: OcspRequest,
    asker: Asker,
    issuer: Issuer,
    responder: Responder,
  ): Promise<Given> => {
    const { now, found } = await readAtThisTime(clock, () =>
      Promise.all(
        request.requestList.map(async ({ certId }) => {
          // Compared by id: the directory of CAs may have been read again since the issuer was found.
          const ours = (await issuers.byCertId(certId))?.id === issuer.id;
          return { certId, ours, registered: ours ? await read(issuer, certId) : undefined };
        }),
      ),
    );
    const seconds = Math.floor(now / 1000);
    const compromise = await compromiseOf(issuer);
    const drafts = await Promise.all(
      found.map(({ certId, ours, registered }) =>
        ours
          ? singleResponse.ofIssuer(issuer, certId, registered, seconds, compromise)
          : singleResponse.ofOtherIssuer(certId),
      ),
    );
    const given = await giveNew(request, asker, issuer, responder, drafts, seconds, { found, compromise });
    for (const { certId } of drafts) kept.forgetBefore(certId.der, given.answer.thisUpdate);
    return given;
  };

  const answer = async (accepted: AcceptedRequest, caller: Caller): Promise<OcspAnswer> => {
    const { request, preferred, signed } = accepted;
    const issuer = await issuerOf(request);
    const requestor = await requestorOf(accepted, issuer);
    const [responder] = await Promise.all([
      responders.current(issuer, preferred, signed?.signatureAlgorithm),
      deps.assertAnswers(),
    ]);
    const isPublic = !hasNonce(request) && requestor === undefined;
    const give = isPublic && request.requestList.length === 1 ? answerOne : answerEach;
    const given = await give(request, askerOf(requestor, accepted, caller), issuer, responder);
    const { der } = given.answer;
    return { der, record: given.record, ...(isPublic && { cacheable: given.answer }) };
  };

  return {
    ocsp: async (bytes, caller) => {
      let accepted: AcceptedRequest;
      try {
        accepted = acceptRequest(bytes);
      } catch (error) {
        return Fault.is(error) ? errorResponse('malformedRequest') : responseToFailure(error, log);
      }
      try {
        return await answer(accepted, caller);
      } catch (error) {
        return responseToFailure(error, log);
      }
    },
  };
};
