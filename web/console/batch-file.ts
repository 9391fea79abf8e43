import { html } from 'hono/html';
import type { ProfileView } from '../../lib/trust-domain/trust-domain.ts';
import { both, facts, type Html, type View } from '../document.ts';
import { field } from '../forms.ts';
import type { Reader } from '../reader.ts';
import { BATCHES, NEW_BATCH } from './batch-list.ts';
import { ENCODING_NAMES, FORMAT_NAMES } from './batch-words.ts';

/* The page from which a file of requests is sent. web/assets/batch-file.js sends it, in parts. */

/** What the service takes. */
export interface FileLimits {
  readonly rows: number;
  readonly parts: number;
  readonly partBytes: number;
}

const mebibytesOf = ({ parts, partBytes }: FileLimits): number => (parts * partBytes) / (1024 * 1024);

/** What the script says. The places of values stay, for it to fill in. */
const textsOf = ({ t }: Reader, limits: FileLimits): Html => {
  const texts: readonly (readonly [name: string, text: string])[] = [
    ['failed', t`The file was not sent whole`],
    ['status', t`The service answered with the status ${'{0}'}.`],
    ['unreached', t`The service cannot be reached. Send the same file again later; it goes on where it was.`],
    ['waiting', t`The service does not answer; the next try is in ${'{0}'} seconds.`],
    ['unreadable', t`The file can be read no more: it was moved or changed. Choose it again.`],
    ['empty', t`The file is empty.`],
    ['large', t`The file has more than ${mebibytesOf(limits)} MiB. Divide it into several files.`],
    ['reading', t`The file is being read …`],
    ['sending', t`The file is being sent …`],
    ['count', t`${'{0}'} of ${'{1}'} parts are sent.`],
    ['sent', t`The whole file is sent.`],
  ];
  return html`${texts.map(([name, text]) => html` data-${name}="${text}"`)}`;
};

const choices = (reader: Reader, profiles: readonly ProfileView[], limits: FileLimits): Html => {
  const { t } = reader;
  return html`${field(reader, {
    name: 'profile',
    label: t`Profile`,
    hint: t`One file has requests of one profile.`,
    isRequired: true,
    choices: profiles.map(({ id, title }) => [id, both(reader, title)] as const),
  })}${field(reader, {
    name: 'file',
    label: t`File`,
    hint: t`At most ${limits.rows} rows and ${mebibytesOf(limits)} MiB.`,
    kind: 'file',
    isRequired: true,
  })}${field(reader, {
    name: 'format',
    label: t`Format`,
    choices: [['', t`by the ending of the file's name`], ...Object.entries(FORMAT_NAMES)],
  })}${field(reader, {
    name: 'encoding',
    label: t`Encoding`,
    hint: t`The service finds it out from the file. Name it where it was mistaken.`,
    choices: [['', t`found out`], ...Object.entries(ENCODING_NAMES)],
  })}`;
};

const templates = (reader: Reader, profiles: readonly ProfileView[]): Html => {
  const { t } = reader;
  return html`<h2>${t`Templates`}</h2>
<p>${t`An empty CSV file with the columns of a profile, for a spreadsheet. Each row is one request, and has a key of its own by which you find it again.`}</p>
${facts(
  profiles.map(({ id, title }) => [
    both(reader, title),
    html`<a href="${BATCHES}/template/${encodeURIComponent(id)}.csv" download>${t`Template for ${both(reader, title)}`}</a>`,
  ]),
)}`;
};

export const batchFileView = (reader: Reader, profiles: readonly ProfileView[], limits: FileLimits): View => {
  const { t } = reader;
  return {
    title: t`Send a file of requests`,
    script: 'batch-file.js',
    main: html`<p>${t`The service keeps the file, and reads it. Nothing is submitted before you confirm it on the next page.`}</p>
<div class="alert" id="batch-without-script"><h2>${t`This form needs JavaScript`}</h2>
<p>${t`Your browser does not run it here. This command sends a file as well:`} <code>npx akashi bulk send FILE --profile PROFILE</code></p></div>
<div class="alert" id="batch-problem" role="alert" tabindex="-1" hidden><h2></h2></div>
<form id="batch-file" method="post" action="${NEW_BATCH}" enctype="multipart/form-data" hidden data-batches="${BATCHES}" data-part-bytes="${String(limits.partBytes)}" data-max-parts="${String(limits.parts)}"${textsOf(reader, limits)}>
<fieldset class="plain">${choices(reader, profiles, limits)}
<p><button>${t`Send the file`}</button></p></fieldset>
</form>
<div id="batch-sending" tabindex="-1" hidden><p role="status"></p><p></p><progress aria-label="${t`Parts that are sent`}"></progress></div>
<p class="hint">${t`If the sending is interrupted, choose the same file again. It goes on where it was.`}</p>
${templates(reader, profiles)}`,
  };
};
