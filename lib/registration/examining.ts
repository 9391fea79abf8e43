import { Fault } from '../fault.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Item } from '../store/store.ts';
import type { Changes } from './changes.ts';
import type { ExaminationStage } from './contract.ts';
import { type Command, decide, type Examine, type Request, roundOf } from './decide.ts';
import type { ActRecord, Issuing, KeptRecord, RegistrationDeps } from './deps.ts';
import { type Ends, withReason } from './ends.ts';
import { isOfficeApproved, wrongState } from './examination-steps.ts';
import type { Finishing } from './finishing.ts';
import { examinationRecord, submissionRecord } from './records.ts';
import type { RequestDataStore } from './request-data.ts';
import type { RequestRow } from './rows.ts';

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
  { read, change, handBack }: Changes,
  ends: Ends,
  finishing: Finishing,
  data: Pick<RequestDataStore, 'read'>,
): Examining => {
  /** The request, if the rules allow the command. */
  const readFor = async (
    id: string,
    command: Examine | Withdraw,
  ): Promise<readonly [Item<RequestRow>, Request]> => {
    const before = await read(id);
    const most =
      command.command === 'examine' ? { ...command, officeApproval: mayBeAsked(command) } : command;
    // Throws where there is no request.
    const next = decide(before?.value, most);
    return [before as Item<RequestRow>, next];
  };

  const toExamine = async (id: string, row: RequestRow) => {
    const { profile, office } = row;
    const { fields, subjectDigest, salt, ...about } = await data.read(id, row);
    const subjectPublicKeyInfo = Buffer.from(about.subjectPublicKeyInfo, 'base64');
    return issuing.toExamine({ profile, office, fields, subjectDigest, subjectPublicKeyInfo }, salt);
  };

  /**
   * What this examination is about: the certificate that would be issued now. It must have the subject that was submitted,
   * and it must be the one that was examined before. Faults: `unknown-profile`, `approval-not-recorded`.
   */
  const examinedNow = async (id: string, row: RequestRow): ReturnType<Issuing['toExamine']> => {
    const now = await toExamine(id, row);
    const { profile, office } = row;
    const earlier = await Promise.all(
      stagesBefore(row).map((stage, i) =>
        readRecordedAct(ledger, row.records[i + 1], {
          kind: 'examination',
          office,
          details: { request: id, stage, decision: 'approve', round: roundOf(row) },
        }),
      ),
    );
    if (earlier.includes(undefined)) {
      throw new Fault(
        'approval-not-recorded',
        'The ledger lacks the approval of the office; reject the request, and have it submitted again.',
        { request: id },
      );
    }
    if (earlier.every((act) => act?.details.certificateDigest === now.certificateDigest)) return now;
    throw new Fault(
      'unknown-profile',
      'The certificate would not be the one that the office examined; reject the request, and have it submitted again.',
      { profile },
    );
  };

  /** The office rejects a request that is examined only while its own approval is asked for. Otherwise it withdraws it. */
  const assertRejects = async (id: string, row: RequestRow, command: Examine): Promise<void> => {
    if (command.actor.role !== 'officer' || row.state !== 'examined') return;
    const { officeApproval } = await toExamine(id, row);
    decide(row, { ...command, officeApproval });
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
        const { certificateDigest, officeApproval } = await examinedNow(id, row);
        const isUnfinished = row.state === 'examined' && officeApproval && !isOfficeApproved(row);
        // The centre does not examine it now, and finds it among the examined ones again once the office has approved it.
        if (isUnfinished && command.actor.role === 'operator') await handBack(id, before);
        const examined = await change(id, { ...command, officeApproval }, { before, certificateDigest });
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
        if (command.command === 'examine') await assertRejects(id, before.value, command);
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

/**
 * The answer to whether office approval is asked for by which the rules allow the most. So the questions that cost reads come
 * after those that do not.
 */
const mayBeAsked = ({ actor }: Examine): boolean =>
  actor.role === 'officer' && actor.duties?.includes('approve') === true;

/** The examinations that the request has behind it, as its row says. */
const stagesBefore = (row: RequestRow): readonly ExaminationStage[] => {
  if (row.state === 'submitted') return [];
  return isOfficeApproved(row) ? ['office', 'office-approval'] : ['office'];
};

const draftOf = (id: string, row: RequestRow, command: Examine | Withdraw, next: Request): ActRecord => {
  const { batchAct } = command;
  const inBatch = batchAct === undefined ? {} : { batchAct };
  if (command.command === 'withdraw') return submissionRecord(id, row, command.actor, 'withdrawn', inBatch);
  const stage = next.examinations.at(-1)?.stage ?? 'office';
  return examinationRecord(id, row, command.actor, { stage, decision: command.decision, ...inBatch });
};

const isSameAct = (found: KeptRecord, draft: ActRecord): boolean =>
  found.kind === draft.kind &&
  found.actor === draft.actor &&
  (['act', 'stage', 'decision'] as const).every((name) => found.details?.[name] === draft.details[name]);

const busy = (): Fault => new Fault('store-unavailable', 'The request kept changing; try again.');
