import { Fault } from '../fault.ts';
import type { Item, Write } from '../store/store.ts';
import { applicationDigest } from './approval.ts';
import { type Command, decide, type Request } from './decide.ts';
import type { ActRecord, RegistrationDeps } from './deps.ts';
import { isRequestId } from './request-id.ts';
import { type RequestRow, requestKey, requestWrites } from './rows.ts';

/** A change loses to another only while there are states left to move to. */
const MAX_ATTEMPTS = 8;

export interface Changes {
  read(id: string): Promise<Item<RequestRow> | undefined>;
  /**
   * Judges the command by the request as it stands and stores what comes of it, together with the record of it and
   * the further `writes`, in one write; judges anew when another change was first. Resolves with the row as it is then.
   * A caller that has just read or changed the request says so with `before`, and spares reading it again: where it is no
   * longer so, the write finds out.
   */
  change(
    id: string,
    command: Command,
    more?: { readonly before?: Item<RequestRow>; readonly writes?: readonly Write[] },
  ): Promise<Item<RequestRow>>;
}

/** What the ledger is told of a command. Issuing is recorded by the authority, with the certificate. */
const recordOf = (id: string, request: Request, command: Command, salt: string): ActRecord | undefined => {
  if (command.command === 'finish') return undefined;
  const { profile, profileVersion, publicKeyDigest, office } = request;
  const about = {
    request: id,
    profile,
    profileVersion,
    publicKeyDigest,
    applicationDigest: applicationDigest(salt, request),
  };
  if (command.command === 'fail') {
    const { code: fault } = command;
    return { kind: 'submission', actor: 'service', office, details: { ...about, act: request.state, fault } };
  }
  const by = { actor: command.actor.id, office };
  const { person } = command.actor;
  if (command.command === 'examine') {
    const stage = request.examinations.at(-1)?.stage;
    return { kind: 'examination', ...by, details: { ...about, stage, decision: command.decision, person } };
  }
  return { kind: 'submission', ...by, details: { ...about, act: request.state, person } };
};

export const openChanges = ({ table, random, ledger }: RegistrationDeps): Changes => {
  const chance = (): string => Buffer.from(random(16)).toString('hex');

  const read = async (id: string): Promise<Item<RequestRow> | undefined> =>
    isRequestId(id) ? table.get<RequestRow>(requestKey(id)) : undefined;

  /**
   * `lost`: another change was first, and nothing was written. A store that does not answer is asked for the row,
   * which is written if it carries this change.
   */
  const write = async (id: string, row: RequestRow, writes: readonly Write[]): Promise<'done' | 'lost'> => {
    try {
      await table.write(writes);
      return 'done';
    } catch (error) {
      if (Fault.is(error, 'condition-failed')) return 'lost';
      const found = await read(id).catch(() => undefined);
      if (found?.value.change === row.change) return 'done';
      throw error;
    }
  };

  const change: Changes['change'] = async (id, command, { before: known, writes: more = [] } = {}) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      // Of a submission nothing is there to be read: a store that does not answer is found out here, while there is time
      // to say so, and not by a write of which somebody then has to find out whether it was carried out.
      const before = attempt === 0 && known !== undefined ? known : await read(id);
      const next = decide(before?.value, command);
      const salt = before?.value.salt ?? chance();
      const act = recordOf(id, next, command, salt);
      const recorded = act && ledger.prepare(act);
      const isOfApproval = command.command === 'submit' || command.command === 'examine';
      const row: RequestRow = {
        ...next,
        salt,
        records: [
          ...(before?.value.records ?? []),
          ...(isOfApproval && recorded ? [recorded.record.id] : []),
        ],
        change: chance(),
      };
      const writes = [...requestWrites(id, before, row), ...(recorded?.writes ?? []), ...more];
      if ((await write(id, row, writes)) === 'done') {
        return { ...requestKey(id), version: (before?.version ?? 0) + 1, value: row };
      }
      // A submission's other rows (the public key, the idempotency key) are taken: the caller knows what that means.
      if (before === undefined) throw new Fault('condition-failed', 'Another submission was first.');
    }
    throw new Fault('store-unavailable', 'The request kept changing; try again.');
  };

  return { read, change };
};
