import { describe, expect, it } from 'vitest';
import { OLD_FORMS } from '../../lib/personal/old-forms.ts';
import { folded } from '../../lib/personal/search-text.ts';

describe('the table of old and variant forms', () => {
  it('has groups of two characters at least, all of them kanji', () => {
    const wrong = OLD_FORMS.filter((group) => !/^\p{Script=Han}{2,}$/u.test(group));
    expect(wrong).toEqual([]);
  });

  it('has no character twice', () => {
    const characters = OLD_FORMS.flatMap((group) => [...group]);
    expect(characters.filter((one, index) => characters.indexOf(one) < index)).toEqual([]);
  });

  it('leaves to Unicode what NFKC joins', () => {
    expect(OLD_FORMS.filter((group) => group.normalize('NFKC') !== group)).toEqual([]);
  });

  it('joins every group to its last character', () => {
    for (const group of OLD_FORMS) {
      const used = [...group].at(-1) as string;
      expect(folded(group)).toBe(used.repeat([...group].length));
    }
  });

  // 常用漢字表 (2010): the first, the last, and those that have several old forms or an unlike one.
  it.each([
    '亞亜',
    '灣湾',
    '辨弁',
    '瓣弁',
    '辯弁',
    '豫予',
    '餘余',
    '國国',
    '學学',
    '澤沢',
    '廣広',
    '瀨瀬',
    '德徳',
    '齒歯',
    '\ufa19神',
    '\ufa45海',
    '\ufa67逸',
    '\ufa4f祐',
    '\ufa10塚',
  ])('joins the old and the new form of %s', (pair) => {
    const [old, used] = [...pair] as [string, string];
    expect(old).not.toBe(used);
    expect(folded(old)).toBe(folded(used));
  });

  it.each([
    '髙高',
    '﨑崎',
    '嵜崎',
    '濵浜',
    '濱浜',
    '桒桑',
    '𠮷吉',
    '栁柳',
    '嶋島',
    '嶌島',
    '冨富',
    '舘館',
    '槗橋',
    '𣘺橋',
    '邊辺',
    '邉辺',
    '齋斉',
    '斎斉',
    '齊斉',
    '渕淵',
    '穐秋',
    '舩船',
    '圡土',
    '靏鶴',
    '劔剣',
    '凛凜',
  ])('joins %s, which stand in names', (pair) => {
    const [one, other] = [...pair] as [string, string];
    expect(folded(one)).toBe(folded(other));
  });

  it.each(['椎槌', '坂阪', '脇脅', '庄荘', '埼崎', '碕崎', '堺界', '栖棲', '朗郎', '奈柰', '藤籐', '宍肉'])(
    'keeps %s apart, which are two characters',
    (pair) => {
      const [one, other] = [...pair] as [string, string];
      expect(folded(one)).not.toBe(folded(other));
    },
  );
});
