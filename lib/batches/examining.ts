import { Fault, phrase, wentThrough } from '../fault.ts';
import type { Principal } from '../principal.ts';
import type { ExaminationStage, RequestOutline } from '../registration/registration.ts';
import { everyItem, type Item } from '../store/store.ts';
import type { Acts, RowsOfAct, SampledRow } from './acts.ts';
import { type Batches, MAX_LEFT_OUT } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import type { openRowLists } from './row-lists.ts';
import { asItStands, type BatchRow, batchKey, numberOf, openedKey } from './rows.ts';
import type { Sealed } from './sealed.ts';
import { assertReason, wrongState } from './sending.ts';
import type { Settling } from './settling.ts';
import type { Views } from './views.ts';

/** So many requests are read at once. */
const SIDE_BY_SIDE = 64;

/** The stages at which the actor may examine, in the order in which a request comes to them. Fault: `forbidden`. */
const stagesOf = ({ role, duties = [] }: Principal): readonly ExaminationStage[] => {
  if (role === 'operator') return ['centre'];
  const stages: ExaminationStage[] = [];
  if (role === 'officer' && duties.includes('examine')) stages.push('office');
  if (role === 'officer' && duties.includes('approve')) stages.push('office-approval');
  if (stages.length > 0) return stages;
  throw new Fault(
    'forbidden',
    'Only officers with the duty "examine" or "approve", and operators, examine requests.',
  );
};

const STATE_OF = { office: 'submitted', 'office-approval': 'examined-once', centre: 'examined' } as const;

/**
 * Examination of many requests together. The rows are fixed and a sample of them is drawn by one act; the examiner opens those, each by an
 * act; and the decision is one act that names its rows by the digest of their list. The service then examines each request in
 * the name of the examiner, by the rules of a single one.
 */
export const openBulkExamining = (
  deps: Pick<BatchesDeps, 'table' | 'recorder' | 'registration' | 'sampling' | 'random'>,
  {
    acts,
    finding,
    lists,
    settling,
    sealed,
    views,
    chance,
  }: {
    readonly acts: Acts;
    readonly finding: Finding;
    readonly lists: Pick<ReturnType<typeof openRowLists>, 'row'>;
    readonly settling: Settling;
    readonly sealed: Sealed;
    readonly views: Views;
    readonly chance: () => string;
  },
): Pick<Batches, 'drawSample' | 'openRow' | 'examine'> => {
  const { table, recorder, registration } = deps;

  const settled = async (actor: Principal, id: string): Promise<Item<BatchRow>> => {
    await finding.readable(actor, id);
    return settling.settle(id);
  };

  /** The rows that led to a request, with what is said of it. */
  const outlines = async (actor: Principal, id: string, office: string) => {
    const found: { readonly row: number; readonly request: string; readonly outline: RequestOutline }[] = [];
    let waiting: Promise<void>[] = [];
    const rows = everyItem<{ readonly request: string }>(table, { pk: batchKey(id).pk, prefix: 'row/' });
    for await (const item of rows) {
      const { request } = item.value;
      const read = async (): Promise<void> => {
        const outline = await registration.ofBatches.outline(actor, request);
        if (outline?.office === office) found.push({ row: numberOf(item), request, outline });
      };
      waiting.push(read());
      if (waiting.length < SIDE_BY_SIDE) continue;
      await Promise.all(waiting);
      waiting = [];
    }
    await Promise.all(waiting);
    return found.sort((a, b) => a.row - b.row);
  };

  /** The rows that wait for this examiner, at the first stage at which there are any. Faults: `wrong-state`, `same-person`. */
  const waitingFor = async (actor: Principal, id: string, office: string) => {
    const stages = stagesOf(actor);
    const all = await outlines(actor, id, office);
    let isOwn = false;
    for (const stage of stages) {
      const atStage = all.filter(({ outline }) => outline.state === STATE_OF[stage]);
      const rows = atStage.filter(({ outline }) => !outline.persons.includes(actor.person));
      if (rows.length > 0)
        return {
          stage,
          rows: rows.map(
            ({ row, request, outline }) => [row, request, outline.applicationDigest, outline.round] as const,
          ),
        };
      isOwn ||= atStage.length > 0;
    }
    if (isOwn)
      throw new Fault(
        'same-person',
        'A person acts only once on a request, and you have acted on all of these; another person examines them.',
      );
    const count = (...states: readonly string[]): number =>
      all.filter(({ outline }) => states.includes(outline.state)).length;
    const [atOffice, atCentre] = [count('submitted', 'examined-once'), count('examined')];
    if (actor.role === 'operator' && atOffice > 0)
      throw new Fault(
        'wrong-state',
        phrase`No request of this file waits for you: ${atOffice} are not examined at the office yet.`,
      );
    if (actor.role === 'officer' && atCentre > 0)
      throw new Fault(
        'wrong-state',
        phrase`No request of this file waits for you: ${atCentre} wait for the centre.`,
      );
    throw new Fault('wrong-state', 'No request of this file waits for you.');
  };

  /** Without a pattern that somebody could foresee who writes the file. */
  const draw = (rows: RowsOfAct['rows']): RowsOfAct['sample'] => {
    const { percent, atLeast } = deps.sampling;
    const size = Math.min(rows.length, Math.max(atLeast, Math.ceil((rows.length * percent) / 100)));
    const pool = rows.map(([row, request]): SampledRow => [row, request]);
    const drawn: SampledRow[] = [];
    while (drawn.length < size) {
      // 48 bits over at most 20,000 rows: no row is more probable than another by 10^-10.
      const at = Number(Buffer.from(deps.random(6)).readUIntBE(0, 6) % pool.length);
      drawn.push(pool[at] as SampledRow);
      pool[at] = pool.at(-1) as SampledRow;
      pool.pop();
    }
    return drawn.sort(([a], [b]) => a - b);
  };

  /** How many rows waited when the sample of that number was drawn. */
  const listedBy = async (id: string, number: number): Promise<number> => {
    const said = (await acts.at(id, number))?.said;
    return said?.act === 'sampled' ? said.rows : 0;
  };

  /** The examiner's open sample, which has this number. Fault: `wrong-state`. */
  const ownSample = async (actor: Principal, id: string, number: number) => {
    const drawn = await views.openSample(id, actor.id);
    if (drawn?.number !== number)
      throw new Fault(
        'wrong-state',
        'This is no sample of yours that waits for its decision; draw a new one.',
      );
    return { ...drawn, list: await acts.list(id, drawn.said.list) };
  };

  return {
    drawSample: async (actor, id) => {
      const { value: batch } = await settled(actor, id);
      if (batch.state === 'cancelled' || batch.state === 'cancelling')
        throw wrongState(batch.state, 'submitted');
      const { stage, rows } = await waitingFor(actor, id, batch.office);
      await acts.act(id, batch, actor, async (newest) => {
        if (newest?.said.act === 'cancelled') throw wrongState('cancelled', 'submitted');
        const own = await views.openSample(id, actor.id);
        // Drawing again does not change what has to be opened, unless other rows wait now.
        const before = own && (await acts.list(id, own.said.list));
        if (before && JSON.stringify(before.rows) === JSON.stringify(rows)) return undefined;
        const sample = draw(rows);
        const list = await acts.putList(id, { rows, sample });
        return { act: 'sampled', stage, list, rows: rows.length, sampled: sample.length };
      });
      await settling.settle(id);
      return views.view(actor, id);
    },

    openRow: async (actor, id, number) => {
      const row = await lists.row(actor, id, number);
      const { value: batch } = await finding.readable(actor, id);
      const drawn = await views.openSample(id, actor.id);
      // The request that was listed, whatever a row of the table names now.
      const sampled = drawn && new Map(await acts.sample(id, drawn.said.list)).get(number);
      const request = sampled ?? row.request;
      if (request === undefined)
        throw new Fault('unknown-row', phrase`Row ${number} has not led to a request.`, { row: number });
      const shown = await registration.get(actor, request);
      if (drawn === undefined || sampled === undefined || row.opened) return { row, request: shown };
      const { record, writes } = await recorder.prepare({
        kind: 'batch',
        actor: actor.id,
        tenant: batch.tenant,
        office: batch.office,
        details: {
          batch: id,
          act: 'opened',
          person: actor.person,
          stage: drawn.said.stage,
          row: number,
          request,
          sample: drawn.record,
        },
      });
      const put = openedKey(id, drawn.number, number);
      const condition = await asItStands(table, put);
      // Where another call of the examiner was first, the row is opened by that.
      await wentThrough(table.write([{ put, value: { record: record.id }, if: condition }, ...writes]));
      return { row: { ...row, opened: true }, request: shown };
    },

    examine: async (actor, id, { sample: number, decision, reason, leaveOut = [] }) => {
      if (decision === 'reject' || reason !== undefined) assertReason(reason ?? '');
      if (leaveOut.length > MAX_LEFT_OUT)
        throw new Fault(
          'invalid-input',
          phrase`At most ${MAX_LEFT_OUT} rows are left out; examine the others one by one.`,
          { path: 'leaveOut' },
        );
      const { value: batch } = await settled(actor, id);
      const out = new Set(leaveOut);
      const newest = await views.newestBy(id, actor.id);
      // The answer to an earlier call was lost.
      if (newest?.said.act === 'examined' && newest.said.sample === number) {
        const { said } = newest;
        const left = (await listedBy(id, number)) - out.size;
        const why = said.words === undefined ? undefined : await sealed.reason(id, batch, said.words);
        if (said.decision === decision && said.rows === left && why === reason) return views.view(actor, id);
      }
      const sample = await ownSample(actor, id, number);
      const { said: drawn, list } = sample;
      stagesOf(actor);
      const waiting = new Set(list.rows.map(([row]) => row));
      const strange = [...out].find((row) => !waiting.has(row));
      if (strange !== undefined)
        throw new Fault('invalid-input', phrase`Row ${strange} is not among those that wait for you.`, {
          path: 'leaveOut',
        });
      const rows = list.rows.filter(([row]) => !out.has(row));
      if (rows.length === 0)
        throw new Fault('invalid-input', 'No row is left to examine.', { path: 'leaveOut' });
      if (decision === 'approve') {
        const seen = await (await views.openedRows(id, sample)).all();
        const missing = list.sample.map(([row]) => row).filter((row) => !seen.has(row));
        if (missing.length > 0)
          throw new Fault(
            'sample-not-opened',
            phrase`Open these rows of the sample first, also those that you leave out: ${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ' …' : ''}.`,
            { rows: missing.slice(0, 100) },
          );
      }
      const words = reason === undefined ? undefined : chance();
      if (words !== undefined && reason !== undefined) await sealed.putReason(id, batch, words, reason);
      const listed = await acts.putList(id, { rows, sample: list.sample });
      await acts.act(id, batch, actor, async () => {
        await ownSample(actor, id, number);
        return {
          act: 'examined',
          stage: drawn.stage,
          decision,
          sample: number,
          list: listed,
          rows: rows.length,
          ...(words !== undefined && { words }),
        };
      });
      await settling.settle(id);
      return views.view(actor, id);
    },
  };
};
