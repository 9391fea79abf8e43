import { type BulkProfile, errorsFile, type Format, type RequestRow, type RowProblem } from '../bulk/bulk.ts';
import { Fault, phrase } from '../fault.ts';
import { type Language, speaking } from '../messages/messages.ts';
import type { Principal } from '../principal.ts';
import { readCursor, writeCursor } from '../store/store.ts';
import type { Acts } from './acts.ts';
import type { Batches, BatchRowView, RowState } from './contract.ts';
import type { BatchesDeps } from './deps.ts';
import type { Finding } from './finding.ts';
import { differing } from './reading.ts';
import { type BatchRow, claimKey } from './rows.ts';
import type { RowResult, Sealed } from './sealed.ts';
import type { Views } from './views.ts';

const MAX_PAGE = 100;
/** So many rows are looked at for one answer. */
const MAX_LOOKED_AT = 500;

/** The steps whose findings count for a row, before it is submitted and after. */
const BEFORE = ['submission', 'check'] as const;
const AFTER = ['cancellation', 'examination'] as const;

interface Content {
  readonly row: RequestRow;
  /** The results of the newest steps, by the step. */
  readonly results: ReadonlyMap<string, RowResult>;
}

/** Lists of a file's rows, with what became of each. */
export const openRowLists = (
  { table, registration, profileOf }: Pick<BatchesDeps, 'table' | 'registration' | 'profileOf'>,
  {
    acts,
    finding,
    sealed,
    views,
  }: {
    readonly acts: Acts;
    readonly finding: Finding;
    readonly sealed: Sealed;
    readonly views: Views;
  },
) => {
  /** Reads packs as they are asked for, each once. */
  const openContents = async (id: string, batch: BatchRow) => {
    const packs = batch.read?.packs ?? [];
    const newest = await views.newestSteps(id);
    const steps = [...BEFORE, ...AFTER].map((what) => [what, newest(what)?.[0]] as const);
    const known = new Map<number, Promise<ReadonlyMap<number, Content>>>();

    const readPack = async (pack: number): Promise<ReadonlyMap<number, Content>> => {
      const found = await sealed.pack(id, batch, pack);
      const rows = found.state === 'kept' ? found.value.rows : [];
      const results = new Map<number, Map<string, RowResult>>();
      for (const [what, step] of steps) {
        // The packs of an examination are parts of its list, and not of the file.
        if (step === undefined || what === 'examination') continue;
        for (const result of await sealed.results(id, batch, step, pack))
          results.set(result.number, (results.get(result.number) ?? new Map()).set(what, result));
      }
      return new Map(rows.map((row) => [row.number, { row, results: results.get(row.number) ?? new Map() }]));
    };

    const packOf = (number: number): number => packs.findLastIndex((first) => first <= number);

    return {
      packs: packs.length,
      pack: (pack: number) => {
        const reading = known.get(pack) ?? readPack(pack);
        known.set(pack, reading);
        return reading;
      },
      async row(number: number): Promise<Content | undefined> {
        const pack = packOf(number);
        return pack < 0 ? undefined : (await this.pack(pack)).get(number);
      },
    };
  };

  /** The findings of the newest examination, by row. Its packs are few, for a step that refuses rows has few results. */
  const examined = async (id: string, batch: BatchRow): Promise<ReadonlyMap<number, RowResult>> => {
    const [step, row] = (await views.newestSteps(id))('examination') ?? [];
    const found = new Map<number, RowResult>();
    if (step === undefined || row === undefined || row.refused + row.setAside === 0) return found;
    for (let pack = 0; pack < row.packs; pack++)
      for (const result of await sealed.results(id, batch, step, pack)) found.set(result.number, result);
    return found;
  };

  const stateOf = (
    row: RequestRow,
    results: Content['results'],
  ): { readonly state: RowState; readonly problems: readonly RowProblem[] } => {
    if ('problems' in row) return { state: 'unreadable', problems: row.problems };
    const result = results.get('submission') ?? results.get('check');
    return result ? { state: result.state, problems: result.problems } : { state: 'waiting', problems: [] };
  };

  const requestOf = async (id: string, number: number): Promise<string | undefined> =>
    (await table.get<{ readonly request: string }>(claimKey(id, number)))?.value.request;

  const openView = async (actor: Principal, id: string, batch: BatchRow) => {
    const contents = await openContents(id, batch);
    const file = await sealed.file(id, batch);
    const usual = file.state === 'kept' ? file.value.usual : {};
    const drawn = await views.openSample(id, actor.id);
    const sample = new Set((drawn ? await acts.sample(id, drawn.said.list) : []).map(([row]) => row));
    const openedRows = drawn && (await views.openedRows(id, drawn));
    const later = await examined(id, batch);

    const view = async (number: number): Promise<BatchRowView | undefined> => {
      const content = await contents.row(number);
      const claimed = await requestOf(id, number);
      const found = claimed === undefined ? undefined : await registration.ofBatches.outline(actor, claimed);
      // A row of the table may name any request.
      const [request, outline] = found?.office === batch.office ? [claimed, found] : [];
      // The contents of the file end earlier than its requests.
      if (content === undefined && request === undefined) return undefined;
      const { row, results = new Map() } = content ?? {};
      const isOpened = await openedRows?.isOpened(number);
      const own = row ? stateOf(row, results) : { state: 'waiting' as const, problems: [] };
      const problems =
        outline === undefined
          ? own.problems
          : [results.get('cancellation'), later.get(number)].flatMap((one) => one?.problems ?? []);
      const differs = row ? differing(row, usual) : [];
      return {
        number,
        line: row?.line ?? 0,
        ...(row?.key !== undefined && { key: row.key }),
        state: outline?.state ?? own.state,
        ...(problems.length > 0 && { problems }),
        ...(request !== undefined && { request }),
        ...(outline?.certificate && { certificate: outline.certificate }),
        ...(differs.length > 0 && { differs }),
        ...(sample.has(number) && { inSample: true }),
        ...(isOpened && { opened: true }),
      };
    };
    return {
      view,
      contents,
      later,
      sample: [...sample],
      differing: file.state === 'kept' ? file.value.differing : [],
    };
  };

  /** The numbers from this place of the list on. Places are numbers of rows where the whole file is listed. */
  const numbersOf = async function* (
    { contents, later, sample, differing: others }: Awaited<ReturnType<typeof openView>>,
    list: string,
    from: number,
    batch: BatchRow,
  ): AsyncGenerator<readonly [place: number, number: number]> {
    const listed = list === 'sample' ? sample : list === 'differing' ? others : undefined;
    if (listed) {
      for (let place = from; place < listed.length; place++) yield [place, listed[place] as number];
      return;
    }
    if (list === 'all') {
      for (let number = from + 1; number <= (batch.read?.rows ?? 0); number++) yield [number - 1, number];
      return;
    }
    for (let pack = 0; pack < contents.packs; pack++) {
      if ((batch.read?.packs[pack + 1] ?? Number.POSITIVE_INFINITY) <= from + 1) continue;
      for (const [number, { row, results }] of await contents.pack(pack))
        if (number > from && ('problems' in row || results.size > 0 || later.has(number)))
          yield [number - 1, number];
    }
  };

  const rows: Batches['rows'] = async (actor, id, { list = 'all', state, limit, cursor }) => {
    const { value: batch } = await finding.readable(actor, id);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
      throw new Fault('invalid-input', phrase`A page has 1 to ${MAX_PAGE} rows.`, { path: 'limit' });
    const scope = ['batch-rows', id, list, state ?? null];
    const from = cursor === undefined ? 0 : Number(readCursor(scope, cursor));
    const shown: BatchRowView[] = [];
    const open = await openView(actor, id, batch);
    let lookedAt = 0;
    for await (const [place, number] of numbersOf(open, list, from, batch)) {
      if (shown.length === limit || lookedAt === MAX_LOOKED_AT)
        return { rows: shown, cursor: writeCursor(scope, String(place)) };
      lookedAt++;
      const view = await open.view(number);
      // An earlier step may have found something wrong with a row that led to a request since.
      if (list === 'problems' && view?.problems === undefined) continue;
      if (view && (state === undefined || view.state === state)) shown.push(view);
    }
    return { rows: shown };
  };

  const errors: Batches['errors'] = async (actor, id, format: Format, language: Language) => {
    const { value: batch } = await finding.readable(actor, id);
    const profile = await profileOf(actor, batch.profile);
    if (profile === undefined)
      throw new Fault('unknown-profile', phrase`There is no profile ${batch.profile} any more.`, {
        profile: batch.profile,
      });
    return errorsOf(id, batch, profile, format, language);
  };

  const errorsOf = async function* (
    id: string,
    batch: BatchRow,
    profile: BulkProfile,
    format: Format,
    language: Language,
  ) {
    const say = await speaking(language);
    const contents = await openContents(id, batch);
    const wrong = async function* () {
      for (let pack = 0; pack < contents.packs; pack++)
        for (const [number, { row, results }] of await contents.pack(pack)) {
          const { problems } = stateOf(row, results);
          // What was submitted meanwhile is not sent again.
          if (problems.length === 0 || (await requestOf(id, number)) !== undefined) continue;
          const texts = problems.map(({ column, phrase: why }) =>
            column ? `${column[language]}: ${say(why)}` : say(why),
          );
          yield { row, problems: texts.join('\n') };
        }
    };
    yield* errorsFile(profile, wrong(), format, language);
  };

  /** One row, with what became of it. */
  const row = async (actor: Principal, id: string, number: number): Promise<BatchRowView> => {
    const { value: batch } = await finding.readable(actor, id);
    const view = await (await openView(actor, id, batch)).view(number);
    if (view) return view;
    throw new Fault('unknown-row', phrase`The file has no row ${number}.`, { row: number });
  };

  return { rows, errors, row, openContents };
};
