import { html } from 'hono/html';
import type { View } from '../document.ts';
import type { Reader } from '../reader.ts';

export const frontView = ({ t, consoleUrl }: Reader): View => {
  const links = [
    [
      '/certificate-status',
      t`Check a certificate`,
      t`Is it genuine, and is it still valid? You need its file.`,
    ],
    [
      '/authorities',
      t`CA certificates`,
      t`The certificates on which all others rest, with their fingerprints.`,
    ],
    [
      '/authorities#revocation-lists',
      t`Revocation lists`,
      t`The lists of certificates that are not valid any more, for programs.`,
    ],
    ['/transparency', t`The public log`, t`The proof that nothing was changed afterwards.`],
    [`${consoleUrl}/console`, t`For offices`, t`Request and manage certificates. You have to sign in.`],
  ] as const;
  return {
    title: t`Certificates, and whether they are valid`,
    main: html`<p>${t`An electronic certificate says who signed a document or who runs a server. This service issues such certificates for public offices and for persons, and tells everybody whether one of them is valid.`}</p>
<p>${t`Each of its answers is recorded so that nobody can change it later, the operator of the service included.`}</p>
<ul class="tiles ways">${links.map(
      ([path, text, what]) => html`<li><a href="${path}"><b>${text}</b>${what}</a></li>`,
    )}</ul>`,
  };
};
