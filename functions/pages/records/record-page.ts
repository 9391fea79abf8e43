import { hash } from 'node:crypto';
import { html } from 'hono/html';
import { Fault } from '../../../lib/fault.ts';
import { canonicalJson, entryOf, type LedgerRecord } from '../../../lib/ledger/ledger.ts';
import { leafHash, parseCheckpoint, parseNote, TILE_WIDTH, tilePath } from '../../../lib/tlog/tlog.ts';
import { recordMain } from '../../../web/console/record.ts';
import { exactTime } from '../../../web/console/record-details.ts';
import { type Provable, proofMain } from '../../../web/console/record-proof.ts';
import { KIND_TEXTS } from '../../../web/console/record-words.ts';
import { facts, type View } from '../../../web/document.ts';
import type { Reader } from '../../../web/reader.ts';
import { PROBLEMS } from '../../http/problems.ts';
import { route as getLogCheckpoint } from '../../routes/public/get-log-checkpoint.ts';
import { route as getLogKey } from '../../routes/public/get-log-key.ts';
import { route as getRecord } from '../../routes/records/get-record.ts';
import { route as getRecordProof } from '../../routes/records/get-record-proof.ts';
import { asFile } from '../answer.ts';
import { ownPage } from '../page.ts';
import { authoritiesFor } from '../public/authorities.ts';
import type { OwnVisit } from '../visit.ts';

/** A public answer as text; undefined while the log cannot be read. The page goes without it. */
const publicText = async (
  visit: OwnVisit,
  route: typeof getLogKey | typeof getLogCheckpoint,
): Promise<string | undefined> => {
  try {
    return Buffer.from((await visit.perform(route)).body)
      .toString('utf8')
      .trimEnd();
  } catch (error) {
    if (Fault.is(error, 'try-later')) return undefined;
    throw error;
  }
};

const CA_PATH = '/ca/';

/** Where the public log is: beside the certificates of the CAs. */
const logAddress = async (visit: OwnVisit): Promise<string | undefined> => {
  const [first] = await authoritiesFor(visit);
  const { certificate } = first?.urls ?? {};
  return certificate && `${certificate.slice(0, certificate.lastIndexOf(CA_PATH))}/log`;
};

/** The newest bundle is not full, and has its width in its name. */
const bundleOf = (leaf: number, checkpoint: string): string | undefined => {
  const { size } = parseCheckpoint(parseNote(`${checkpoint}\n`).text);
  const index = Math.floor(leaf / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
  return leaf < size ? tilePath({ level: 'entries', index, width }) : undefined;
};

const provableOf = async (visit: OwnVisit, record: LedgerRecord): Promise<Provable> => {
  const { leaf, ...content } = record;
  const canonical = canonicalJson(content as unknown as Parameters<typeof canonicalJson>[0]);
  const proof = {
    record,
    canonical,
    digest: hash('sha256', canonical),
    leafHash: Buffer.from(leafHash(entryOf(record, canonical))).toString('hex'),
  };
  if (leaf === undefined) return proof;
  const [verifierKey, checkpoint, log] = await Promise.all([
    publicText(visit, getLogKey),
    publicText(visit, getLogCheckpoint),
    logAddress(visit),
  ]);
  const bundle = checkpoint && bundleOf(leaf, checkpoint);
  return {
    ...proof,
    ...(verifierKey !== undefined && { verifierKey }),
    ...(bundle && log && { entries: `${log}/${bundle}` }),
  };
};

/** A record that was deleted when its time was over: its leaf is kept. */
const expiredView = (reader: Reader, fault: Fault): View => {
  const { t, say } = reader;
  const { id, kind, leaf, deletedAt } = fault.facts as {
    readonly id: string;
    readonly kind: keyof typeof KIND_TEXTS;
    readonly leaf: number;
    readonly deletedAt: string;
  };
  return {
    title: t`This record was deleted`,
    status: PROBLEMS[fault.code].status,
    main: html`<p>${say(fault.phrase)}</p>
${facts([
  [t`Record`, html`<span class="id">${id}</span>`],
  [t`Kind of record`, say(KIND_TEXTS[kind])],
  [t`Deleted at`, exactTime(reader, deletedAt)],
  [t`Number of the leaf`, String(leaf)],
])}
<p>${t`Somebody who kept the record, or its proof file, can still prove it by this leaf.`}</p>`,
  };
};

export const recordPage = ownPage(
  { id: 'recordPage', path: '/console/records/{id}', summary: 'A record' },
  ['auditor'],
  async (visit): Promise<View> => {
    const { reader, params } = visit;
    try {
      const record = await visit.ask<LedgerRecord>(getRecord, { params: { id: params.id ?? '' } });
      return {
        title: reader.say(KIND_TEXTS[record.kind]),
        main: html`${recordMain(reader, record)}${proofMain(reader, await provableOf(visit, record))}`,
      };
    } catch (error) {
      if (Fault.is(error, 'record-expired')) return expiredView(reader, error);
      throw error;
    }
  },
);

export const recordProofPage = ownPage(
  { id: 'recordProofPage', path: '/console/records/{id}/proof', summary: 'The proof file of a record' },
  ['auditor'],
  async (visit) => {
    const { id = '' } = visit.params;
    return asFile(await visit.perform(getRecordProof, { params: { id } }), `${id}.tlog-proof`);
  },
);
