import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JA } from '../../lib/messages/ja.ts';

/*
 * One Japanese word for one thing, in every text and in README.ja.md. The words are those of the table in docs/architecture.md, and
 * where JPKI and LGPKI have one themselves, theirs: 利用者 is what both call the holder, 一時利用停止 what JPKI calls the hold of a
 * certificate that can be released again.
 */

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The word for a thing, and the words that are not to be used for it. */
const TERMS: readonly (readonly [english: string, word: string, rejected: RegExp])[] = [
  ['hold', '一時利用停止', /一時停止|効力停止|一時保留/],
  ['holder', '利用者', /名義人|保有者|所持者/],
  ['log', '透明性ログ', /公開ログ/],
  ['operator', '認証局運用者', /運用担当者|オペレーター/],
  ['officer', '担当者', /職員/],
  ['auditor', '監査人', /監査者/],
  ['tenant', '運営団体', /テナント/],
  ['trust domain', '信頼ドメイン', /トラストドメイン/],
  ['ceremony', '鍵生成式', /セレモニー/],
  ['witness', '証人', /ウィットネス/],
  ['evidence', '監査証跡', /(?<!監査)証跡/],
  ['collection', '受け取り', /受領|証明書の取得/],
  ['profile', '証明書プロファイル', /証明書の種類/],
  ['registration sub-office, office', '登録分局', /(?<!登録)分局/],
];

/** Words for which the glossary has no line. */
const OTHERS: readonly (readonly [word: string, rejected: RegExp])[] = [
  ['サインイン', /ログイン|ログオン/],
  ['認証情報 (credentials)', /資格情報/],
  ['証明書発行要求 (PKCS#10)', /証明書署名要求/],
  ['テーブル (of the store)', /データベース/],
  ['または', /又は/],
  ['有効期間', /有効期限/],
  ['フィンガープリント', /拇印|指紋/],
];

const REJECTED = [...TERMS.map(([, word, rejected]) => [word, rejected] as const), ...OTHERS];

describe('one word for one thing', () => {
  it.each(REJECTED)('%s', (_, rejected) => {
    expect(JA.filter(([, japanese]) => rejected.test(japanese))).toEqual([]);
    const lines = read('README.ja.md').split('\n');
    expect(lines.filter((line) => rejected.test(line))).toEqual([]);
  });

  it('is the one in the table of words', () => {
    const table = read('docs/architecture.md');
    for (const [english, word] of TERMS) expect(table).toContain(`| ${english} | ${word} |`);
  });
});
