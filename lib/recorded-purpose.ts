import { Fault } from './fault.ts';
import type { Caller, Principal } from './principal.ts';

/**
 * The purpose that the record of an answer has: the one that the caller named, or the one that the trust domain's file
 * assumes for this caller, marked as assumed. Nobody else decides for which purpose somebody asked, so a record has no
 * purpose where neither says one. Fault: `purpose-not-declared`.
 */
export const recordedPurpose = (
  { purposes = [], assumedPurpose }: Principal,
  named: string | undefined,
): Pick<Caller, 'purpose' | 'legalBasis' | 'purposeAssumed'> => {
  const wanted = named ?? assumedPurpose;
  if (wanted === undefined) return {};
  const purpose = purposes.find(({ id }) => id === wanted);
  if (purpose === undefined) {
    throw new Fault(
      'purpose-not-declared',
      'The trust domain declares no such purpose for this caller; name none, or one of its purposes.',
      { declared: purposes.map(({ id }) => id) },
    );
  }
  const { id, legalBasis } = purpose;
  return { purpose: id, legalBasis, ...(named === undefined && { purposeAssumed: true }) };
};
