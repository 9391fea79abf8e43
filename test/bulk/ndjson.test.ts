import { describe, expect, it } from 'vitest';
import { MAX_ROWS } from '../../lib/bulk/bulk.ts';
import { readNdjson, rowsOf } from './files.ts';

const ndjson = (file: string) => rowsOf(file, { format: 'ndjson', encoding: 'utf-8' });

const NO_VALUE = 'The value is a text, a number, true or false, or a list of these.';

describe('NDJSON', () => {
  it('has one object on each line, whose members are named', async () => {
    const rows = await ndjson('{"a":"1","b":"二"}\r\n\n \t\n{"b":"\\u0033\\n\\"","c":["x","y"],"d":[]}');
    expect(rows).toEqual([
      { number: 1, line: 1, names: ['a', 'b'], cells: ['1', '二'], problems: [] },
      { number: 2, line: 4, names: ['b', 'c', 'd'], cells: ['3\n"', ['x', 'y'], []], problems: [] },
    ]);
  });

  it('has numbers and booleans as they are written', async () => {
    expect(
      await readNdjson('{"a":123456789012345678901234,"b":1.50,"c":-1E5,"d":true,"e":[1,false],"f":"=1"}'),
    ).toEqual([[1, 1, '123456789012345678901234', '1.50', '-1E5', 'true', ['1', 'false'], '=1']]);
  });

  it.each([
    ['no JSON', '{"a":', 'row: The line is not one JSON object.'],
    ['a list', '["a"]', 'row: The line is not one JSON object.'],
    ['a text', '"a"', 'row: The line is not one JSON object.'],
    ['two objects', '{"a":1}{"a":2}', 'row: The line is not one JSON object.'],
    ['null', '{"a":null}', `1: ${NO_VALUE}`],
    ['an object in an object', '{"a":"1","b":{"c":{"d":1}},"e":"2"}', `2: ${NO_VALUE}`],
    ['a list in a list', '{"a":[["1"]]}', `1: ${NO_VALUE}`],
    ['null in a list', '{"a":["1",null]}', `1: ${NO_VALUE}`],
    ['a member twice', '{"a":"1","a":"2"}', 'row: The object has the member "a" twice.'],
    [
      'a member twice in two spellings',
      '{"a":"1","\\u0061":{}}',
      'row: The object has the member "a" twice.',
    ],
    ['half of a surrogate pair', '{"a":"\\ud800"}', '1: The text holds half of a surrogate pair.'],
    ['NUL', '{"a":"x\\u0000"}', '1: Character 2 of the cell is the control character U+0000; remove it.'],
    [
      'a raw control character',
      '{"a":"x\u0001"}',
      'row: Character 8 of the line is the control character U+0001; remove it.',
    ],
    [
      'a byte order mark',
      '\ufeff{"a":"x"}',
      'row: Character 1 of the line is a byte order mark (U+FEFF), which stands only at the beginning of a file; remove it.',
    ],
    [
      'a user-defined character',
      '{"a":"\\ue000"}',
      '1: Character 1 of the cell is U+E000, a user-defined character, which differs from machine to machine; write the character that Unicode has for it.',
    ],
    [
      'a user-defined character as it is',
      '{"b":"1","a":"山\ue757"}',
      '2: Character 2 of the cell is U+E757, a user-defined character, which differs from machine to machine; write the character that Unicode has for it.',
    ],
    [
      'a value of 16 KiB and a byte',
      `{"a":"${'x'.repeat(16_385)}"}`,
      '1: The cell has more than the 16384 bytes that are taken.',
    ],
    [
      'more than 64 KiB',
      `{"a":"${'x'.repeat(65_536)}"}`,
      'row: The row has more than the 65536 bytes that are taken. Lines end with CRLF or LF.',
    ],
    [
      '1 MB',
      `{"a":"${'x'.repeat(1_000_000)}"}`,
      'row: The row has more than the 65536 bytes that are taken. Lines end with CRLF or LF.',
    ],
    [
      'lists as deep as a line can have them',
      `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
      `1: ${NO_VALUE}`,
    ],
  ])('goes on after a line that is refused: %s', async (_, line, said) => {
    expect(await readNdjson(`{"a":"1"}\n${line}\n{"a":"2"}\n`)).toEqual([
      [1, 1, '1'],
      [2, 2, said],
      [3, 3, '2'],
    ]);
  });

  it('may have a member of any name', async () => {
    const [row] = await ndjson('{"__proto__":"1","toString":"2","":"3"}');
    expect([row?.names, row?.cells]).toEqual([
      ['__proto__', 'toString', ''],
      ['1', '2', '3'],
    ]);
  });

  it('is refused from the 10,001st row on, one by one', async () => {
    const rows = await readNdjson(
      Array.from({ length: MAX_ROWS + 2 }, (_, n) => `{"a":${n + 1}}\n`).join(''),
    );
    expect(rows.slice(MAX_ROWS - 1)).toEqual([
      [10_000, 10_000, '10000'],
      [10_001, 10_001, 'row: A file has at most 10000 rows; put this one into another file.'],
      [10_002, 10_002, 'row: A file has at most 10000 rows; put this one into another file.'],
    ]);
  });

  it.each(['', '\n', '\ufeff\r\n'])('without rows has a problem: %j', async (file) => {
    expect(await readNdjson(file)).toEqual([[0, 1, 'row: The file has no rows.']]);
  });
});
