import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Ledger, openLedger, type RecordDraft, type RecordQuery } from '../../lib/ledger/ledger.ts';
import { openFileBucket } from '../../lib/store/file-bucket.ts';
import { openSqliteTable } from '../../lib/store/sqlite.ts';
import { temporaryFolder } from '../service.ts';
import { sequencerOver, worldActs } from './log-world.ts';

/* Two worlds that differ in the records of others only: whoever may learn nothing about others gets the same bytes in both. */

const SELF = 'tax-portal';
const HOLDER = 'holder-1';
const CA = 'signature-1';
const START = Date.parse('2026-01-30T22:00:00Z');
const CHANNELS = ['ocsp', 'crl', 'records'] as const;
const PURPOSES = ['inheritance', 'registration'] as const;
const SERIALS = ['1001', '1002', '1003'] as const;
/** Only these are about the holder. */
const HELD = ['2001', '2002'] as const;

interface Dated {
  /** Minutes after the start. */
  readonly at: number;
  readonly draft: RecordDraft;
}

const certificatesOf = (serials: readonly string[]) => serials.map((serial) => ({ ca: CA, serial }));

const answer = (recipients: readonly string[], serials: readonly string[]): fc.Arbitrary<RecordDraft> =>
  fc
    .record({
      recipient: fc.constantFrom(...recipients),
      about: fc.subarray([...serials], { minLength: 1 }),
      channel: fc.constantFrom(...CHANNELS),
      purpose: fc.option(fc.constantFrom(...PURPOSES), { nil: undefined }),
    })
    .map(({ recipient, about, channel, purpose }) => ({
      kind: 'provision',
      recipient,
      channel,
      method: 'POST',
      ...(purpose !== undefined && { purpose, legalBasis: '公的個人認証法第18条' }),
      certificates: certificatesOf(about),
      provided: {},
      responseDigest: '11'.repeat(32),
      count: about.length,
    }));

const act = (serials: readonly string[]): fc.Arbitrary<RecordDraft> =>
  fc
    .record({
      kind: fc.constantFrom('revocation' as const, 'issuance' as const),
      about: fc.constantFrom(...serials),
    })
    .map(({ kind, about }) => ({
      kind,
      actor: 'operator-noda',
      office: 'mizusaki-nishi',
      ...(kind === 'issuance' && { holder: 'holder-2' }),
      certificates: certificatesOf([about]),
      details: {},
    }));

const dated = (draft: fc.Arbitrary<RecordDraft>, most: number): fc.Arbitrary<readonly Dated[]> =>
  fc.array(fc.record({ at: fc.integer({ min: 1, max: 60 * 72 }), draft }), { maxLength: most });

/** The ledger and its log, with its first record, the issuances to the holder, and these: `own` are made at moments of their own. */
const openWorld = async (folder: string, own: readonly Dated[], others: readonly Dated[]) => {
  const table = await openSqliteTable(`${folder}/table.sqlite`);
  const bucket = await openFileBucket(`${folder}/objects`);
  let now = START;
  // The chance in an id depends on its millisecond alone, so that records of both worlds have equal ids.
  const random = (n: number): Uint8Array => createHash('sha512').update(`${now}`).digest().subarray(0, n);
  const ledger = openLedger({ table, clock: () => now, random, ...worldActs, bucket });
  await ledger.append({ kind: 'setting', actor: 'service', details: {} });
  for (const serial of HELD) {
    now++;
    const certificates = certificatesOf([serial]);
    await ledger.append({ kind: 'issuance', actor: 'service', holder: HOLDER, certificates, details: {} });
  }
  const all = [
    ...own.map(({ at, draft }, n) => ({ ms: at * 60_000 + 2 * n, draft })),
    ...others.map(({ at, draft }, n) => ({ ms: at * 60_000 + 2 * n + 1, draft })),
  ].sort((a, b) => a.ms - b.ms);
  for (const { ms, draft } of all) {
    now = START + ms;
    await ledger.append(draft);
  }
  now = START + 80 * 3_600_000;
  const sequencer = sequencerOver(table, bucket, { clock: () => now });
  while ((await sequencer.sequence()).leaves > 0);
  return { ledger, close: () => table.close() };
};

type Query = Omit<RecordQuery, 'limit' | 'cursor'>;

/** Every page, as JSON. The index of a leaf is left out: the log counts the leaves of all, for everybody to see. */
const pagesOf = async (ledger: Ledger, query: Query, limit: number): Promise<readonly string[]> => {
  const pages: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.query({ ...query, limit, ...(cursor !== undefined && { cursor }) });
    pages.push(JSON.stringify(page, (name, value) => (name === 'leaf' ? undefined : value)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
};

const idsIn = (pages: readonly string[]): readonly string[] =>
  pages.flatMap((page) => JSON.parse(page).records.map(({ id }: { id: string }) => id));

const inBoth = async (
  own: readonly Dated[],
  others: readonly (readonly Dated[])[],
  check: (ledgers: readonly Ledger[]) => Promise<void>,
): Promise<void> => {
  const folders = others.map(() => temporaryFolder());
  const worlds = await Promise.all(others.map((of, n) => openWorld(folders[n]?.path as string, own, of)));
  try {
    await check(worlds.map(({ ledger }) => ledger));
  } finally {
    for (const world of worlds) await world.close();
    for (const folder of folders) folder.remove();
  }
};

const time = fc.integer({ min: 0, max: 72 }).map((hour) => new Date(START + hour * 3_600_000).toISOString());

const question = fc
  .record(
    {
      certificate: fc.constantFrom(...certificatesOf(SERIALS)),
      purpose: fc.constantFrom(...PURPOSES),
      channel: fc.constantFrom(...CHANNELS),
      exceptLookUpsOf: fc.constant(SELF),
      from: time,
      to: time,
    },
    { requiredKeys: [] },
  )
  .filter(({ from, to }) => from === undefined || to === undefined || from < to);

const others = (serials: readonly string[]) =>
  dated(fc.oneof(answer(['public', 'procurement'], serials), act(serials)), 60);

it('a relying party gets the same records, cursors and pages whatever others were told', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      dated(answer([SELF], SERIALS), 25),
      others(SERIALS),
      others(SERIALS),
      fc.array(question, { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (own, here, there, questions, limit) => {
        await inBoth(own, [here, there], async (ledgers) => {
          for (const asked of questions) {
            const query: Query = { ...asked, kind: 'provision', recipient: SELF };
            const answers = await Promise.all(
              ledgers.map((ledger) => pagesOf(ledger, { ...query, onlyRecordsOf: SELF }, limit)),
            );
            expect(answers[1]).toEqual(answers[0]);
            // And it is the answer: what anybody else finds by the same query. Its own looks are those by other channels.
            const { exceptLookUpsOf, ...all } = query;
            const found = await pagesOf(ledgers[0] as Ledger, all, 1000);
            const wanted = found
              .flatMap((page) => JSON.parse(page).records)
              .filter(({ channel }) => exceptLookUpsOf === undefined || ['ocsp', 'crl'].includes(channel));
            expect(idsIn(answers[0] as readonly string[])).toEqual(wanted.map(({ id }) => id));
          }
        });
      },
    ),
    { numRuns: 15 },
  );
});

it('a holder gets the same records, cursors and pages whatever others hold and were told about that', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      dated(answer(['public', 'procurement', SELF], [...HELD, '1001']), 30).map((records) =>
        records.filter(({ draft }) => draft.certificates?.some(({ serial }) => serial.startsWith('2'))),
      ),
      others(SERIALS),
      others(SERIALS),
      fc.integer({ min: 1, max: 3 }),
      async (own, here, there, limit) => {
        await inBoth(own, [here, there], async (ledgers) => {
          const query: Query = { holder: HOLDER, kind: 'provision' };
          const [one = [], other] = await Promise.all(ledgers.map((ledger) => pagesOf(ledger, query, limit)));
          expect(other).toEqual(one);
          expect(idsIn(one)).toHaveLength(own.length);
        });
      },
    ),
    { numRuns: 10 },
  );
});

it("a holder's records are not asked for among those of one principal", async () => {
  await inBoth([], [[]], async ([ledger]) => {
    await expect(ledger?.query({ holder: HOLDER, onlyRecordsOf: SELF, limit: 1 })).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });
});
