import { html } from 'hono/html';
import type { AwaitedRevocation } from '../../lib/authority/authority.ts';
import type { RevocationReason } from '../../lib/pki/pki.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { facts, type Html, time } from '../document.ts';
import { type Filled, field, form, hidden, tick } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { REASON_TEXTS } from './certificate-reasons.ts';

export const addressOf = ({ ca, serial }: CertificateRef): string =>
  `/console/certificates/${encodeURIComponent(ca)}/${encodeURIComponent(serial)}`;

/** What makes the form of a revocation, and goes along with it: the form comes back the same. */
export interface RevocationTerms {
  readonly reasons: readonly RevocationReason[];
  /** The certificate is revoked already. */
  readonly isRaised?: boolean;
  /** No sub-office asked for the certificate. */
  readonly ofService: boolean;
}

export interface TimeErrors {
  readonly invalidityDate?: string | undefined;
  readonly reportedAt?: string | undefined;
}

/** Two operators are needed for some of the certificates that no office asked for. */
const twoPersons = ({ t }: Reader, ofService: boolean): Html | false =>
  ofService &&
  html`<p>${t`A certificate of a CA, of an OCSP responder or of the service's own door takes two operators: nothing changes before another one confirms the same.`}</p>`;

const reasonChoices = ({ t, say }: Reader, reasons: readonly RevocationReason[], chosen = ''): Html => {
  const ordered = (Object.keys(REASON_TEXTS) as RevocationReason[]).filter((one) => reasons.includes(one));
  return html`<fieldset class="choices"><legend>${t`Reason`} <span class="required">${t`required`}</span></legend>
${ordered.map((reason) => {
  const { title, meaning } = REASON_TEXTS[reason];
  return html`<div><input type="radio" name="reason" id="reason-${reason}" value="${reason}" required aria-describedby="reason-${reason}-hint"${
    reason === chosen ? html` checked` : ''
  }> <label for="reason-${reason}">${say(title)} <span class="id">${reason}</span></label>
<p class="hint" id="reason-${reason}-hint">${say(meaning)}</p></div>`;
})}
</fieldset>`;
};

const effectOf = ({ t }: Reader, isRaised: boolean): string =>
  isRaised
    ? t`The time of the revocation stays. A compromise takes the place of the reason, and an earlier date the place of a later one.`
    : t`A revocation is in effect at once and for ever: OCSP says so from the next answer on, and the next CRL lists it.`;

export const revocationForm = (
  reader: Reader,
  ref: CertificateRef,
  { reasons, isRaised = false, ofService }: RevocationTerms,
  filled: Filled,
  errors: TimeErrors = {},
): Html => {
  const { t } = reader;
  const written = t`A date such as 2026-04-01, which is its beginning, or a time such as 2026-04-01 09:30. Both are those of Japan.`;
  return html`<p>${effectOf(reader, isRaised)}</p>${twoPersons(reader, ofService)}${form(
    `${addressOf(ref)}/revocation`,
    { button: isRaised ? t`Report` : t`Revoke`, isDanger: true },
    hidden('reasons', reasons.join(' ')),
    ...(isRaised ? [hidden('raised', 'true')] : []),
    ...(ofService ? [hidden('ofService', 'true')] : []),
    reasonChoices(reader, reasons, filled.reason),
    field(reader, {
      name: 'invalidityDate',
      label: t`Invalid since`,
      hint: `${t`If the key is compromised: since when that is known or suspected.`} ${written}`,
      value: filled.invalidityDate,
      error: errors.invalidityDate,
    }),
    field(reader, {
      name: 'reportedAt',
      label: t`Reported at`,
      hint: `${t`When somebody reported what the revocation is for. It is recorded.`} ${written}`,
      value: filled.reportedAt,
      error: errors.reportedAt,
    }),
  )}`;
};

/** Absent before the form was sent. */
interface Understood {
  readonly understood: boolean;
}

/** A hold needs no reason and no time, so a click by mistake would do it: a box has to be ticked first. */
export const holdForm = (
  reader: Reader,
  ref: CertificateRef,
  rule: 'releasable' | 'final' | 'unknown',
  ofService: boolean,
  sent?: Understood,
): Html => {
  const { t } = reader;
  const end = {
    releasable: t`By its profile it can be released again. It ends with a release or with a revocation.`,
    final: t`By its profile it is never released: it ends with a revocation only.`,
    unknown: t`The profile says whether it can be held, and whether the hold can be released.`,
  }[rule];
  return html`<p>${ofService ? t`When a second operator has confirmed it, this happens:` : t`This happens as soon as you press the button:`}</p><ul>
<li>${t`A hold is in effect at once: nobody may rely on the certificate while it lasts.`}</li>
<li>${t`Everybody who asks about the certificate by OCSP is told “on hold” from the next answer on, and the next CRL lists it.`}</li>
<li>${end}</li>
</ul>
${twoPersons(reader, ofService)}${form(
  `${addressOf(ref)}/hold`,
  { button: t`Put on hold`, isDanger: true },
  hidden('rule', rule),
  ...(ofService ? [hidden('ofService', 'true')] : []),
  tick(reader, {
    name: 'understood',
    label:
      rule === 'final'
        ? t`I have read this, and want this certificate on hold although the hold is never released`
        : t`I have read this, and want this certificate on hold`,
    isTicked: sent?.understood ?? false,
    ...(sent?.understood === false && { error: t`Tick the box if you want the hold.` }),
  }),
)}`;
};

export const releaseForm = (reader: Reader, ref: CertificateRef): Html => {
  const { t } = reader;
  return html`<p>${t`The certificate is good again at once, and the release is recorded.`}</p>${form(
    `${addressOf(ref)}/release`,
    { button: t`Release from hold` },
  )}`;
};

/** The same as the first operator asked for. */
export const confirmationForm = (
  reader: Reader,
  ref: CertificateRef,
  { status, reason, invalidityDate }: Pick<AwaitedRevocation, 'status' | 'reason' | 'invalidityDate'>,
): Html => {
  const { t, say } = reader;
  const isHold = status === 'hold';
  return html`<p>${t`You confirm exactly this, and it is in effect at once. Ask the other operator why, and compare the serial number, before you do.`}</p>
${facts([
  [t`Serial number`, html`<span class="id">${ref.serial}</span>`],
  [t`Reason`, html`${say(REASON_TEXTS[reason].title)} <span class="id">${reason}</span>`],
  [t`Invalid since`, invalidityDate && time(reader, invalidityDate)],
])}
${form(
  `${addressOf(ref)}/${isHold ? 'hold' : 'revocation'}`,
  { button: isHold ? t`Confirm the hold` : t`Confirm the revocation`, isDanger: true },
  hidden('confirms', 'true'),
  ...(isHold ? [] : [hidden('reason', reason)]),
  ...(invalidityDate === undefined ? [] : [hidden('invalidityDate', invalidityDate)]),
)}`;
};

export const withdrawalForm = (reader: Reader, ref: CertificateRef): Html => {
  const { t } = reader;
  return html`<p>${t`Any operator may withdraw it, the one who asked for it as well.`}</p>${form(
    `${addressOf(ref)}/withdrawal`,
    { button: t`Withdraw` },
  )}`;
};
