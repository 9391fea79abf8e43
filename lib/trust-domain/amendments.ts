import { Fault, phrase, wentThrough } from '../fault.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { Clock, Random } from '../ports.ts';
import type { Item, Table, Write } from '../store/store.ts';
import {
  type Agreement,
  type End,
  endIfAny,
  endOf,
  notRecorded,
  readAgreement,
  readEnd,
  readProposal,
} from './agreement.ts';
import { amendmentIssues } from './amendable.ts';
import { invalidAmendment } from './amendment-invalid.ts';
import { type AmendmentRow, amendmentKey, amendmentWrite, draftOf, summaryOf } from './amendment-rows.ts';
import { openAmendmentViews, unknownAmendment, viewOf } from './amendment-views.ts';
import { changesBetween } from './changes.ts';
import type {
  AmendmentState,
  Amendments,
  InForce,
  InForceRow,
  States,
  TrustDomain,
  TrustDomainState,
} from './contract.ts';
import type { Recorder } from './deps.ts';
import type { Issue } from './draft.ts';
import { enrolledIssues, type IsEnrolled, type Members } from './enrolled-ids.ts';
import { digestOf, keepFile, readFile } from './files.ts';
import { addPeriod } from './period.ts';
import { readTrustDomain } from './read.ts';
import { type CompromiseOf, stopIssues } from './stopping.ts';
import { readWithdrawn } from './withdrawn.ts';

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
    throw invalidAmendment(error.facts.issues as readonly Issue[]);
  }
};

/** Ids sort by the time of the proposal: 48 bits of milliseconds and 32 of chance, in hex. */
const newId = (clock: Clock, random: Random): string => {
  const bytes = Buffer.concat([Buffer.alloc(6), random(4)]);
  bytes.writeUIntBE(clock(), 0, 6);
  return bytes.toString('hex');
};

/** RFC 3339 UTC, whole seconds. */

/** The file in force, and the row beside it. */
interface Standing {
  readonly state: TrustDomainState;
  readonly row: Item<InForceRow>;
}

/** An amendment that two operators agreed on, and that waits to be applied. */
interface Waiting {
  readonly approved: NonNullable<InForceRow['approved']>;
  readonly item: Item<AmendmentRow>;
  readonly agreement: Agreement;
}

export const openAmendments = (deps: {
  readonly table: Table;
  readonly trustDomain: TrustDomain;
  readonly trustDomainText: string;
  readonly inForce: InForce;
  readonly states: States;
  readonly recorder: Recorder;
  readonly compromiseOf: CompromiseOf;
  readonly isEnrolled: IsEnrolled;
  readonly clock: Clock;
  readonly random: Random;
}): Amendments => {
  const { table, recorder, clock, random } = deps;

  const now = (): string => rfc3339(new Date(clock()));

  const standing = async (): Promise<Standing> => {
    const [state, row] = [await deps.states.newest(), await deps.inForce.read()];
    if (state && row?.value.done && row.value.record === state.record) return { state, row };
    throw new Fault('authority-not-ready', 'The ceremony of the trust domain is not at its end.');
  };

  const readRow = async (id: string): Promise<Item<AmendmentRow>> => {
    const row = await table.get<AmendmentRow>(amendmentKey(id));
    if (row) return row;
    throw unknownAmendment();
  };

  /** The amendment that the row says is approved, where two operators did agree on it. */
  const waiting = async ({ state, row }: Standing): Promise<Waiting | undefined> => {
    const { approved } = row.value;
    if (!approved) return undefined;
    const item = await table.get<AmendmentRow>(amendmentKey(approved.amendment));
    const files = { before: state.digest, after: approved.digest };
    const agreement = item && (await readAgreement(recorder, approved.amendment, item.value, files));
    return agreement && { approved, item, agreement };
  };

  /**
   * An approved amendment that was refused, or that nobody applied in time, makes place for the next one. An approval is
   * applied or lapses, so the lapse is an end. Fault: `amendment-pending` where its time has not passed, or it is being
   * applied.
   */
  const makePlace = async (force: Standing): Promise<Standing> => {
    const found = await waiting(force);
    if (!found) return force;
    const { approved, item, agreement } = found;
    const { amendment } = approved;
    const proposal = agreement.proposal.id;
    const before = await endIfAny(recorder, proposal);
    if (!before && clock() < agreement.lapses) throw pending(approved);
    const draft = draftOf('lapsed', 'service', amendment, item.value, {});
    const end = before ?? readEnd(await recorder.conclude(draft, endOf(proposal)));
    if (end.step === 'applying') throw pending(approved);
    await follow(amendment, proposal);
    return standing();
  };

  /** The amendment's row as its end has it. */
  const endedRow = ({ value }: Item<AmendmentRow>, { step, by, at }: End): AmendmentRow =>
    step === 'applying'
      ? value
      : { ...value, state: step, ...(step === 'rejected' && { rejected: { by, at } }) };

  /** The object of the end is there, and the rows follow it, whatever they say. */
  const follow = async (id: string, proposal: string): Promise<void> => {
    for (;;) {
      const [item, force, end] = [
        await readRow(id),
        await deps.inForce.read(),
        await endIfAny(recorder, proposal),
      ];
      if (!end || end.step === 'applying') return;
      const { approved, ...rest } = force?.value ?? {};
      const clears = force && approved?.amendment === id;
      const writes: readonly Write[] = [
        ...(item.value.state === end.step ? [] : [amendmentWrite(id, item, endedRow(item, end))]),
        ...(clears ? [deps.inForce.putWrite(force, rest as InForceRow)] : []),
        ...end.writes,
      ];
      if (writes.length === 0 || (await wentThrough(table.write(writes)))) return;
    }
  };

  const propose: Amendments['propose'] = async (actor, text) => {
    const { trustDomainText: current, trustDomain } = deps;
    const before = digestOf(current);
    const after = digestOf(text);
    const proposal = read(text);
    const force = await makePlace(await standing());
    const { state } = force;
    if (state.digest !== before) {
      throw new Fault('try-later', 'This process has not taken up the trust domain in force yet.');
    }
    if (after === before) throw invalidAmendment([{ path: '', message: phrase`It is the file in force.` }]);
    const withdrawn = await readWithdrawn(table, state.withdrawn);
    const issues = [
      ...amendmentIssues(trustDomain, proposal, withdrawn),
      ...(await enrolledIssues(deps.isEnrolled, trustDomain, proposal)),
      ...(await stopIssues(deps, proposal)),
    ];
    if (issues.length > 0) throw invalidAmendment(issues);

    const changes = changesBetween(current, text);
    const id = newId(clock, random);
    const { person } = actor;
    const proposed = { by: actor.id, person, at: now() };
    const asked = { before, after, proposed, changed: changes.length, summary: summaryOf(changes) };
    // The files are written first, so that no row names a file that is not there.
    await keepFile(table, current);
    await keepFile(table, text);
    const { record, writes } = await recorder.prepare(draftOf('proposed', actor.id, id, asked, { person }));
    const row: AmendmentRow = {
      state: 'proposed',
      ...asked,
      proposed: { ...proposed, record: record.id },
    };
    const stored = await wentThrough(
      table.write([amendmentWrite(id, undefined, row), deps.inForce.checkWrite(force.row), ...writes]),
    );
    if (!stored) throw new Fault('condition-failed', 'The trust domain changed meanwhile; propose again.');
    return viewOf(id, { state: 'proposed', ...asked }, { inForce: before, now: clock() });
  };

  /** The row, and the act of the proposal. Where the proposal is at its end, the rows follow first. Faults as `approve`. */
  const open = async (id: string) => {
    const item = await readRow(id);
    const force = await standing();
    const { value } = item;
    const moment = { inForce: force.state.digest, now: clock() };
    const proposal = await readProposal(recorder, id, value);
    const end = proposal && (await endIfAny(recorder, proposal.id));
    if (end) await follow(id, proposal.id);
    const { state } = viewOf(id, value, moment);
    if (!end && state !== 'proposed' && state !== 'approved') throw closed(state);
    if (!proposal) throw notRecorded({ amendment: id });
    return { item, force, value, proposal, moment, state, end };
  };

  /** Fault: `amendment-invalid` where the file adds an id that was enrolled. */
  const assertFreeIds = async ({ before, after }: AmendmentRow): Promise<void> => {
    // Both files were checked when they were proposed.
    const members = async (digest: string): Promise<Members> => JSON.parse(await readFile(table, digest));
    const issues = await enrolledIssues(deps.isEnrolled, await members(before), await members(after));
    if (issues.length > 0) throw invalidAmendment(issues);
  };

  const closedBy = ({ step }: End): Fault => closed(step === 'applying' ? 'applied' : step);

  const approve: Amendments['approve'] = async (actor, id) => {
    for (;;) {
      const { item, force, value, proposal, moment, state, end } = await open(id);
      if (end) throw closedBy(end);
      if (state !== 'proposed') throw closed(state);
      if (proposal.details.person === actor.person) {
        throw new Fault(
          'same-person',
          'The person who proposed an amendment does not approve it; have another operator do it.',
        );
      }
      // Somebody may have been enrolled since it was proposed.
      await assertFreeIds(value);
      const { row } = await makePlace(force);
      const lapses = rfc3339(addPeriod(new Date(clock()), deps.trustDomain.acts.lapse.amendment));
      const approved = { by: actor.id, at: now(), lapses };
      const next: InForceRow = { ...row.value, approved: { amendment: id, digest: value.after } };
      const more = { person: actor.person, lapses, proposal: proposal.id };
      const draft = draftOf('approved', actor.id, id, { ...value, approved }, more);
      const { record, writes } = await recorder.prepare(draft);
      const agreed: AmendmentRow = {
        ...value,
        state: 'approved',
        approved: { ...approved, record: record.id },
      };
      const stored = await wentThrough(
        table.write([deps.inForce.putWrite(row, next), amendmentWrite(id, item, agreed), ...writes]),
      );
      if (stored) return viewOf(id, agreed, moment);
    }
  };

  const reject: Amendments['reject'] = async (actor, id) => {
    const { value, proposal, moment, end: before } = await open(id);
    const draft = draftOf('rejected', actor.id, id, value, { person: actor.person });
    const end = before ?? readEnd(await recorder.conclude(draft, endOf(proposal.id)));
    await follow(id, proposal.id);
    // Where the answer to this operator's first call was lost, the second call finds what it asked for.
    const isOwn = end.isOurs || (end.by === actor.id && value.state !== 'rejected');
    if (end.step !== 'rejected' || !isOwn) throw closedBy(end);
    return viewOf(id, { ...value, state: 'rejected', rejected: { by: end.by, at: end.at } }, moment);
  };

  return { propose, approve, reject, ...openAmendmentViews(deps) };
};
