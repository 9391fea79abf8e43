import { html } from 'hono/html';
import type { CertificateView } from '../../../lib/authority/authority.ts';
import type { CertificateRef } from '../../../lib/principal.ts';
import { certificateMain } from '../../../web/console/certificate.ts';
import { notice, type View } from '../../../web/document.ts';
import type { Reader } from '../../../web/reader.ts';
import { route as getCertificate } from '../../routes/certificates/get-certificate.ts';
import { ownPage } from '../page.ts';
import { profilesFor } from '../requests/request-pages.ts';
import type { Visit } from '../visit.ts';
import { offersFor } from './offers.ts';

export const refIn = ({ params: { ca = '', serial = '' } }: Pick<Visit, 'params'>): CertificateRef => ({
  ca,
  serial,
});

/** The result of an act, as the address of the next page names it. */
export type Done =
  | 'revoked'
  | 'raised'
  | 'held'
  | 'held-for-good'
  | 'released'
  | 'asked'
  | 'asked-before'
  | 'withdrawn'
  | 'unchanged';

/** Anybody can write an address, so a notice is shown only where the certificate is as it says. */
const doneText = (
  { t }: Reader,
  done: string | null,
  { status, awaiting }: CertificateView,
): string | undefined => {
  if (awaiting && done === 'asked')
    return t`It is asked for. Nothing changes before another operator confirms.`;
  if (awaiting && done === 'asked-before')
    return t`You have asked for it before. Another operator has to confirm; this has changed nothing.`;
  if (!awaiting && done === 'withdrawn') return t`What was asked for is withdrawn; nothing is awaited.`;
  if (status === 'revoked' && done === 'revoked') return t`The certificate is revoked.`;
  if (status === 'revoked' && done === 'raised') return t`The revocation was raised to what you reported.`;
  if (status === 'hold' && done === 'held') return t`The certificate is on hold.`;
  if (status === 'hold' && done === 'held-for-good')
    return t`The certificate is on hold, and by its profile the hold is never released.`;
  if (status !== 'hold' && status !== 'revoked' && done === 'released')
    return t`The certificate is released from hold.`;
  return done === 'unchanged' ? t`This was done before; nothing has changed.` : undefined;
};

const READERS = ['officer', 'operator', 'auditor'] as const;

export const certificatePage = ownPage(
  { id: 'certificatePage', path: '/console/certificates/{ca}/{serial}', summary: 'A certificate' },
  READERS,
  async (visit): Promise<View> => {
    const { reader, query } = visit;
    const certificate = await visit.ask<CertificateView>(getCertificate, { params: { ...refIn(visit) } });
    const profiles = await profilesFor(visit);
    const done = doneText(reader, query.get('done'), certificate);
    return {
      title: reader.t`Certificate`,
      main: html`${done && notice(done)}${certificateMain(
        reader,
        certificate,
        profiles.find(({ id }) => id === certificate.profile),
        offersFor(visit, certificate, profiles),
      )}`,
    };
  },
);
