import { describe, expect, it } from 'vitest';
import { isAbsoluteUri, isDnsName, isMailbox } from '../lib/internet-names.ts';
import { isPublicationUrl } from '../lib/public-url.ts';

/** Names that certificates may carry: RFC 5280 4.2.1.6 and 7, RFC 1034 3.5, RFC 5890, RFC 3986. */

const A_LABELS = [
  'xn--wgv71a', // 日本
  'xn--pckhd7byb3k', // デコタゴメク
  'xn--eckwd4c7cu47r2wf', // ドメイン名例
  'xn--fiqs8s', // 中国
  'xn--bcher-kva', // bücher
  'xn--fa-hia', // faß
  'xn--mgbaam7a8h', // امارات
  'xn--4dbrk0ce', // ישראל
  'xn--hdk2c8b', // ナ・ラ, whose middle dot is between kana
  'xn--ll-0ea', // l·l
  'XN--WGV71A',
];

describe('labels with -- in their third and fourth place (RFC 5890 2.3.1)', () => {
  it.each(A_LABELS)('%s is an A-label', (label) => {
    expect([isDnsName(label), isDnsName(`www.${label}.jp`)]).toEqual([true, true]);
  });

  it.each([
    ['xn--a', 'no Punycode'],
    ['xn--vlaue', 'Punycode of nothing'],
    ['ab--cd', 'another prefix'],
    ['xn--', 'nothing at all'],
    ['xn---', 'nothing at all'],
    ['xn--abc', 'no Punycode of a U-label'],
    ['xn--abc-', 'ASCII alone'],
    ['xn--0', 'no Punycode'],
    ['xn--ls8h', 'an emoji, which RFC 5892 disallows'],
    ['xn--n3h', 'a symbol, which RFC 5892 disallows'],
    ['xn--ph7c', 'a capital of full width, which is not its own folding'],
    ['xn--u8jui', 'a kana in two characters'],
    ['xn--xn--a-v11d', 'a radical, which RFC 5892 disallows'],
    ['xn--a-iju', 'a middle dot of katakana without kana or kanji'],
    ['xn--ab-0ea', 'a middle dot that is between no two l'],
    ['xn--ab-m1t', 'a joiner without a context'],
  ])('%s is none: %s', (label) => {
    expect([isDnsName(label), isDnsName(`www.${label}.jp`)]).toEqual([false, false]);
    expect(isMailbox(`clerk@${label}.jp`)).toBe(false);
    expect(isAbsoluteUri(`https://${label}.jp/a`)).toBe(false);
    expect(isAbsoluteUri(`ldap://${label}.jp:389/cn=a`)).toBe(false);
    expect(isPublicationUrl(`http://${label}.jp`)).toBe(false);
  });

  it('other hyphens mean nothing', () => {
    for (const name of ['a-b.example', 'a--b.example', 'abc--d.example', 'x-n--a.example'])
      expect([name, isDnsName(name)]).toEqual([name, true]);
  });
});

describe('URIs', () => {
  it.each([
    'http://localhost:8080',
    'https://www.example.jp/a%20b?c=d#e',
    'http://192.0.2.1/',
    'http://[2001:db8::1]:80/a',
    'https://user@example.jp/',
    'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'mailto:clerk@example.jp',
    'ldap://ldap.example.jp/cn=crl,o=a?certificateRevocationList',
    'file:/etc/hosts',
  ])('%s is absolute', (uri) => {
    expect(isAbsoluteUri(uri)).toBe(true);
  });

  it.each([
    '/offices/1',
    'www.example.jp',
    'http:///a',
    'http://',
    'http://a b/',
    'http://example.jp/a b',
    'http://example.jp/"a"',
    'http://example.jp/%zz',
    'http://example.jp/証',
    'http://認証局.example.jp/',
    'http://%E8%AA%8D.example.jp/',
    'http://my_host/',
    'http://127.1/',
    'http://[::1%25eth0]/',
    'http://example.jp:99999/',
    'spiffe://_host/a',
    'http://example.jp/[a]',
    'http://example.jp/?[a]',
    'http://example.jp/#a#b',
    'urn:[x]',
  ])('%s is not', (uri) => {
    expect(isAbsoluteUri(uri)).toBe(false);
  });
});

describe('public addresses', () => {
  it.each([
    'http://localhost:8080',
    'http://status.example.jp/akashi',
    'http://192.0.2.1:81',
    'http://[::1]:8080',
    'http://xn--wgv71a.example.jp',
    'http://localhost:8080/a%20b',
  ])('%s', (url) => {
    expect(isPublicationUrl(url)).toBe(true);
  });

  it.each([
    'http://認証局.example.jp',
    'http://localhost:8080/a b',
    'http://my_host.example.jp',
    'http://localhost./a',
    'http://*.example.jp',
    'http://127.1:8080',
    'http://0x7f000001',
    'HTTP://localhost',
    'https://example.jp',
    'http://user@example.jp',
    'http://example.jp/?q',
    'http://example.jp/#f',
    'http://example.jp/[a]',
    'http://example.jp/../a',
    'http://example.jp/a/./b',
    'http://example.jp:080',
    'http://example.jp:0',
    'http://example.jp/',
    `http://example.jp/${'a'.repeat(200)}`,
  ])('not %s', (url) => {
    expect(isPublicationUrl(url)).toBe(false);
  });
});
