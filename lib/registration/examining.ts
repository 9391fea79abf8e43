import { Fault } from '../fault.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Item } from '../store/store.ts';
import type { Changes } from './changes.ts';
import { type Command, decide, type Request, roundOf, wrongState } from './decide.ts';
import type { ActRecord, KeptRecord, RegistrationDeps } from './deps.ts';
import { type Ends, withReason } from './ends.ts';
import type { Finishing } from './finishing.ts';
import { examinationRecord, submissionRecord } from './records.ts';
import type { RequestRow } from './rows.ts';

type Examine = Extract<Command, { command: 'examine' }>;
type Withdraw = Extract<Command, { command: 'withdraw' }>;

/** A round follows only a lapse, so a command meets few ends on its way. */
const MAX_ROUNDS = 8;

/** What persons do to a request that was submitted. */
export interface Examining {
  /** Resolves with the request, issued where that succeeds at once. Faults: those of `Registration.examine`. */
  approve(id: string, command: Examine): Promise<Request>;
  /** Rejects or withdraws. Fault: `wrong-state` where the request had ended in another way. */
  close(id: string, command: Examine | Withdraw): Promise<Request>;
}

export const openExamining = (
  { ledger, issuing }: Pick<RegistrationDeps, 'ledger' | 'issuing'>,
  { read, change }: Changes,
  ends: Ends,
  finishing: Finishing,
): Examining => {
  /** The request, if the rules allow the command. */
  const readFor = async (id: string, command: Command): Promise<[Item<RequestRow>, Request]> => {
    const before = await read(id);
    // Throws where there is no request.
    const next = decide(before?.value, command);
    return [before as Item<RequestRow>, next];
  };

  /**
   * The certificate that this examination is about: what would be issued now. It must have the subject that was submitted,
   * and at the centre it must be the one that the office examined. Faults: `unknown-profile`, `approval-not-recorded`.
   */
  const examinedNow = async (id: string, row: RequestRow): Promise<string> => {
    const { profile, office, fields, subjectDigest, salt } = row;
    const subjectPublicKeyInfo = Buffer.from(row.subjectPublicKeyInfo, 'base64');
    const digest = await issuing.certificateDigest(
      { profile, office, fields, subjectDigest, subjectPublicKeyInfo },
      salt,
    );
    if (row.state === 'submitted') return digest;
    const atOffice = await readRecordedAct(ledger, row.records[1], {
      kind: 'examination',
      office,
      details: { request: id, stage: 'office', decision: 'approve', round: roundOf(row) },
    });
    if (atOffice === undefined) {
      throw new Fault(
        'approval-not-recorded',
        'The ledger lacks the approval of the office; reject the request, and have it submitted again.',
        { request: id },
      );
    }
    if (atOffice.details.certificateDigest === digest) return digest;
    throw new Fault(
      'unknown-profile',
      'The certificate would not be the one that the office examined; reject the request, and have it submitted again.',
      { profile },
    );
  };

  return {
    approve: async (id, command) => {
      for (let attempt = 0; attempt < MAX_ROUNDS; attempt++) {
        const [before] = await readFor(id, command);
        const row = before.value;
        const opening = await ends.openingOf(id, row);
        const end = await ends.find(opening, await ends.closesOf(opening, row));
        if (end) {
          const { state } = (await finishing.takeUp(id, end, before)).value;
          if (end.ending.state === 'lapsed') continue;
          throw wrongState(state, row.state);
        }
        const certificateDigest = await examinedNow(id, row);
        const examined = await change(id, command, { before, certificateDigest });
        if (examined.value.state !== 'approved') return examined.value;
        const settled = await finishing.tryToFinish(id, examined);
        if (settled && settled.state !== 'issued' && settled.state !== 'failed') {
          throw wrongState(settled.state, 'approved');
        }
        return settled ?? examined.value;
      }
      throw busy();
    },

    close: async (id, command) => {
      for (let attempt = 0; attempt < MAX_ROUNDS; attempt++) {
        const [before, next] = await readFor(id, command);
        const opening = await ends.openingOf(id, before.value);
        const draft = draftOf(id, before.value, command, next);
        const end = await ends.conclude(opening, draft, await ends.closesOf(opening, before.value));
        // A caller whose first attempt got no answer finds that it was carried out.
        const isAsAsked = end.isOurs || isSameAct(end.record, draft);
        const item = await finishing.takeUp(id, isAsAsked ? withReason(end, command.reason) : end, before);
        if (isAsAsked) return item.value;
        if (end.ending.state !== 'lapsed') throw wrongState(item.value.state, before.value.state);
      }
      throw busy();
    },
  };
};

const draftOf = (id: string, row: RequestRow, command: Examine | Withdraw, next: Request): ActRecord => {
  if (command.command === 'withdraw') return submissionRecord(id, row, command.actor, 'withdrawn');
  const stage = next.examinations.at(-1)?.stage ?? 'office';
  return examinationRecord(id, row, command.actor, { stage, decision: command.decision });
};

const isSameAct = (found: KeptRecord, draft: ActRecord): boolean =>
  found.kind === draft.kind &&
  found.actor === draft.actor &&
  (['act', 'stage', 'decision'] as const).every((name) => found.details?.[name] === draft.details[name]);

const busy = (): Fault => new Fault('store-unavailable', 'The request kept changing; try again.');
