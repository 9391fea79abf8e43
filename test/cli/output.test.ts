import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns, details, printable, table } from '../../cli/output.ts';

describe('output', () => {
  it('aligns columns by their width on a terminal, also with Japanese text', () => {
    expect(
      table([
        ['市長', 'a'],
        ['mayor', 'b'],
        ['ｶﾅ', 'c'],
      ]),
    ).toBe('市長   a\nmayor  b\nｶﾅ     c\n');
    expect(columns('東区役所')).toBe(8);
    expect(columns('（）ー。')).toBe(8);
    expect(columns('葛\u{e0100}城')).toBe(4);
    expect(columns('か\u3099')).toBe(2);
  });

  it('goes on in indented lines where a row is wider than the screen, at the same columns in every row', () => {
    const rows = [
      ['0123456789', '署名検証者', 'good', 'ca/0123456789012345'],
      ['1', 'b', 'revoked keyCompromise', 'ca/1'],
    ];
    const text = table(rows, 30);
    expect(text).toBe(
      '0123456789  署名検証者\n    good\n    ca/0123456789012345\n1           b\n    revoked keyCompromise\n    ca/1\n',
    );
    for (const line of text.split('\n')) expect(columns(line)).toBeLessThanOrEqual(30);
    expect(table(rows).split('\n')).toHaveLength(3);
  });

  it('leaves out what is undefined', () => {
    expect(
      details(String, [
        ['a', '1'],
        ['b', undefined],
      ]),
    ).toBe('a  1\n');
  });

  it("escapes characters that would act on the reader's terminal", () => {
    expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a\\u001b[2Jb\\u000ac\\u202ed');
    const acting = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(acting.test(table([[text]]).slice(0, -1))).toBe(false);
      }),
    );
  });
});
