import { isDeepStrictEqual } from 'node:util';
import type { ActRecord } from '../ledger/ledger.ts';
import { textIn, timeIn } from '../members.ts';
import { certificateOf } from './certificate-names.ts';
import type { RecordObserver, Report } from './contract.ts';

/** Profiles of the service's own certificates, by the records of their issuance. */
const OWN: ReadonlySet<unknown> = new Set(['ca', 'ocsp-responder']);

/** The record that another one names by its id. */
const readNamed = (records: ReadonlyMap<string, ActRecord>, id: unknown): ActRecord | undefined =>
  records.get(textIn(id) ?? '');

const TERMS = ['status', 'reason', 'invalidityDate'] as const;

/**
 * Checks that a revocation or a hold that takes two persons had two. The act of the second person names the record of the
 * first one's asking (`confirms`), which was about the same certificate, on the same terms, and not lapsed. Certificates of
 * CAs and of OCSP responders always take two; the records of other issuances do not say whether they do. A correction of rows
 * that are closed without an act always takes two, and so does a list of compromised keys.
 */
export interface ConfirmationCheck extends RecordObserver {
  conclude(): void;
}

export const openConfirmationCheck = ({ report }: { readonly report: Report }): ConfirmationCheck => {
  const own = new Set<string>();
  const askings = new Map<string, ActRecord>();
  const closings = new Map<string, ActRecord>();
  const corrections = new Map<string, ActRecord>();
  const proposals = new Map<string, ActRecord>();
  const approvals = new Map<string, ActRecord>();

  /** One person proposed this very list, or its withdrawal, and another one approved it before the proposal lapsed. */
  const isApprovedByTwo = ({ actor, time, details }: ActRecord): boolean => {
    const proposal = readNamed(proposals, details.proposal);
    return (
      proposal !== undefined &&
      proposal.actor !== actor &&
      proposal.details.person !== details.person &&
      proposal.details.list === details.list &&
      Date.parse(time) < timeIn(proposal.details.lapsesAt)
    );
  };

  /** Two persons asked for the same correction of the same certificate, the second before the first one's asking lapsed. */
  const isCorrectedByTwo = (correction: ActRecord): boolean => {
    const asking = readNamed(askings, correction.details.confirms);
    return (
      asking?.details.act === 'correction-asked' &&
      certificateOf(asking) === certificateOf(correction) &&
      asking.actor !== correction.actor &&
      asking.details.person !== correction.details.person &&
      isDeepStrictEqual(asking.details.rows, correction.details.rows) &&
      Date.parse(correction.time) < timeIn(asking.details.lapsesAt)
    );
  };

  const isConfirmed = (closing: ActRecord): boolean => {
    const asking = readNamed(askings, closing.details.confirms);
    if (asking?.details.act !== 'asked') return false;
    const status = closing.kind === 'hold' ? 'hold' : 'revoked';
    const asked = asking.details;
    return (
      certificateOf(asking) === certificateOf(closing) &&
      asking.actor !== closing.actor &&
      asked.person !== closing.details.person &&
      TERMS.every((term) => asked[term] === (term === 'status' ? status : closing.details[term])) &&
      Date.parse(closing.time) < timeIn(asked.lapsesAt)
    );
  };

  return {
    observe: (record) => {
      if (record.kind === 'issuance' && OWN.has(record.details.profile)) own.add(certificateOf(record));
      if (record.kind === 'confirmation') {
        const { act } = record.details;
        if (act === 'asked' || act === 'correction-asked') askings.set(record.id, record);
        if (act === 'corrected') corrections.set(record.id, record);
      }
      if (record.kind === 'key-list') {
        const { step } = record.details;
        if (step === 'proposed') proposals.set(record.id, record);
        if (step === 'approved') approvals.set(record.id, record);
      }
      if (record.kind === 'revocation' || record.kind === 'hold') closings.set(record.id, record);
    },

    retract: ({ id }) => {
      for (const records of [askings, closings, corrections, proposals, approvals]) records.delete(id);
    },

    conclude: () => {
      for (const [record, closing] of closings) {
        const certificate = certificateOf(closing);
        const takesTwo = own.has(certificate) || closing.details.confirms !== undefined;
        if (takesTwo && !isConfirmed(closing)) report('revocation-not-confirmed', { certificate, record });
      }
      for (const [record, correction] of corrections) {
        if (isCorrectedByTwo(correction)) continue;
        report('correction-not-confirmed', { certificate: certificateOf(correction), record });
      }
      for (const [record, approval] of approvals) {
        if (!isApprovedByTwo(approval)) report('key-list-not-confirmed', { record });
      }
    },
  };
};
