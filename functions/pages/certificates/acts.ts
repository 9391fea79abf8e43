import { html } from 'hono/html';
import type { RevocationOutcome } from '../../../lib/authority/authority.ts';
import { Fault } from '../../../lib/fault.ts';
import { REVOCATION_REASONS, type RevocationReason } from '../../../lib/pki/pki.ts';
import { backTo } from '../../../web/console/certificate.ts';
import {
  addressOf,
  confirmationForm,
  holdForm,
  releaseForm,
  revocationForm,
  type TimeErrors,
  withdrawalForm,
} from '../../../web/console/certificate-forms.ts';
import type { Filled } from '../../../web/forms.ts';
import type { Reader } from '../../../web/reader.ts';
import { route as holdCertificate } from '../../routes/certificates/hold-certificate.ts';
import { route as releaseCertificate } from '../../routes/certificates/release-certificate.ts';
import { route as revokeCertificate } from '../../routes/certificates/revoke-certificate.ts';
import { route as withdrawRevocation } from '../../routes/certificates/withdraw-revocation.ts';
import type { Redirect } from '../answer.ts';
import { ownForm } from '../form.ts';
import { formAddress } from '../form-address.ts';
import type { Visit } from '../visit.ts';
import { type Done, refIn } from './certificate-page.ts';
import { optionalTime, readGivenTime } from './given-time.ts';

/* What changes the status of a certificate. Each form is posted to an address of its own. */

type Act = 'revocation' | 'hold' | 'release' | 'withdrawal';

const pathOf = (act: Act): string => `/console/certificates/{ca}/{serial}/${act}`;

const doneOf = ({ awaiting, first, raised, revocation, final }: RevocationOutcome): Done => {
  if (awaiting) return first ? 'asked' : 'asked-before';
  if (raised) return 'raised';
  if (!first) return 'unchanged';
  if (revocation.status === 'revoked') return 'revoked';
  return final ? 'held-for-good' : 'held';
};

const backWith = (visit: Visit, done: Done): Redirect => ({ to: `${addressOf(refIn(visit))}?done=${done}` });

const isReason = (text: string): text is RevocationReason =>
  REVOCATION_REASONS.some((reason) => reason === text);

const timeErrors = ({ t }: Reader, { invalidityDate = '', reportedAt = '' }: Filled): TimeErrors => {
  const errorOf = (text: string): string | undefined =>
    text.trim() === '' || readGivenTime(text) !== undefined ? undefined : t`This cannot be read as a time.`;
  return { invalidityDate: errorOf(invalidityDate), reportedAt: errorOf(reportedAt) };
};

export const revokeCertificateForm = ownForm(
  {
    id: 'revokeCertificateForm',
    path: pathOf('revocation'),
    summary: 'Revoke a certificate',
    whileBehind: true,
  },
  ['officer', 'operator'],
  async (visit, { filled: { reason = '', invalidityDate, reportedAt } }) => {
    const body = {
      reason,
      ...optionalTime('invalidityDate', invalidityDate),
      ...optionalTime('reportedAt', reportedAt),
    };
    const outcome = await visit.ask<RevocationOutcome>(revokeCertificate, {
      params: { ...refIn(visit) },
      body,
    });
    return backWith(visit, doneOf(outcome));
  },
  (visit, { filled }) => {
    const { reader } = visit;
    const ref = refIn(visit);
    const { reasons = '', reason = '', invalidityDate, raised, ofService, confirms } = filled;
    const again =
      confirms !== undefined && isReason(reason)
        ? confirmationForm(reader, ref, {
            status: 'revoked',
            reason,
            ...(invalidityDate !== undefined && { invalidityDate }),
          })
        : revocationForm(
            reader,
            ref,
            {
              reasons: reasons.split(' ').filter(isReason),
              isRaised: raised !== undefined,
              ofService: ofService !== undefined,
            },
            filled,
            timeErrors(reader, filled),
          );
    return { title: reader.t`Revoke`, main: html`${again}${backTo(reader, ref)}` };
  },
);

export const holdCertificateForm = ownForm(
  {
    id: 'holdCertificateForm',
    path: pathOf('hold'),
    summary: 'Put a certificate on hold',
    whileBehind: true,
  },
  ['officer', 'operator'],
  async (visit, { filled: { confirms, understood } }) => {
    // A second operator has read what the first one asked for, and says so by the form itself.
    if (confirms === undefined && understood === undefined)
      throw new Fault('invalid-input', 'The box was not ticked, so the certificate was not put on hold.', {
        field: 'understood',
      });
    const outcome = await visit.ask<RevocationOutcome>(holdCertificate, { params: { ...refIn(visit) } });
    return backWith(visit, doneOf(outcome));
  },
  (visit, { filled: { rule, ofService, confirms, understood } }) => {
    const { reader } = visit;
    const ref = refIn(visit);
    const known = rule === 'final' || rule === 'releasable' ? rule : 'unknown';
    const again =
      confirms === undefined
        ? holdForm(reader, ref, known, ofService !== undefined, { understood: understood !== undefined })
        : confirmationForm(reader, ref, { status: 'hold', reason: 'certificateHold' });
    return { title: reader.t`Put on hold`, main: html`${again}${backTo(reader, ref)}` };
  },
);

export const releaseCertificateForm = ownForm(
  {
    id: 'releaseCertificateForm',
    path: pathOf('release'),
    summary: 'Release a certificate from hold',
  },
  ['officer', 'operator'],
  async (visit) => {
    await visit.perform(releaseCertificate, { params: { ...refIn(visit) } });
    return backWith(visit, 'released');
  },
  (visit) => ({
    title: visit.reader.t`Release from hold`,
    main: html`${releaseForm(visit.reader, refIn(visit))}${backTo(visit.reader, refIn(visit))}`,
  }),
);

export const withdrawRevocationForm = ownForm(
  {
    id: 'withdrawRevocationForm',
    path: pathOf('withdrawal'),
    summary: 'Withdraw a revocation or hold that a second operator has not confirmed',
  },
  ['operator'],
  async (visit) => {
    await visit.perform(withdrawRevocation, { params: { ...refIn(visit) } });
    return backWith(visit, 'withdrawn');
  },
  (visit) => ({
    title: visit.reader.t`Withdraw what was asked for`,
    main: html`${withdrawalForm(visit.reader, refIn(visit))}${backTo(visit.reader, refIn(visit))}`,
  }),
);

const addressFor = (id: string, act: Act) =>
  formAddress(id, pathOf(act), ['officer', 'operator', 'auditor'], (visit) => addressOf(refIn(visit)));

export const revocationFormAddress = addressFor('revocationFormAddress', 'revocation');
export const holdFormAddress = addressFor('holdFormAddress', 'hold');
export const releaseFormAddress = addressFor('releaseFormAddress', 'release');
export const withdrawalFormAddress = addressFor('withdrawalFormAddress', 'withdrawal');
