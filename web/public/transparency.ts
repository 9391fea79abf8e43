import { html } from 'hono/html';
import { facts, type Html, time, type View } from '../document.ts';
import type { Reader } from '../reader.ts';

export interface LogView {
  /** The signed note as it is served. */
  readonly note: string;
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  readonly witnesses: readonly { readonly name: string; readonly at?: string }[];
  /** The verifier key (C2SP signed-note). */
  readonly key: string;
  /** Of the service, for commands. */
  readonly address: string;
}

/** What has other characters is not put into a command: a shell might read them as its own. */
const inCommand = (text: string, otherwise: string): string =>
  /^[A-Za-z0-9:/.[\]_~%+=-]+$/.test(text) ? text : otherwise;

/** The signature by openssl alone: the note's text, the signature behind its four bytes of key id, and the key as DER. */
const bySsl = ({
  address,
  origin,
  key,
}: LogView): string => `curl -s ${inCommand(address, 'ADDRESS')}/log/checkpoint > checkpoint
echo '${inCommand(key, 'KEY')}' > log.vkey
sed '/^$/,$d' checkpoint > text
grep -F ' ${inCommand(origin, 'ORIGIN')} ' checkpoint | cut -d' ' -f3 | base64 -d | tail -c +5 > signature
{ printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; cut -d+ -f3- log.vkey | base64 -d | tail -c +2; } > key.der
openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key.der -sigfile signature -in text`;

const code = (text: string): Html => html`<pre tabindex="0"><code>${text}</code></pre>`;

const witnessList = (reader: Reader, witnesses: LogView['witnesses']): Html =>
  html`<ul class="plain">${witnesses.map(
    ({ name, at }) =>
      html`<li><span class="id">${name}</span>${at !== undefined && html` · ${time(reader, at)}`}</li>`,
  )}</ul>`;

export const transparencyView = (reader: Reader, log: LogView): View => {
  const { t } = reader;
  const { note, origin, size, root, witnesses, key } = log;
  return {
    title: t`The public log`,
    main: html`<p>${t`Each answer, each issuance and each revocation leaves an entry in this log. The log only grows. Whoever has seen a state of it can show later if somebody has changed or removed an entry.`}</p>
<p>${t`An entry says when something was recorded and of which kind it is. It says nothing about persons.`}</p>
<h2>${t`The key of the log`}</h2>
<p>${t`Keep this key, on paper or in a file, and compare it with the one that your office or an auditor has. The log is checked with it, and a false log would come with a false key.`}</p>
<p class="fingerprint digest">${key}</p>
<h2>${t`The newest state`}</h2>
${facts([
  [t`Name of the log (origin)`, html`<span class="id">${origin}</span>`],
  [t`Entries in the log`, String(size)],
  [t`Root hash (SHA-256)`, html`<span class="digest">${root}</span>`],
  [
    t`Witnesses`,
    witnesses.length === 0
      ? t`None has signed; the log's own key alone vouches for this state.`
      : witnessList(reader, witnesses),
  ],
])}
<p><a href="/log/checkpoint">${t`The checkpoint as a file`}</a></p>
${code(note)}
<h2>${t`How to check it`}</h2>
<h3>${t`The signature of the newest state, with curl and OpenSSL`}</h3>
${code(bySsl(log))}
<h3>${t`The proof of one record`}</h3>
<p>${t`Who got an answer can have its record proven: an office or an auditor gives you the proof file. It is checked without this service:`}</p>
${code('npx akashi audit check RECORD.tlog-proof --key log.vkey')}
<h3>${t`The whole log`}</h3>
<p>${t`Anybody may copy the log (/log/checkpoint and /log/tile/…) and verify the copy:`}</p>
${code('npx akashi audit verify ./copy-of-log --key log.vkey')}
<p>${t`The log has the formats of C2SP (tlog-tiles, tlog-checkpoint, tlog-proof), so other programs read it as well, such as those made with golang.org/x/mod/sumdb.`}</p>`,
  };
};
