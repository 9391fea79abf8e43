import { html } from 'hono/html';
import { type Bilingual, type Phrase, phrase } from '../lib/fault.ts';
import type { Role } from '../lib/principal.ts';
import type { Script } from './asset-types.ts';
import { timeText } from './dates.ts';
import type { Reader } from './reader.ts';

/** A piece of a page. What goes in by `${}` is escaped, unless it is a piece itself. */
export type Html = ReturnType<typeof html>;

/** A page without the frame that all pages have. */
export interface View {
  readonly title: string;
  readonly main: Html;
  /** 200 unless given. */
  readonly status?: number;
  /** The script that the page loads. Most pages have none, and their policy allows none. */
  readonly script?: Script;
}

interface Link {
  readonly path: string;
  readonly text: Phrase;
  /** Absent for everybody who has signed in. */
  readonly roles?: readonly Role[];
}

const PUBLIC_LINKS: readonly Link[] = [
  { path: '/certificate-status', text: phrase`Check a certificate` },
  { path: '/authorities', text: phrase`CA certificates` },
  { path: '/transparency', text: phrase`The public log` },
];

const CONSOLE_LINKS: readonly Link[] = [
  { path: '/console', text: phrase`What waits` },
  { path: '/console/requests', text: phrase`Requests`, roles: ['officer', 'operator', 'auditor'] },
  { path: '/console/new', text: phrase`New request`, roles: ['officer'] },
  { path: '/console/batches', text: phrase`Batches`, roles: ['officer', 'operator', 'auditor'] },
  { path: '/console/certificates', text: phrase`Certificates`, roles: ['officer', 'operator', 'auditor'] },
  { path: '/console/authorities', text: phrase`CAs and their CRLs`, roles: ['operator'] },
  { path: '/console/provisions', text: phrase`Who was told what`, roles: ['auditor'] },
];

export const ROLE_NAMES: Readonly<Record<Role, Phrase>> = {
  officer: phrase`Officer`,
  operator: phrase`Operator`,
  auditor: phrase`Auditor`,
  relyingParty: phrase`Relying party`,
  holder: phrase`Holder`,
};

const LANGUAGE_NAMES = { ja: '日本語', en: 'English' } as const;

const linksFor = ({ principal }: Reader): readonly Link[] =>
  principal === undefined
    ? PUBLIC_LINKS
    : CONSOLE_LINKS.filter(({ roles }) => roles === undefined || roles.includes(principal.role));

/** Where a page is, to be come back to in another language or with other years. */
export interface Here {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What a reader may choose on every page. An answer sets one cookie, so an address has one choice. */
export const CHOICES = ['language', 'years'] as const;

const withChoice = ({ path, query }: Here, choice: (typeof CHOICES)[number], value: string): string => {
  const other = new URLSearchParams(query);
  for (const name of CHOICES) other.delete(name);
  other.set(choice, value);
  return `${path}?${other}`;
};

/** English texts have no years of eras. */
const yearsSwitch = ({ t, language, years }: Reader, here: Here): Html | false => {
  if (language !== 'ja') return false;
  return years === 'era'
    ? html`<p><a href="${withChoice(here, 'years', 'western')}">${t`Show western years first`}</a></p>`
    : html`<p><a href="${withChoice(here, 'years', 'era')}">${t`Show years of the era alone`}</a></p>`;
};

/** The whole document. */
export const documentOf = async (reader: Reader, view: View, here: Here): Promise<string> => {
  const { t, say, language, principal } = reader;
  const other = language === 'ja' ? 'en' : 'ja';
  const document = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${view.title} — Akashi</title>
<link rel="stylesheet" href="/assets/style.css">
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
${view.script && html`<script type="module" src="/assets/${view.script}"></script>`}
</head>
<body>
<a class="skip" href="#main">${t`To the content`}</a>
<header>
<p class="name"><a class="home" href="${principal ? '/console' : '/'}">Akashi <span lang="ja">証</span></a></p>
<div class="who">
${
  principal &&
  html`<p>${say(ROLE_NAMES[principal.role])}: ${principal.name[language] !== principal.id && html`<b>${principal.name[language]}</b>`} <span class="id">${principal.id}</span></p>
<p><a href="/console/sessions">${t`Sessions`}</a></p>
<form method="post" action="/console/sign-out"><button class="quiet">${t`Sign out`}</button></form>`
}
${!principal && html`<p><a href="${reader.consoleUrl}/console">${t`For offices`}</a></p>`}
${yearsSwitch(reader, here)}
<p><a href="${withChoice(here, 'language', other)}" hreflang="${other}" lang="${other}">${LANGUAGE_NAMES[other]}</a></p>
</div>
<nav aria-label="${t`Main`}"><ul>
${linksFor(reader).map(
  (link) =>
    html`<li><a href="${link.path}"${link.path === here.path ? html` aria-current="page"` : ''}>${say(link.text)}</a></li>`,
)}
</ul></nav>
</header>
<main id="main">
<h1>${view.title}</h1>
${view.main}
</main>
<footer><p>${t`Every answer of this service is recorded, and the record can be proven.`} <a href="/transparency">${t`How to check it`}</a></p></footer>
</body>
</html>`;
  return String(await document);
};

/* Pieces that many pages have -------------------------------------------------------------------------------- */

export const time = (reader: Reader, value: string): Html =>
  html`<time datetime="${value}">${timeText(reader, value)}</time>`;

/** An id, behind the name where the reader is meant: operations give no names of others. */
export const who = ({ principal, language }: Pick<Reader, 'principal' | 'language'>, id: string): Html =>
  principal?.id === id && principal.name[language] !== id
    ? html`<span class="person" lang="${language}">${principal.name[language]}</span> <span class="id">${id}</span>`
    : html`<span class="id">${id}</span>`;

export const both = ({ language }: Pick<Reader, 'language'>, text: Bilingual): string => text[language];

/** Terms and what they are; what is absent is left out. */
export const facts = (rows: readonly (readonly [string, Html | string | undefined])[]): Html =>
  html`<dl class="facts">${rows.map(
    ([term, value]) => value !== undefined && html`<div><dt>${term}</dt><dd>${value}</dd></div>`,
  )}</dl>`;

/** A table that keeps its heads in narrow windows. */
export const table = (
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html => html`<div class="table" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;

/** A fault stands at the top of the page, where a screen reader begins. */
export const alert = (title: string, ...lines: readonly (string | Html)[]): Html =>
  html`<div class="alert" role="alert"><h2>${title}</h2>${lines.map((line) => html`<p>${line}</p>`)}</div>`;

export const notice = (text: string): Html => html`<p class="notice" role="status">${text}</p>`;

/** To the next page of a list. */
export const more = (
  { t }: Reader,
  path: string,
  query: URLSearchParams,
  cursor: string | undefined,
): Html => {
  if (cursor === undefined) return html``;
  const next = new URLSearchParams(query);
  next.set('cursor', cursor);
  for (const name of CHOICES) next.delete(name);
  return html`<p><a class="button" href="${path}?${next}">${t`Next page`}</a></p>`;
};
