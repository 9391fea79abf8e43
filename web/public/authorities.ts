import { html } from 'hono/html';
import type { CaView } from '../../lib/authority/authority.ts';
import { both, facts, type Html, table, time, type View } from '../document.ts';
import type { Reader } from '../reader.ts';
import { fingerprintText } from './fingerprint.ts';

const titleOf = (reader: Reader, { title, generation }: CaView): string =>
  reader.t`${both(reader, title)}, generation ${generation}`;

const authority = (reader: Reader, ca: CaView): Html => {
  const { t } = reader;
  const id = encodeURIComponent(ca.id);
  const name = titleOf(reader, ca);
  return html`<section aria-labelledby="ca-${ca.id}">
<h2 id="ca-${ca.id}">${name}</h2>
<h3>${t`SHA-256 fingerprint`}</h3>
<p class="fingerprint digest">${fingerprintText(ca.fingerprint)}</p>
${facts([
  [t`Only for the tenant`, ca.tenant],
  [t`Name in certificates`, html`<span class="person" lang="ja">${ca.subject}</span>`],
  [t`Valid from`, time(reader, ca.notBefore)],
  [t`Valid until`, time(reader, ca.notAfter)],
  [t`Algorithm`, html`<span class="id">${ca.algorithm}</span>`],
  [
    t`Files`,
    html`<ul class="plain">
<li><a href="/ca/${id}.cer">${t`Certificate of ${name}, for most programs (.cer)`}</a></li>
<li><a href="/ca/${id}.pem">${t`Certificate of ${name}, as text (.pem)`}</a></li>
<li><a href="/ca/${id}.p7c">${t`Certificate of ${name}, with its chain (.p7c)`}</a></li>
</ul>`,
  ],
])}
</section>`;
};

/** The same service under the address by which this page was opened. */
const crlPathOf = (url: string): string => {
  const path = URL.parse(url)?.pathname ?? url;
  return path.slice(Math.max(0, path.lastIndexOf('/crl/')));
};

const crlLinks = ({ t }: Reader, ca: CaView, name: string): Html => {
  const lists = [
    ...ca.urls.crl.map((url) => [url, t`Revocation list of ${name}`] as const),
    ...(ca.urls.authorityCrl ?? []).map(
      (url) => [url, t`Revocation list for the certificate of ${name} itself`] as const,
    ),
  ];
  return html`<ul class="plain">${lists.map(
    ([url, text]) => html`<li><a href="${crlPathOf(url)}">${text}</a><br><span class="id">${url}</span></li>`,
  )}</ul>`;
};

export const authoritiesView = (reader: Reader, authorities: readonly CaView[]): View => {
  const { t } = reader;
  return {
    title: t`CA certificates`,
    main: html`<p>${t`Every certificate of this service is signed by one of these CAs. Before you trust one, compare its fingerprint with the one that your office has printed or published elsewhere: all characters must be the same.`}</p>
<p>${t`Do so only on a page whose address begins with https://.`}</p>
${authorities.length === 0 && html`<p>${t`There is no CA yet.`}</p>`}
${authorities.map((ca) => authority(reader, ca))}
<section aria-labelledby="revocation-lists">
<h2 id="revocation-lists">${t`Revocation lists`}</h2>
<p>${t`A revocation list (CRL) names the certificates of a CA that are revoked or on hold. The list itself says when it was made and when the next one is due at the latest. It is a file for programs; a person asks for one certificate.`} <a href="/certificate-status">${t`Check a certificate`}</a></p>
<p>${t`That a list was fetched is recorded, without the name of who fetched it.`}</p>
${
  authorities.length > 0 &&
  table(
    t`Revocation lists by CA`,
    [t`CA`, t`List`, t`Address for OCSP`],
    authorities.map((ca) => {
      const name = titleOf(reader, ca);
      return [name, crlLinks(reader, ca, name), html`<span class="id">${ca.urls.ocsp}</span>`];
    }),
  )
}
</section>`,
  };
};
