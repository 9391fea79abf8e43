import type { ActDraft } from '../ledger/ledger.ts';
import type { Item, Key, Value, Write } from '../store/store.ts';
import type { Change } from './contract.ts';

/**
 * Amendments, by the time of their proposal.
 *
 *   trust-domain-amendments  {id}  AmendmentRow
 */
export type AmendmentRow = {
  readonly state: 'proposed' | 'approved' | 'rejected' | 'applied' | 'lapsed';
  /** SHA-256 of both files, hex. */
  readonly before: string;
  readonly after: string;
  /** Principal id, the person behind it, RFC 3339 UTC, id of the record. */
  readonly proposed: {
    readonly by: string;
    readonly person: string;
    readonly at: string;
    readonly record: string;
  };
  /** `lapses`: RFC 3339 UTC, as in the record. */
  readonly approved?: {
    readonly by: string;
    readonly at: string;
    readonly record: string;
    readonly lapses: string;
  };
  readonly rejected?: { readonly by: string; readonly at: string };
  readonly appliedAt?: string;
  /** How many changes there are, and the first of them in the form that records have. */
  readonly changed: number;
  readonly summary: readonly string[];
};

export const PK = 'trust-domain-amendments';

export const amendmentKey = (id: string): Key => ({ pk: PK, sk: id });

export const amendmentWrite = (
  id: string,
  previous: Item<AmendmentRow> | undefined,
  row: AmendmentRow,
): Write => ({
  put: amendmentKey(id),
  value: row,
  if: previous ? { version: previous.version } : 'absent',
});

/**
 * A record has at most 40,000 characters, so it lists only the first changes. It has the digests of both files, and the
 * files show the other changes.
 */
const MAX_SUMMARY_CHARACTERS = 30_000;

/** `changed retention.provision`: the path and the kind of the change. Values are left out: they may be people's names. */
export const summaryOf = (changes: readonly Change[]): readonly string[] => {
  let left = MAX_SUMMARY_CHARACTERS;
  const lines: string[] = [];
  for (const { change, path } of changes) {
    const line = `${change} ${path}`;
    left -= JSON.stringify(line).length + 1;
    if (left < 0) break;
    lines.push(line);
  }
  return lines;
};

/** The members of an amendment that every record about it has. */
type RecordedAmendment = Pick<AmendmentRow, 'before' | 'after' | 'changed' | 'summary'> & {
  readonly proposed: { readonly by: string };
  readonly approved?: { readonly by: string };
};

/**
 * `more` is the person behind the actor, or the ids of the records that the step rests on. `applying`: the approval is
 * used.
 */
export const draftOf = (
  step: AmendmentRow['state'] | 'applying',
  actor: string,
  amendment: string,
  { before, after, changed, summary, proposed, approved }: RecordedAmendment,
  more: Value,
): ActDraft => ({
  kind: 'trust-domain',
  actor,
  details: {
    step,
    amendment,
    before,
    after,
    proposedBy: proposed.by,
    ...(approved && { approvedBy: approved.by }),
    changed,
    changes: summary,
    ...more,
  },
});
