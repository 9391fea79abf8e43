import { type Phrase, phrase } from '../lib/fault.ts';
import type { RequestState } from '../lib/registration/registration.ts';

/* Words of the service, as people read them on pages. */

export const REQUEST_STATE_TEXTS: Readonly<Record<RequestState, Phrase>> = {
  submitted: phrase`Waits for the office's examination`,
  'examined-once': phrase`Waits for the office's second examination`,
  examined: phrase`Waits for the centre's examination`,
  approved: phrase`Approved, the certificate is being made`,
  issued: phrase`Issued`,
  rejected: phrase`Rejected`,
  withdrawn: phrase`Withdrawn`,
  failed: phrase`No certificate could be made`,
};

export const STAGE_TEXTS: Readonly<Record<'office' | 'office-approval' | 'centre', Phrase>> = {
  office: phrase`Examination at the office`,
  'office-approval': phrase`Second examination at the office`,
  centre: phrase`Examination at the centre`,
};

export const DECISION_TEXTS: Readonly<Record<'approve' | 'reject', Phrase>> = {
  approve: phrase`Approved`,
  reject: phrase`Rejected`,
};
