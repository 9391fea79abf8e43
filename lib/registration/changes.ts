import { Fault, wentThrough } from '../fault.ts';
import type { Item, Write } from '../store/store.ts';
import { applicationDigest } from './approval.ts';
import { type Command, decide, type Request } from './decide.ts';
import type { ActRecord, RegistrationDeps } from './deps.ts';
import { isRequestId } from './request-id.ts';
import { type RequestRow, requestKey, requestWrites } from './rows.ts';

/** A request has few states, so a change can only lose to others a few times. */
const MAX_ATTEMPTS = 8;

export interface Changes {
  read(id: string): Promise<Item<RequestRow> | undefined>;
  /**
   * Applies the command to the request and stores the result, the record of it and the further `writes` in one write.
   * Where another change was first, it reads the request again and decides anew. Resolves with the row that it stored. A
   * caller that has just read or changed the request passes it as `before`, which spares a read: the write fails if the
   * request has changed since.
   */
  change(
    id: string,
    command: Command,
    more?: { readonly before?: Item<RequestRow>; readonly writes?: readonly Write[] },
  ): Promise<Item<RequestRow>>;
}

/**
 * The record of a command; undefined for `finish`, because the authority records the issuing together with the
 * certificate.
 */
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
   * False where another change was first; then nothing was written. Where the outcome is unknown the row is read again,
   * to see whether it carries this change.
   */
  const write = async (id: string, row: RequestRow, writes: readonly Write[]): Promise<boolean> => {
    try {
      return await wentThrough(table.write(writes));
    } catch (error) {
      const found = await read(id).catch(() => undefined);
      if (found?.value.change === row.change) return true;
      throw error;
    }
  };

  const change: Changes['change'] = async (id, command, { before: known, writes: more = [] } = {}) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      // A submission has no row to read, and reads all the same: if the store does not answer, the submission fails
      // here, before anything is written. A failed write would leave its outcome unknown.
      const before = attempt === 0 && known !== undefined ? known : await read(id);
      const next = decide(before?.value, command);
      const salt = before?.value.salt ?? chance();
      const act = recordOf(id, next, command, salt);
      const recorded = act && (await ledger.prepare(act));
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
      if (await write(id, row, writes)) {
        return { ...requestKey(id), version: (before?.version ?? 0) + 1, value: row };
      }
      // One of the submission's other rows (the public key, the idempotency key) is taken. The caller finds out which.
      if (before === undefined) throw new Fault('condition-failed', 'Another submission was first.');
    }
    throw new Fault('store-unavailable', 'The request kept changing; try again.');
  };

  return { read, change };
};
