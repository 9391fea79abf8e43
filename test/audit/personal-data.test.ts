import { describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { CA, DAY, dataAct, HOUR, ISSUED, iso, issuance, judged, listed, NOW } from './incidents.ts';

/* The acts that end personal data, lawful and otherwise. The audit keeps issuances for 3,650 days. */

const KEPT = 3_650 * DAY;
const ENDED = Date.UTC(2040, 4, 1);
const notAfter = ENDED - KEPT - HOUR;
const KEY = 'tokiwa.2040-04.1';
const MAY = dataAct('data-key', ENDED + HOUR, { act: 'destroyed', key: KEY });
const issued = issuance('01aa', { time: notAfter - DAY, notAfter, of: { tenant: 'tokiwa', holder: 'h-1' } });
const WITHOUT = { holder: 'h-1', tbsDigest: undefined, digest: undefined, notAfter: iso(notAfter) };
const CERTIFICATE = { certificate: `${CA}/01aa`, record: issued.id };

const shown = (records: readonly LedgerRecord[], more: object) =>
  judged([issued, ...records], [], [listed('01aa', { ...WITHOUT, ...more })]);
const missing = (facts: object) => [{ damage: 'personal-data-missing', facts: { ...CERTIFICATE, ...facts } }];

const asked = (details: object = {}, more: object = {}, time = NOW - 2 * DAY) =>
  dataAct(
    'personal-data',
    time,
    { act: 'asked', asks: 'erasure', reference: 'R-1', person: 'p1', lapsesAt: iso(NOW), ...details },
    { holder: 'h-1', actor: 'o1', ...more },
  );
const ordered = (asking: LedgerRecord, details: object = {}, more: object = {}, time = NOW - DAY) =>
  dataAct(
    'personal-data',
    time,
    { act: 'erasure', reference: 'R-1', person: 'p2', askedBy: 'o1', confirms: asking.id, ...details },
    { holder: 'h-1', actor: 'o2', ...more },
  );

describe('a certificate whose data have ended', () => {
  it('is no finding where the key of its month was destroyed after the month', () => {
    expect(shown([MAY], { ended: { key: KEY } })).toEqual([]);
  });

  it.each<[string, readonly LedgerRecord[], object]>([
    ['no act destroyed the key', [], { key: KEY }],
    [
      'the key is another tenant’s',
      [dataAct('data-key', ENDED + HOUR, { act: 'destroyed', key: 'hayase.2040-04.1' })],
      { key: 'hayase.2040-04.1' },
    ],
    [
      'the key is of an earlier month',
      [dataAct('data-key', ENDED, { act: 'destroyed', key: 'tokiwa.2040-02.1' })],
      { key: 'tokiwa.2040-02.1' },
    ],
    [
      'the key was closed only',
      [dataAct('data-key', ENDED + HOUR, { act: 'closed', key: KEY })],
      { key: KEY },
    ],
  ])('is one where %s', (_, records, ended) => {
    expect(shown(records, { ended })).toEqual(missing(ended));
  });

  it('is one, and so is the act, where the key was destroyed before its month was over', () => {
    const early = dataAct('data-key', ENDED - DAY, { act: 'destroyed', key: KEY });
    expect(shown([early], { ended: { key: KEY } })).toEqual(
      expect.arrayContaining([
        ...missing({ key: KEY }),
        { damage: 'data-key-destroyed-early', facts: { key: KEY, record: early.id } },
      ]),
    );
  });

  it('is one where its data cannot be read', () => {
    expect(shown([], { unreadable: 'data-key-missing' })).toEqual(missing({ error: 'data-key-missing' }));
  });

  it('is still compared with its issuance', () => {
    expect(shown([MAY], { ended: { key: KEY }, order: 'other' })).toMatchObject([
      { damage: 'certificate-altered', facts: { order: 'other' } },
    ]);
  });

  it('is no finding where two operators had the data of its holder erased', () => {
    const asking = asked();
    const order = ordered(asking);
    expect(shown([asking, order], { ended: { record: order.id } })).toEqual([]);
  });

  it('is one where the erasure was of another holder or tenant, or not ordered at all', () => {
    for (const more of [{ holder: 'h-2' }, { tenant: 'hayase' }]) {
      const asking = asked({}, more);
      const order = ordered(asking, {}, more);
      expect(shown([asking, order], { ended: { record: order.id } })).toEqual(missing({ order: order.id }));
    }
    const hold = asked({ asks: 'hold' });
    const held = ordered(hold, { act: 'hold' });
    expect(shown([hold, held], { ended: { record: held.id } })).toEqual(missing({ order: held.id }));
    expect(shown([], { ended: { record: 'none' } })).toEqual(missing({ order: 'none' }));
  });
});

describe('an order about personal data', () => {
  it.each<[string, object, object, object]>([
    ['by the same operator', {}, {}, { actor: 'o1' }],
    ['by the same person', {}, { person: 'p1' }, {}],
    ['with another reference', {}, { reference: 'R-2' }, {}],
    ['of another kind than was asked for', { asks: 'hold' }, {}, {}],
    ['about another holder', {}, {}, { holder: 'h-2' }],
    ['of another tenant', {}, {}, { tenant: 'hayase' }],
    ['that says that somebody else had asked', {}, { askedBy: 'o3' }, {}],
    ['after the asking had lapsed', { lapsesAt: iso(NOW - DAY - 1) }, {}, {}],
    ['that names no asking', {}, { confirms: 'none' }, {}],
  ])('is a finding %s', (_, ofAsking, details, more) => {
    const asking = asked(ofAsking);
    const order = ordered(asking, details, more);
    expect(judged([asking, order])).toEqual([{ damage: 'order-not-confirmed', facts: { record: order.id } }]);
  });

  it.each(['hold', 'release', 'erasure'])('(%s) by two operators is none', (asks) => {
    const asking = asked({ asks });
    expect(judged([asking, ordered(asking, { act: asks })])).toEqual([]);
  });
});

describe('a data key that was destroyed before its month was over', () => {
  const LATE = 'tokiwa.2041-04.1';
  const closing = (because: string, time = NOW - DAY + 1) =>
    dataAct('data-key', time, { act: 'closed', key: LATE, because });
  const destroyed = (key = LATE) => dataAct('data-key', NOW - HOUR, { act: 'destroyed', key });
  const early = ({ id }: LedgerRecord, key = LATE) => ({
    damage: 'data-key-destroyed-early',
    facts: { key, record: id },
  });

  it('is none where an erasure had closed it', () => {
    const asking = asked();
    const order = ordered(asking);
    expect(judged([asking, order, closing(order.id), destroyed()])).toEqual([]);
  });

  it('is a finding where the erasure was by one, was no erasure, or came after', () => {
    const asking = asked();
    const alone = ordered(asking, {}, { actor: 'o1' });
    const act = destroyed();
    expect(judged([asking, alone, closing(alone.id), act])).toContainEqual(early(act));
    const hold = asked({ asks: 'hold' });
    const held = ordered(hold, { act: 'hold' });
    expect(judged([hold, held, closing(held.id), act])).toEqual([early(act)]);
    const order = ordered(asking);
    expect(judged([asking, order, closing(order.id, ISSUED), act])).toEqual([early(act)]);
    const elsewhere = asked({}, { tenant: 'hayase' });
    const other = ordered(elsewhere, {}, { tenant: 'hayase' });
    expect(judged([elsewhere, other, closing(other.id), act])).toEqual([early(act)]);
    expect(judged([act])).toEqual([early(act)]);
  });

  it('is a finding for a key of searches before its year is over, and none after', () => {
    const act = destroyed('tokiwa.2040.search');
    expect(judged([act])).toEqual([early(act, 'tokiwa.2040.search')]);
    expect(judged([destroyed('tokiwa.2039.search')])).toEqual([]);
  });
});
