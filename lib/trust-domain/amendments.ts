import { Fault, phrase, wentThrough } from '../fault.ts';
import type { RecordDraft } from '../ledger/ledger.ts';
import type { Clock, Random } from '../ports.ts';
import type { Item, Table, Write } from '../store/store.ts';
import { amendmentIssues } from './amendable.ts';
import { type AmendmentRow, amendmentKey, amendmentWrite, draftOf, PK, summaryOf } from './amendment-rows.ts';
import { changesBetween } from './changes.ts';
import {
  type AmendmentState,
  type Amendments,
  type AmendmentView,
  type InForce,
  type InForceRow,
  MAX_CHANGES_SHOWN,
  type Step,
  type TrustDomain,
} from './contract.ts';
import type { Recorder } from './deps.ts';
import type { Issue } from './draft.ts';
import { digestOf, keepFile, readFile } from './files.ts';
import { readTrustDomain } from './read.ts';
import { readWithdrawn } from './withdrawn.ts';

const MAX_ISSUES = 20;
const MAX_PAGE = 100;

const invalid = (issues: readonly Issue[]): Fault => {
  const [{ path, message }, ...more] = issues as readonly [Issue, ...Issue[]];
  const at = path || phrase`its top`;
  return new Fault(
    'amendment-invalid',
    more.length === 0
      ? phrase`The trust domain cannot be changed to this file; at ${at}: ${message}`
      : phrase`The trust domain cannot be changed to this file; at ${at}: ${message} (and ${more.length} more)`,
    { issues: issues.slice(0, MAX_ISSUES) },
  );
};

const pending = ({ amendment, digest }: NonNullable<InForceRow['approved']>): Fault =>
  new Fault(
    'amendment-pending',
    'An approved amendment waits to be applied; start the service with its file, or reject it, before the next one.',
    { amendment, digest },
  );

const closed = (state: AmendmentState): Fault =>
  new Fault('amendment-closed', phrase`The amendment is ${state}; propose the file again to go on with it.`, {
    state,
  });

const read = (text: string): TrustDomain => {
  try {
    return readTrustDomain(text);
  } catch (error) {
    if (!Fault.is(error, 'trust-domain-invalid')) throw error;
    throw invalid(error.facts.issues as readonly Issue[]);
  }
};

type ShownAmendment = Omit<AmendmentRow, 'proposed' | 'approved'> & {
  readonly proposed: Step;
  readonly approved?: Step;
};

/** The view of a row. `inForce` is the digest of the file in force; it decides whether the amendment is superseded. */
const viewOf = (id: string, row: ShownAmendment, inForce: string | undefined): AmendmentView => {
  const { state, before, after, proposed, approved, rejected, appliedAt, changed } = row;
  const stale = (state === 'proposed' || state === 'approved') && before !== inForce;
  const step = ({ by, at }: Step): Step => ({ by, at });
  return {
    id,
    state: stale ? 'superseded' : state,
    before,
    after,
    proposed: step(proposed),
    ...(approved && { approved: step(approved) }),
    ...(rejected && { rejected: step(rejected) }),
    ...(appliedAt !== undefined && { appliedAt }),
    changed,
  };
};

/** Ids sort by the time of the proposal: 48 bits of milliseconds and 32 of chance, in hex. */
const newId = (clock: Clock, random: Random): string => {
  const bytes = Buffer.concat([Buffer.alloc(6), random(4)]);
  bytes.writeUIntBE(clock(), 0, 6);
  return bytes.toString('hex');
};

export const openAmendments = (deps: {
  readonly table: Table;
  readonly trustDomain: TrustDomain;
  readonly trustDomainText: string;
  readonly inForce: InForce;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
}): Amendments => {
  const { table, recorder, clock, random } = deps;

  const now = (): string => `${new Date(clock()).toISOString().slice(0, 19)}Z`;

  const standing = async (): Promise<Item<InForceRow>> => {
    const row = await deps.inForce.read();
    if (row?.value.done) return row;
    throw new Fault('authority-not-ready', 'The ceremony of the trust domain is not at its end.');
  };

  const readRow = async (id: string): Promise<Item<AmendmentRow>> => {
    const row = await table.get<AmendmentRow>(amendmentKey(id));
    if (row) return row;
    throw new Fault('unknown-amendment', 'There is no amendment of that id.');
  };

  /** Stores a step and its record. The rows may name the record by its id. False where the rows changed in between. */
  const step = async (
    draft: RecordDraft,
    writesOf: (record: string) => readonly Write[],
  ): Promise<boolean> => {
    const { record, writes } = await recorder.prepare(draft);
    return wentThrough(table.write([...writesOf(record.id), ...writes]));
  };

  const propose: Amendments['propose'] = async (actor, text) => {
    const { trustDomainText: current, trustDomain } = deps;
    const before = digestOf(current);
    const after = digestOf(text);
    const proposal = read(text);
    const force = await standing();
    const { value } = force;
    if (value.approved) throw pending(value.approved);
    if (value.digest !== before) {
      throw new Fault('try-later', 'This process has not taken up the trust domain in force yet.');
    }
    if (after === before) throw invalid([{ path: '', message: phrase`It is the file in force.` }]);
    const issues = amendmentIssues(trustDomain, proposal, await readWithdrawn(table));
    if (issues.length > 0) throw invalid(issues);

    const changes = changesBetween(current, text);
    const id = newId(clock, random);
    const { person } = actor;
    const proposed = { by: actor.id, person, at: now() };
    const asked = { before, after, proposed, changed: changes.length, summary: summaryOf(changes) };
    const rowOf = (record: string): AmendmentRow => ({
      state: 'proposed',
      ...asked,
      proposed: { ...proposed, record },
    });
    // The files are written first, so that no row names a file that is not there.
    await keepFile(table, current);
    await keepFile(table, text);
    const draft = draftOf('proposed', actor.id, id, asked, { person });
    const written = await step(draft, (record) => [
      amendmentWrite(id, undefined, rowOf(record)),
      deps.inForce.checkWrite(force),
    ]);
    if (!written) throw new Fault('condition-failed', 'The trust domain changed meanwhile; propose again.');
    return viewOf(id, { state: 'proposed', ...asked }, before);
  };

  const approve: Amendments['approve'] = async (actor, id) => {
    for (;;) {
      const item = await readRow(id);
      const { value } = item;
      const force = await standing();
      const { state } = viewOf(id, value, force.value.digest);
      if (state !== 'proposed') throw closed(state);
      if (value.proposed.person === actor.person) {
        throw new Fault(
          'same-person',
          'The person who proposed an amendment does not approve it; have another operator do it.',
        );
      }
      if (force.value.approved) throw pending(force.value.approved);
      const approved = { by: actor.id, at: now() };
      const next: InForceRow = { ...force.value, approved: { amendment: id, digest: value.after } };
      const { person } = actor;
      const draft = draftOf('approved', actor.id, id, { ...value, approved }, { person });
      const written = await step(draft, (record) => [
        deps.inForce.putWrite(force, next),
        amendmentWrite(id, item, { ...value, state: 'approved', approved: { ...approved, record } }),
      ]);
      if (written) return viewOf(id, { ...value, state: 'approved', approved }, force.value.digest);
    }
  };

  const reject: Amendments['reject'] = async (actor, id) => {
    for (;;) {
      const item = await readRow(id);
      const { value } = item;
      const force = await standing();
      const { state } = viewOf(id, value, force.value.digest);
      if (state !== 'proposed' && state !== 'approved') throw closed(state);
      const row: AmendmentRow = { ...value, state: 'rejected', rejected: { by: actor.id, at: now() } };
      const { approved: _, ...rest } = force.value;
      const writes: readonly Write[] = [
        amendmentWrite(id, item, row),
        ...(state === 'approved' ? [deps.inForce.putWrite(force, rest)] : []),
      ];
      const draft = draftOf('rejected', actor.id, id, row, { person: actor.person });
      if (await step(draft, () => writes)) return viewOf(id, row, force.value.digest);
    }
  };

  return {
    propose,
    approve,
    reject,

    get: async (id) => {
      const { value } = await readRow(id);
      const [before, after] = [await readFile(table, value.before), await readFile(table, value.after)];
      return {
        ...viewOf(id, value, (await deps.inForce.read())?.value.digest),
        changes: changesBetween(before, after).slice(0, MAX_CHANGES_SHOWN),
      };
    },

    list: async ({ limit, cursor }) => {
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
        throw new Fault('invalid-input', phrase`A page has 1 to ${MAX_PAGE} amendments.`, { path: 'limit' });
      }
      const page = await table.query<AmendmentRow>({
        pk: PK,
        descending: true,
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      const digest = (await deps.inForce.read())?.value.digest;
      return {
        amendments: page.items.map(({ sk, value }) => viewOf(sk, value, digest)),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },
  };
};
