import type { LedgerRecord } from '../ledger/ledger.ts';
import type { RecordObserver, Report } from './contract.ts';

/** Profiles of the service's own certificates, by the records of their issuance. */
const OWN: ReadonlySet<unknown> = new Set(['ca', 'ocsp-responder']);

type ActRecord = Exclude<LedgerRecord, { readonly kind: 'provision' }>;

const certificateOf = ({ certificates = [] }: ActRecord): string =>
  certificates.map(({ ca, serial }) => `${ca}/${serial}`).join(' ');

const TERMS = ['status', 'reason', 'invalidityDate'] as const;

/**
 * Checks that a revocation or a hold that takes two persons had two. The act of the second person names the record of the
 * first one's asking (`confirms`), which was about the same certificate, on the same terms, and not lapsed. Certificates of
 * CAs and of OCSP responders always take two; the records of other issuances do not say whether they do.
 */
export interface ConfirmationCheck extends RecordObserver {
  conclude(): void;
}

export const openConfirmationCheck = ({ report }: { readonly report: Report }): ConfirmationCheck => {
  const own = new Set<string>();
  const askings = new Map<string, ActRecord>();
  const closings = new Map<string, ActRecord>();

  const isConfirmed = (closing: ActRecord): boolean => {
    const asking = askings.get(String(closing.details.confirms));
    if (asking === undefined) return false;
    const status = closing.kind === 'hold' ? 'hold' : 'revoked';
    const asked = asking.details;
    return (
      certificateOf(asking) === certificateOf(closing) &&
      asking.actor !== closing.actor &&
      asked.person !== closing.details.person &&
      TERMS.every((term) => asked[term] === (term === 'status' ? status : closing.details[term])) &&
      Date.parse(closing.time) < Date.parse(String(asked.lapsesAt))
    );
  };

  return {
    observe: (record) => {
      if (record.kind === 'issuance' && OWN.has(record.details.profile)) own.add(certificateOf(record));
      if (record.kind === 'confirmation' && record.details.act === 'asked') askings.set(record.id, record);
      if (record.kind === 'revocation' || record.kind === 'hold') closings.set(record.id, record);
    },

    retract: ({ id }) => {
      askings.delete(id);
      closings.delete(id);
    },

    conclude: () => {
      for (const [record, closing] of closings) {
        const certificate = certificateOf(closing);
        const takesTwo = own.has(certificate) || closing.details.confirms !== undefined;
        if (takesTwo && !isConfirmed(closing)) report('revocation-not-confirmed', { certificate, record });
      }
    },
  };
};
