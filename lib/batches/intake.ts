import { hash } from 'node:crypto';
import { Fault, phrase, wentThrough } from '../fault.ts';
import { rfc3339 } from '../pki/pki.ts';
import type { Principal } from '../principal.ts';
import { assertDuty, newRequestId } from '../registration/registration.ts';
import { everyItem, type Write } from '../store/store.ts';
import { type Batches, type FileTerms, MAX_PART_BYTES, MAX_PARTS, type Work } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import {
  asItStands,
  type BatchRow,
  batchKey,
  fileKey,
  listings,
  listPk,
  numberOf,
  partKey,
  type StepRow,
  stepKey,
  storeBatch,
  workKey,
} from './rows.ts';
import type { Sealed } from './sealed.ts';
import type { Views } from './views.ts';

export const READING = 'reading';

/** Files of one office that were announced and have not come. More would cost the service much and the office nothing. */
const MAX_RECEIVING = 20;
/** They are looked for among so many of the newest ones. */
const LOOKED_AT = 100;
/** The size of every part but the last one. */
const MIN_PART_BYTES = 256;

type FileRow = { readonly batch: string };

const assertSize = ({ bytes, parts }: FileTerms): void => {
  const most = MAX_PART_BYTES * MAX_PARTS;
  if (bytes > most)
    throw new Fault('input-too-large', phrase`A file has at most ${most} bytes; divide it into several.`, {
      limit: most,
    });
  const least = Math.ceil(bytes / MAX_PART_BYTES);
  if (
    bytes > 0 &&
    parts.length >= least &&
    parts.length <= Math.min(Math.ceil(bytes / MIN_PART_BYTES), MAX_PARTS)
  )
    return;
  throw new Fault(
    'invalid-input',
    phrase`A file of ${bytes} bytes does not come in ${parts.length} parts: a part has at most ${MAX_PART_BYTES}, and there are at most ${MAX_PARTS}.`,
    { path: 'parts' },
  );
};

/** The numbers of the parts that are not here yet. */
export type Missing = (id: string, batch: BatchRow) => Promise<readonly number[]>;

export const openMissing =
  ({ table }: Pick<BatchesDeps, 'table'>): Missing =>
  async (id, { parts }) => {
    const here = new Set<number>();
    for await (const item of everyItem(table, { pk: batchKey(id).pk, prefix: 'part/' }))
      here.add(numberOf(item));
    return parts.flatMap((_, index) => (here.has(index + 1) ? [] : [index + 1]));
  };

/** Takes files, part by part. */
export const openIntake = (
  deps: Pick<BatchesDeps, 'table' | 'profileOf' | 'wake' | 'clock' | 'random'>,
  {
    finding,
    sealed,
    views,
    missing,
    chance,
  }: {
    readonly finding: Finding;
    readonly sealed: Sealed;
    readonly views: Views;
    readonly missing: Missing;
    readonly chance: () => string;
  },
): Pick<Batches, 'create' | 'putPart'> => {
  const { table, clock, random } = deps;

  /** The batch that the same file gave, if anything can still come of it. */
  const earlier = async (
    office: string,
    { digest, profile }: FileTerms,
    known: FileRow | undefined,
  ): Promise<string | undefined> => {
    if (known === undefined) return undefined;
    const row = (await table.get<BatchRow>(batchKey(known.batch)))?.value;
    const isSame = row?.office === office && row.digest === digest && row.profile === profile;
    return isSame && row.state !== 'refused' && row.state !== 'cancelled' ? known.batch : undefined;
  };

  /** Fault: `too-many-requests`. */
  const assertRoom = async (office: string): Promise<void> => {
    const { items } = await table.query({ pk: listPk({ office }), descending: true, limit: LOOKED_AT });
    const found = await Promise.all(items.map(({ sk }) => table.get<BatchRow>(batchKey(sk))));
    if (found.filter((row) => row?.value.state === 'receiving').length < MAX_RECEIVING) return;
    throw new Fault(
      'too-many-requests',
      phrase`${MAX_RECEIVING} files of your office were announced and have not come; send their parts, or cancel them.`,
    );
  };

  const begin = async (
    office: string,
    actor: Principal,
    file: FileTerms,
  ): Promise<readonly [id: string, replayed: boolean]> => {
    const key = fileKey(office, file);
    const { profile, format, encoding, bytes, digest, parts } = file;
    for (;;) {
      const known = await table.get<FileRow>(key);
      const same = await earlier(office, file, known?.value);
      if (same !== undefined) return [same, true];
      await assertRoom(office);
      const id = newRequestId(clock, random);
      const row: BatchRow = {
        tenant: actor.tenant ?? '',
        office,
        profile,
        format,
        ...(encoding !== undefined && { encoding }),
        bytes,
        digest,
        parts,
        createdBy: actor.id,
        createdAt: rfc3339(new Date(clock())),
        state: 'receiving',
        act: 0,
        change: chance(),
      };
      const pointer: Write = {
        put: key,
        value: { batch: id },
        if: known === undefined ? 'absent' : { version: known.version },
      };
      if (await storeBatch(table, id, undefined, row, [pointer, ...listings(id, row)])) return [id, false];
    }
  };

  /** With the last part the service reads the file. */
  const readIfWhole = async (id: string): Promise<void> => {
    for (;;) {
      const before = await table.get<BatchRow>(batchKey(id));
      if (before?.value.state !== 'receiving' || (await missing(id, before.value)).length > 0) return;
      const { office, createdBy } = before.value;
      const work: Work = { office, batch: id, step: READING };
      const step: StepRow = {
        rows: 0,
        packs: 1,
        next: 0,
        done: 0,
        refused: 0,
        setAside: 0,
        attempts: 0,
        by: createdBy,
        at: rfc3339(new Date(clock())),
      };
      const row: BatchRow = { ...before.value, state: 'reading', change: chance() };
      const writes: Write[] = [
        { put: stepKey(id, READING), value: step, if: await asItStands(table, stepKey(id, READING)) },
        { put: workKey(work), value: {}, if: await asItStands(table, workKey(work)) },
      ];
      if (!(await storeBatch(table, id, before, row, writes))) continue;
      await deps.wake(work);
      return;
    }
  };

  return {
    create: async (actor, file) => {
      const office = assertDuty(actor, 'receive');
      assertSize(file);
      if ((await deps.profileOf(actor, file.profile)) === undefined)
        throw new Fault(
          'profile-not-allowed',
          phrase`Your office may not ask for certificates of the profile ${file.profile}, or there is none.`,
          { profile: file.profile },
        );
      const [id, replayed] = await begin(office, actor, file);
      // A crash may have come after the last part: then nobody sends another one.
      if (replayed) await readIfWhole(id);
      return { batch: await views.view(actor, id), replayed };
    },

    putPart: async (actor, id, number, bytes) => {
      const { value: batch } = await finding.sendable(actor, id);
      const expected = batch.parts[number - 1];
      if (expected === undefined)
        throw new Fault('invalid-input', phrase`The file has the parts 1 to ${batch.parts.length}.`, {
          path: 'part',
        });
      const digest = hash('sha256', bytes);
      if (digest !== expected)
        throw new Fault(
          'part-differs',
          phrase`These bytes are not part ${number} of the file that was announced; send that part, or begin anew with this file.`,
          { part: number, announced: expected, received: digest },
        );
      if (batch.state === 'receiving') {
        await sealed.putPart(id, batch, number, bytes);
        await wentThrough(table.write([{ put: partKey(id, number), value: {}, if: 'absent' }]));
        await readIfWhole(id);
        // Read or cancelled while this part was put once more.
        const now = await table.get<BatchRow>(batchKey(id));
        if (now?.value.state !== 'receiving' && now?.value.state !== 'reading')
          await sealed.removePart(id, number);
      }
      return views.view(actor, id);
    },
  };
};
