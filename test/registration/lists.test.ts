import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Registration, RequestView } from '../../lib/registration/registration.ts';
import { type Ground, openGround, openHouse } from '../authority/house.ts';
import type { Service } from '../service.ts';
import { newCsr } from './csr.ts';

/** What an office finds among its requests, over real stores, with the names of the demonstration's fields. */

const NAMES = [
  { name: '髙橋 一郎', kana: 'タカハシ イチロウ' },
  { name: '高橋 花子', kana: 'タカハシ ハナコ' },
  { name: '葛\u{e0100}城 ミユキ', kana: 'ｶﾂﾗｷﾞ ﾐﾕｷ' },
  { name: '田辺 聖子', kana: 'たなべ せいこ' },
  { name: '山田太郎左衛門尉次郎', kana: '' },
] as const;

type Query = Parameters<Registration['list']>[1];

let ground: Ground;
let house: Service;
const ids: string[] = [];

const list = (who: string, query: Omit<Query, 'limit'> & { readonly limit?: number }) =>
  house.app.registration.list(house.principal(who), { limit: 50, ...query });

const namesOf = (requests: readonly RequestView[]) => requests.map(({ fields }) => fields?.name);

beforeAll(async () => {
  ground = await openGround();
  house = await openHouse(ground);
  const counter = house.principal('higashi-counter');
  for (const [n, { name, kana }] of NAMES.entries()) {
    const { request } = await house.app.registration.submit(counter, {
      profile: 'person-signature',
      csr: await newCsr(),
      holder: `holder-${n % 2}`,
      fields: {
        holderId: `2026112200000${n}AB`,
        name,
        ...(kana && { kana }),
        dateOfBirth: '1987-03-29',
        sex: '1',
        address: '常盤県瑞崎市東区',
      },
    });
    ids.push(request.id);
    ground.time.now += 1_000;
  }
  const seal = await house.app.registration.submit(house.principal('nishi-counter'), {
    profile: 'official-position',
    csr: await newCsr(),
    fields: { position: 'Mayor', positionJa: '高橋市長' },
  });
  ids.push(seal.request.id);
});
afterAll(() => ground.close());

describe('a search', () => {
  it.each([
    ['高橋', ['高橋 花子', '髙橋 一郎']],
    ['髙橋', ['高橋 花子', '髙橋 一郎']],
    ['高橋花', ['高橋 花子']],
    ['花子', ['高橋 花子']],
    ['たかはし', ['高橋 花子', '髙橋 一郎']],
    ['ﾊﾅｺ', ['高橋 花子']],
    ['葛城', ['葛\u{e0100}城 ミユキ']],
    ['葛\u{e0101}城', ['葛\u{e0100}城 ミユキ']],
    ['カツラギ', ['葛\u{e0100}城 ミユキ']],
    ['タナベ', ['田辺 聖子']],
    ['田邊', ['田辺 聖子']],
    ['山田太郎左衛門尉次郎', ['山田太郎左衛門尉次郎']],
    ['山田太郎左衛門尉三郎', []],
    ['一郎高橋', []],
  ])('for %s', async (text, found) => {
    expect(namesOf((await list('higashi-counter', { text })).requests)).toEqual(found);
  });

  it.each([
    ['one character', '高'],
    ['1,000 characters', '高'.repeat(1_000)],
    ['a control character', '高\u0007橋'],
    ['a wildcard', '高*'],
    ['wildcards alone', '**'],
    ['white space', '   '],
    ['half of a surrogate pair', '高\ud842'],
  ])('of %s is refused', async (_, text) => {
    await expect(list('higashi-counter', { text })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('stays within one office, which operators name', async () => {
    expect((await list('nishi-counter', { text: '高橋' })).requests.map(({ id }) => id)).toEqual([ids[5]]);
    await expect(list('nishi-counter', { text: '高橋', office: 'mizusaki-higashi' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(list('operator-sakai', { text: '高橋' })).rejects.toMatchObject({
      code: 'invalid-input',
      facts: { path: 'office' },
    });
    const { requests } = await list('operator-sakai', { text: '高橋', office: 'mizusaki-higashi' });
    expect(requests).toHaveLength(2);
  });

  it('goes on where a page ended, whatever came meanwhile, and with this text alone', async () => {
    const first = await list('higashi-counter', { text: '高橋', limit: 1 });
    expect(namesOf(first.requests)).toEqual(['高橋 花子']);
    const cursor = first.cursor as string;
    for (const text of ['花子', '高橋花', '髙橋 ']) {
      const other = list('higashi-counter', { text, limit: 1, cursor });
      if (text.startsWith('髙')) await expect(other).resolves.toMatchObject({ requests: [{ id: ids[0] }] });
      else await expect(other).rejects.toMatchObject({ code: 'cursor-invalid' });
    }
    await expect(list('higashi-counter', { limit: 1, cursor })).rejects.toMatchObject({
      code: 'cursor-invalid',
    });
    const later = await list('higashi-counter', { text: '高橋', limit: 1, cursor });
    expect(namesOf(later.requests)).toEqual(['髙橋 一郎']);
  });

  it('leaves no text in the table, whose keys are tokens', async () => {
    const rows = JSON.stringify(
      await Promise.all(ids.map((id) => ground.table.get({ pk: `request/${id}`, sk: 'request' }))),
    );
    for (const text of ['高橋', '髙橋', 'タカハシ', '1987-03-29']) expect(rows).not.toContain(text);
  });
});

describe('a list', () => {
  it('is of a profile, a holder, a state or an officer', async () => {
    const counts = async (query: Omit<Query, 'limit'>, who = 'higashi-counter') =>
      (await list(who, query)).requests.length;
    expect(await counts({ profile: 'person-signature' })).toBe(5);
    expect(await counts({ profile: 'official-position' })).toBe(0);
    expect(await counts({ profile: 'person-signature', state: 'submitted' })).toBe(5);
    expect(await counts({ holder: 'holder-0' })).toBe(3);
    expect(await counts({ holder: 'holder-0', state: 'issued' })).toBe(0);
    expect(await counts({ submittedBy: 'higashi-counter' })).toBe(5);
    expect(await counts({ submittedBy: 'higashi-counter' }, 'nishi-counter')).toBe(0);
    expect(await counts({ holder: 'holder-0' }, 'nishi-counter')).toBe(0);
    expect(await counts({ profile: 'official-position' }, 'auditor')).toBe(1);
  });

  it('says how many there are where one list holds them', async () => {
    expect(await list('higashi-counter', { limit: 2, count: true })).toMatchObject({ total: 5 });
    expect(await list('higashi-counter', { state: 'submitted', count: true })).toMatchObject({ total: 5 });
    const both = await list('higashi-counter', {
      state: 'submitted',
      profile: 'person-signature',
      count: true,
    });
    expect(both.total).toBeUndefined();
  });

  it('takes the cursor of the same query alone', async () => {
    const { cursor } = await list('higashi-counter', { profile: 'person-signature', limit: 2 });
    const next = { limit: 2, cursor: cursor as string };
    expect((await list('higashi-counter', { profile: 'person-signature', ...next })).requests).toHaveLength(
      2,
    );
    for (const query of [
      {},
      { state: 'submitted' },
      { profile: 'person-signature', state: 'submitted' },
    ] as const)
      await expect(list('higashi-counter', { ...query, ...next })).rejects.toMatchObject({
        code: 'cursor-invalid',
      });
  });
});
