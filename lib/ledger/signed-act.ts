import type { ActKeyKind } from '../act-kinds.ts';
import type { Acts, VerifiedAct } from '../acts/acts.ts';
import { Fault } from '../fault.ts';
import type { Bucket, Value } from '../store/store.ts';
import { canonicalJson, digestHex } from './canonical.ts';
import type { ActDraft, LedgerRecord } from './contract.ts';
import { openPublishedLeaves } from './published-leaves.ts';

/*
 * A decision rests on acts, and an act on its signature. A row, a pointer or a leaf proves nothing: whoever can write to the
 * table can make rows, and rows become leaves.
 */

/** What the ledger asks of the keys of acts. */
export type ActSigning = Pick<Acts, 'sign' | 'verify'>;

/**
 * The kind of key that signs this act. Five kinds of record are written by several functions, so that a part of them has
 * another key: what the service itself makes of a request is signed by the function that issues, a file of requests is sent by the
 * function that takes submissions and examined by the one that takes examinations, a trust domain comes into
 * force by the ceremony, the consent to a ceremony is signed by the function of the first person, the key that an
 * invited person brings is recorded by the function that anybody may call, and a holder is enrolled by the function that takes
 * submissions.
 */
export const actKeyKindOf = ({ kind, details }: Pick<ActDraft, 'kind' | 'details'>): ActKeyKind => {
  if (kind === 'submission' && (details.act === 'failed' || details.act === 'lapsed')) return 'issuance';
  if (kind === 'batch')
    return details.act === 'sent' || details.act === 'cancelled' ? 'submission' : 'examination';
  if (kind === 'trust-domain' && CEREMONY_STEPS.has(details.step)) return 'ceremony';
  if (kind === 'ceremony' && details.step === 'consented') return 'consent';
  if (kind === 'enrolment' && details.act === 'key-brought') return 'invitation';
  if (kind === 'enrolment' && HOLDER_ACTS.has(details.act)) return 'holder';
  return kind;
};

/** The first act on a holder, and the acts by which further offices name the holder. */
const HOLDER_ACTS: ReadonlySet<unknown> = new Set(['holder-enrolled', 'holder-named']);

/** The steps of a trust domain that the ceremony takes. Operators take the others. */
const CEREMONY_STEPS: ReadonlySet<unknown> = new Set(['first', 'applying', 'applied']);

/** SHA-256, hex, of the canonical JSON that the signature covers: all members but `leaf` and `signature`. */
export const signedDigest = (record: LedgerRecord): string => {
  const known = digests.get(record);
  if (known !== undefined) return known;
  const { leaf: _leaf, signature: _signature, ...content } = record;
  const digest = digestHex(canonicalJson(content as unknown as Value));
  digests.set(record, digest);
  return digest;
};

/**
 * By the record itself: a row that is read again, and did not change, is the same object, and nobody changes a value that was
 * read. From its submission to its certificate, a request's records are read several times.
 */
const digests = new WeakMap<LedgerRecord, string>();

export const signed = async (
  acts: Pick<ActSigning, 'sign'>,
  record: Extract<LedgerRecord, ActDraft>,
): Promise<LedgerRecord> => ({
  ...record,
  signature: await acts.sign(actKeyKindOf(record), signedDigest(record)),
});

/** How the signature of an act stands; undefined where it is not good, and for a provision. */
export const verifiedAct = async (
  acts: Pick<ActSigning, 'verify'>,
  record: LedgerRecord,
): Promise<VerifiedAct | undefined> =>
  record.kind === 'provision' || typeof record.details !== 'object' || record.details === null
    ? undefined
    : acts.verify(actKeyKindOf(record), signedDigest(record), record.signature);

interface Proving {
  readonly acts: Pick<ActSigning, 'verify'>;
  readonly bucket: Pick<Bucket, 'get'>;
}

/** Whether a decision may rest on this record. */
export const isProven = async ({ acts, bucket }: Proving, record: LedgerRecord): Promise<boolean> => {
  const verified = await verifiedAct(acts, record);
  if (verified === undefined) return false;
  const { closedAt } = verified;
  return closedAt === undefined || (await openPublishedLeaves(bucket))(record, closedAt);
};

/**
 * The signature is over the id too. So a row with another act's record, under a key of its own, does not make that act count
 * twice. Fault: `act-not-proven`.
 */
export const assertProven = async (deps: Proving, id: string, record: LedgerRecord): Promise<void> => {
  if (record.id === id && (await isProven(deps, record))) return;
  throw new Fault(
    'act-not-proven',
    'The record of an act does not have the signature that it must have. Nothing is done that rests on it.',
    { id },
  );
};
