import { html } from 'hono/html';
import type { AwaitedRevocation, CertificateView } from '../../lib/authority/authority.ts';
import { type Phrase, phrase } from '../../lib/fault.ts';
import type { RevocationReason } from '../../lib/pki/pki.ts';
import type { ProfileView } from '../../lib/trust-domain/trust-domain.ts';
import { both, facts, type Html, time, who } from '../document.ts';
import type { Reader } from '../reader.ts';
import {
  addressOf,
  confirmationForm,
  holdForm,
  releaseForm,
  revocationForm,
  withdrawalForm,
} from './certificate-forms.ts';
import { REASON_TEXTS } from './certificate-reasons.ts';
import { personalAlert } from './personal-alert.ts';

export const CERTIFICATE_STATUS_TEXTS: Readonly<Record<CertificateView['status'], Phrase>> = {
  good: phrase`Good`,
  hold: phrase`On hold`,
  revoked: phrase`Revoked`,
  expired: phrase`Expired`,
};

/** The forms that this person is offered for this certificate. */
export interface CertificateOffers {
  /** The reasons to choose from. */
  readonly revoke?: readonly RevocationReason[];
  /** For a certificate that is revoked: what a later report may raise it to. */
  readonly raise?: readonly RevocationReason[];
  /** `unknown` where the person does not see the rule. */
  readonly hold?: 'releasable' | 'final' | 'unknown';
  readonly release?: true;
  /** What this person would confirm as the second one. */
  readonly confirm?: AwaitedRevocation;
  readonly withdraw?: true;
}

export const statusText = ({ say }: Reader, { status }: Pick<CertificateView, 'status'>): Html =>
  html`<span class="state">${say(CERTIFICATE_STATUS_TEXTS[status])}</span>`;

/** What OCSP and the CRLs say, in words. */
const standing = (reader: Reader, certificate: CertificateView, isFinal: boolean): Html => {
  const { t, say } = reader;
  const { revocation, status, notAfter } = certificate;
  const kind = status === 'good' ? ' good' : status === 'hold' ? ' unsure' : '';
  const verdict = html`<p class="verdict${kind}">${say(CERTIFICATE_STATUS_TEXTS[status])}</p>`;
  if (revocation === undefined) {
    const text =
      status === 'expired'
        ? t`It was neither revoked nor on hold when it ended:`
        : t`It is neither revoked nor on hold. It ends by itself:`;
    return html`${verdict}<p>${text} ${time(reader, notAfter)}</p>`;
  }
  const { title, meaning } = REASON_TEXTS[revocation.reason];
  const isHold = revocation.status === 'hold';
  return html`${verdict}${facts([
    [isHold ? t`On hold since` : t`Revoked since`, time(reader, revocation.revocationTime)],
    [
      t`Reason`,
      html`${say(title)} <span class="id">${revocation.reason}</span><br>${
        isHold && isFinal ? t`By its profile this hold is never released.` : say(meaning)
      }`,
    ],
    [t`Invalid since`, revocation.invalidityDate && time(reader, revocation.invalidityDate)],
  ])}`;
};

/** Where no sub-office asked, the id is that of an order of the service itself, and has no page. */
const requestOf = ({ request, office }: CertificateView): Html =>
  office === undefined
    ? html`<span class="id">${request}</span>`
    : html`<a class="id" href="/console/requests/${encodeURIComponent(request)}">${request}</a>`;

export const certificateFacts = (
  reader: Reader,
  certificate: CertificateView,
  profile: ProfileView | undefined,
): Html => {
  const { t } = reader;
  const { ca, serial, subject, office, tenant, holder, issuedTo } = certificate;
  const id = (text: string): Html => html`<span class="id">${text}</span>`;
  return facts([
    [t`CA`, id(ca)],
    [t`Serial number`, id(serial)],
    [t`Subject of the certificate`, subject && html`<span class="person" lang="ja">${subject}</span>`],
    [
      t`Profile`,
      html`${profile ? both(reader, profile.title) : certificate.profile} (${t`version ${certificate.profileVersion}`})`,
    ],
    [t`Valid from`, time(reader, certificate.notBefore)],
    [t`Valid until`, time(reader, certificate.notAfter)],
    [t`Request`, requestOf(certificate)],
    [t`Office`, office && id(office)],
    [t`Tenant`, tenant && id(tenant)],
    [
      t`Holder (pseudonym)`,
      holder &&
        html`${id(holder)} <a href="/console/certificates?holder=${encodeURIComponent(holder)}">${t`All certificates of this holder`}</a>`,
    ],
    [t`Officer to whom it is issued`, issuedTo && who(reader, issuedTo)],
  ]);
};

/** What one operator has asked for. Until another one confirms it, nothing has changed. */
const awaitedPart = (reader: Reader, awaiting: AwaitedRevocation): Html => {
  const { t, say } = reader;
  const { status, reason, raises, invalidityDate, askedBy, askedAt, lapsesAt } = awaiting;
  const asked =
    status === 'hold' ? t`A hold` : raises ? t`A higher reason or an earlier date` : t`A revocation`;
  return html`<h2>${t`A second operator has to confirm`}</h2>
<p>${t`It is a certificate of the service itself. One operator has asked for the following; nothing changes before another operator confirms the same.`}</p>
${facts([
  [t`Asked for`, asked],
  [t`Reason`, html`${say(REASON_TEXTS[reason].title)} <span class="id">${reason}</span>`],
  [t`Invalid since`, invalidityDate && time(reader, invalidityDate)],
  [t`Asked by`, html`${who(reader, askedBy)} · ${time(reader, askedAt)}`],
  [t`Without effect from`, time(reader, lapsesAt)],
])}`;
};

const pemPart = ({ t }: Reader, { pem, personalData }: CertificateView): Html => {
  if (pem !== undefined)
    return html`<h2>${t`The certificate (PEM)`}</h2><pre class="id" tabindex="0" role="region" aria-label="${t`The certificate (PEM)`}">${pem}</pre>`;
  return personalData ? html`` : html`<p>${t`The certificate is being signed.`}</p>`;
};

const toldLink = ({ t }: Reader, { ca, serial }: CertificateView): Html =>
  html`<p><a class="button" href="/console/provisions?${new URLSearchParams({ ca, serial })}">${t`Who was told about this certificate`}</a></p>`;

export const certificateMain = (
  reader: Reader,
  certificate: CertificateView,
  profile: ProfileView | undefined,
  offers: CertificateOffers,
): Html => {
  const { t } = reader;
  const { awaiting } = certificate;
  const ofService = certificate.office === undefined;
  return html`${standing(reader, certificate, profile?.hold === 'final')}
${awaiting && awaitedPart(reader, awaiting)}
${offers.confirm && html`<h3>${t`Confirm`}</h3>${confirmationForm(reader, certificate, offers.confirm)}`}
${offers.withdraw && html`<h3>${t`Withdraw what was asked for`}</h3>${withdrawalForm(reader, certificate)}`}
<h2>${t`What it is`}</h2>
${personalAlert(reader, certificate)}
${certificateFacts(reader, certificate, profile)}
${offers.release && html`<h2>${t`Release from hold`}</h2>${releaseForm(reader, certificate)}`}
${offers.hold && html`<h2>${t`Put on hold`}</h2>${holdForm(reader, certificate, offers.hold, ofService)}`}
${offers.revoke && html`<h2>${t`Revoke`}</h2>${revocationForm(reader, certificate, { reasons: offers.revoke, ofService }, {})}`}
${offers.raise && html`<h2>${t`Report a compromise or an earlier date`}</h2>${revocationForm(reader, certificate, { reasons: offers.raise, isRaised: true, ofService }, {})}`}
${reader.principal?.role === 'auditor' && toldLink(reader, certificate)}
${pemPart(reader, certificate)}`;
};

export const backTo = ({ t }: Reader, ref: Pick<CertificateView, 'ca' | 'serial'>): Html =>
  html`<p><a href="${addressOf(ref)}">${t`Back to the certificate`}</a></p>`;
