import { html } from 'hono/html';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { facts, type Html } from '../document.ts';
import type { Reader } from '../reader.ts';
import { recordAddress } from './record-list.ts';

/* How a record is proven: its leaf, its proof file, and the commands that check it. */

export interface Provable {
  readonly record: LedgerRecord;
  /** RFC 8785, without the index of the leaf. */
  readonly canonical: string;
  /** SHA-256 of the canonical JSON, hex. */
  readonly digest: string;
  /** RFC 6962's, hex. */
  readonly leafHash: string;
  /** Of the log. Absent while it cannot be read. */
  readonly verifierKey?: string;
  /** The file of the public log that has the record's entry. Absent while no published checkpoint covers it. */
  readonly entries?: string;
}

const command = (text: string): Html => html`<pre class="wrap"><code>${text}</code></pre>`;

const checks = ({ t }: Reader, { record, digest, entries, verifierKey }: Provable): Html => {
  const file = `${record.id}.tlog-proof`;
  return html`<h3>${t`Check it by the akashi command`}</h3>
<p>${t`It needs no service and no network. log.vkey is the verifier key of the log that was handed over to you.`}</p>
${command(`npx akashi audit check ${file} --key log.vkey`)}
${
  verifierKey &&
  html`<p>${t`The service says that its verifier key is this one. Compare it with yours, and do not replace yours by it:`}</p>${command(verifierKey)}`
}
<h3>${t`Check it by other tools`}</h3>
<p>${t`The proof file has the canonical JSON of the record. This prints its SHA-256, which is the one above:`}</p>
${command(`sed -n 's/^extra //p' ${file} | base64 -d | sha256sum`)}
${
  entries &&
  html`<p>${t`The public log has an entry with the id of the record and that SHA-256. This prints 1 if it is there:`}</p>
${command(`curl -s ${entries} | od -An -v -tx1 | tr -d ' \\n' | grep -c ${record.id}${digest}`)}`
}
<p>${t`test/ledger/outside/main.go verifies proof files and the whole log by golang.org/x/mod/sumdb, without any code of this service; docs/ledger.md says how the files are made.`}</p>`;
};

/** A record waits some seconds for its leaf. */
const leafOf = (reader: Reader, provable: Provable): Html => {
  const { t } = reader;
  const { record, digest, leafHash } = provable;
  const address = recordAddress(record.id);
  const values = [
    [t`SHA-256 of the record`, html`<span class="digest">${digest}</span>`],
    [t`Hash of the leaf`, html`<span class="digest">${leafHash}</span>`],
  ] as const;
  if (record.leaf === undefined)
    return html`<p>${t`The log does not have this record yet: it gets its leaf within seconds.`} <a href="${address}">${t`Load this record again`}</a></p>${facts(values)}`;
  return html`${facts([[t`Number of the leaf`, String(record.leaf)], ...values])}
<p><a class="button" href="${address}/proof">${t`Download the proof file of this record`}</a></p>
<p>${t`The proof file is a tlog-proof (C2SP): the record, its path to the root of the log, and the signed checkpoint. It says what the record says, so keep it as carefully. Downloading it is itself recorded.`}</p>
${checks(reader, provable)}`;
};

export const proofMain = (reader: Reader, provable: Provable): Html => {
  const { t } = reader;
  return html`<h2>${t`Proof by the log`}</h2>
${leafOf(reader, provable)}
<h2>${t`The record as it is (canonical JSON)`}</h2>
<pre class="wrap"><code>${provable.canonical}</code></pre>`;
};
