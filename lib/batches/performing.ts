import { columnOfFault, type RequestRow } from '../bulk/bulk.ts';
import { Fault } from '../fault.ts';
import type { Principal } from '../principal.ts';
import { everyItem } from '../store/store.ts';
import type { Acts, BatchAct, DoneAct } from './acts.ts';
import type { BatchesDeps } from './deps.ts';
import { READING } from './intake.ts';
import type { openReading } from './reading.ts';
import { openIsOfRow } from './row-of-request.ts';
import { type BatchRow, batchKey, claimKey, numberOf, storeBatch } from './rows.ts';
import { digestOfPacks, type FileSummary, kept, type Sealed } from './sealed.ts';
import { type Open, type Step, unknownStep } from './steps.ts';
import { type ColumnOf, type Trial, tryAll } from './trying.ts';

/** Rows of a list that are examined together. */
export const EXAMINED_TOGETHER = 100;

type Said<A extends BatchAct['act']> = Extract<BatchAct, { readonly act: A }>;

/** A row that can be submitted. */
type Submittable = Extract<RequestRow, { readonly submission: unknown }>;

/** The service works on the rows of a file, in the name of the person who asked for it. */
export const openPerforming = (
  deps: BatchesDeps,
  {
    acts,
    sealed,
    read,
    chance,
  }: {
    readonly acts: Acts;
    readonly sealed: Sealed;
    readonly read: ReturnType<typeof openReading>;
    readonly chance: () => string;
  },
): Open => {
  const { table, registration, log } = deps;
  const isOfRow = openIsOfRow(deps);

  /** The act, whatever the step's row says of it. */
  const actOf = async <A extends BatchAct['act']>(id: string, office: string, number: number, name: A) => {
    const done = Number.isSafeInteger(number) && number > 0 ? await acts.at(id, number) : undefined;
    if (done?.said.act === name && done.office === office)
      return done as DoneAct & { readonly said: Said<A> };
    throw new Fault('act-not-proven', 'No act asked for what a row of the table says. Nothing is done.', {
      batch: id,
    });
  };

  /** Rejects for each row alike where the person is not in force any more. */
  const inForce = (principal: string): (() => Promise<Principal>) => {
    let found: Promise<Principal> | undefined;
    return () => {
      found ??= deps.actorOf(principal).then((actor) => {
        if (actor) return actor;
        throw new Fault('unknown-principal', 'Nobody has the id of whoever sent the file.', { principal });
      });
      return found;
    };
  };

  /** The same, where the person is still at the office. */
  const officer = (principal: string, office: string): (() => Promise<Principal>) => {
    const actor = inForce(principal);
    return async () => {
      const found = await actor();
      if (found.office === office) return found;
      throw new Fault('not-in-force', 'Whoever sent the file is at another office now.', { principal });
    };
  };

  const columnsFor = async (batch: BatchRow, actor: () => Promise<Principal>): Promise<ColumnOf> => {
    const profile = await actor()
      .then((one) => deps.profileOf(one, batch.profile))
      .catch((error: unknown) => {
        if (!Fault.is(error)) throw error;
        return undefined;
      });
    return (facts) => profile && columnOfFault(profile, facts);
  };

  /** The requests to which the rows of the pack led. */
  const claimsOf = async (
    id: string,
    batch: BatchRow,
    pack: number,
  ): Promise<ReadonlyMap<number, string>> => {
    const { packs = [], rows = 0 } = batch.read ?? {};
    const [first = 1, after = rows + 1] = [packs[pack], packs[pack + 1]];
    const found = new Map<number, string>();
    const range = { from: claimKey(id, first).sk, to: claimKey(id, after).sk };
    for await (const item of everyItem<{ readonly request: string }>(table, {
      pk: batchKey(id).pk,
      ...range,
    }))
      found.set(numberOf(item), item.value.request);
    return found;
  };

  const fileOf = async (id: string, batch: BatchRow): Promise<FileSummary> => {
    const file = kept(await sealed.file(id, batch), `batch/${id}/file`);
    if (file.problems === undefined && file.digest === batch.digest) return file;
    throw new Fault('act-not-proven', 'The act is about another file.', { batch: id });
  };

  /** The pack as it was when the whole file was read. */
  const packOf = async (
    id: string,
    batch: BatchRow,
    { packs }: FileSummary,
    pack: number,
  ): Promise<readonly Submittable[]> => {
    const item = `batch/${id}/pack/${pack}`;
    const { digest, rows } = kept(await sealed.pack(id, batch, pack), item);
    if (digest !== packs[pack])
      throw new Fault('personal-data-damaged', 'The rows of a file are not as they were read.', { item });
    return rows.filter((row) => 'submission' in row);
  };

  const removeParts = async (id: string, { parts }: BatchRow): Promise<void> => {
    for (const index of parts.keys()) await sealed.removePart(id, index + 1);
  };

  const reading = (id: string): Step => ({
    perform: async () => {
      for (;;) {
        const before = await table.get<BatchRow>(batchKey(id));
        if (before === undefined) return undefined;
        if (before.value.state !== 'reading') {
          // An earlier turn may have ended before the parts were gone, or the file was cancelled meanwhile.
          if (before.value.state !== 'receiving') await removeParts(id, before.value);
          return undefined;
        }
        const found = await read(id, before.value);
        const row: BatchRow =
          'read' in found
            ? { ...before.value, state: 'received', read: found.read, change: chance() }
            : { ...before.value, state: 'refused', change: chance() };
        if (!(await storeBatch(table, id, before, row, []))) continue;
        await removeParts(id, before.value);
        return { done: 1, results: [] };
      }
    },
  });

  const check = async (id: string, batch: BatchRow, by: string): Promise<Step> => {
    const file = await fileOf(id, batch);
    const columnOf = await columnsFor(batch, inForce(by));
    return {
      perform: async (pack, isLast) => {
        const actor = officer(by, batch.office);
        const claims = await claimsOf(id, batch, pack);
        const trials = (await packOf(id, batch, file, pack)).map(
          ({ number, submission }): Trial => ({
            number,
            run: async () => {
              if (!claims.has(number)) await registration.ofBatches.check(await actor(), submission);
            },
          }),
        );
        return tryAll(trials, { isLast, columnOf, log, about: { batch: id } });
      },
    };
  };

  const submission = async (id: string, batch: BatchRow, number: number): Promise<Step> => {
    const { said, by, record } = await actOf(id, batch.office, number, 'sent');
    const file = await fileOf(id, batch);
    if (file.digest !== said.digest || digestOfPacks(file) !== said.packs)
      throw new Fault('act-not-proven', 'The act is about another file.', { batch: id });
    const columnOf = await columnsFor(batch, inForce(by));
    return {
      gives: 'submitted',
      perform: async (pack, isLast) => {
        // No act follows a cancellation.
        if ((await acts.newest(id))?.said.act === 'cancelled') return undefined;
        // For each pack anew: the person's term may end while the work goes on.
        const submitter = officer(by, batch.office);
        const claims = await claimsOf(id, batch, pack);
        const trials = (await packOf(id, batch, file, pack)).map(
          ({ number: row, submission: one }): Trial => ({
            number: row,
            run: async () => {
              if (claims.has(row)) return;
              if (one.profile !== said.profile)
                throw new Fault('act-not-proven', 'The act is about another profile.');
              await registration.ofBatches.submit(await submitter(), one, {
                batch: id,
                row,
                batchAct: record,
                claim: claimKey(id, row),
              });
            },
          }),
        );
        return tryAll(trials, { isLast, columnOf, log, about: { batch: id } });
      },
    };
  };

  const cancellation = async (id: string, batch: BatchRow, number: number): Promise<Step> => {
    const { said, by, record } = await actOf(id, batch.office, number, 'cancelled');
    // Where the words have ended with the month, the withdrawal says so.
    const reason = (await sealed.reason(id, batch, said.words)) ?? '-';
    // Nothing is read of them any more.
    await removeParts(id, batch);
    return {
      gives: 'cancelled',
      perform: async (pack, isLast) => {
        const actor = inForce(by);
        const trials = [...(await claimsOf(id, batch, pack))].map(
          ([row, request]): Trial => ({
            number: row,
            run: async () => {
              const officer = await actor();
              const outline = await registration.ofBatches.outline(officer, request);
              if (!outline || !(await isOfRow({ batch: id, office: batch.office, row }, request, outline)))
                throw new Fault('unknown-request', 'There is no such request.', { request });
              // By an earlier turn, or by somebody before the file was cancelled.
              if (outline.state === 'withdrawn') return;
              await registration.withdraw(officer, request, reason, record);
            },
          }),
        );
        return tryAll(trials, { isLast, columnOf: () => undefined, log, about: { batch: id } });
      },
    };
  };

  const examination = async (id: string, batch: BatchRow, number: number): Promise<Step> => {
    const { said, by, record } = await actOf(id, batch.office, number, 'examined');
    const { stage, decision, words } = said;
    const { rows } = await acts.list(id, said.list);
    const reason = words === undefined ? undefined : await sealed.reason(id, batch, words);
    return {
      perform: async (pack, isLast) => {
        // What the office has cancelled is not issued. A rejection does no harm.
        if (decision === 'approve' && (await acts.newest(id))?.said.act === 'cancelled') return undefined;
        const actor = inForce(by);
        const some = rows.slice(pack * EXAMINED_TOGETHER, (pack + 1) * EXAMINED_TOGETHER);
        const trials = some.map(
          ([row, request, applicationDigest, round]): Trial => ({
            number: row,
            run: async () => {
              const examiner = await actor();
              const outline = await registration.ofBatches.outline(examiner, request);
              const isDone =
                outline?.round === round &&
                outline.examinations.some(
                  (one) => one.by === by && one.stage === stage && one.decision === decision,
                );
              if (isDone) return;
              const isListed =
                outline?.applicationDigest === applicationDigest &&
                (await isOfRow({ batch: id, office: batch.office, row }, request, outline));
              if (!isListed)
                throw new Fault(
                  'unknown-request',
                  'The request is not the one that was listed for the examination.',
                  { request },
                );
              await registration.examine(examiner, request, {
                decision,
                ...(reason !== undefined && { reason }),
                batchAct: record,
                meant: { stage, round },
              });
            },
          }),
        );
        return tryAll(trials, { isLast, columnOf: () => undefined, log, about: { batch: id } });
      },
    };
  };

  return async (id, batch, step, { by }) => {
    if (step === READING) return reading(id);
    const [what, number] = step.split('-');
    const act = Number(number);
    if (what === 'check') return check(id, batch, by);
    if (what === 'submission') return submission(id, batch, act);
    if (what === 'cancellation') return cancellation(id, batch, act);
    if (what === 'examination') return examination(id, batch, act);
    throw unknownStep(step);
  };
};
