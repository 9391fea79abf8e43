import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateSoftwareKey } from '../../lib/keys/software.ts';
import {
  ed25519Verifier,
  formatNote,
  MAX_SIGNATURES,
  noteSigner,
  parseNote,
  parseSignatureLines,
  signText,
  verifyNote,
} from '../../lib/tlog/note.ts';
import { formatVkey, hexId, isKeyName, noteKey, parseVkey } from '../../lib/tlog/vkey.ts';
import { ed25519FromSeed, faultCodeOf, hexOf, mutated, rejectedCodeOf } from './reference.ts';
import { enoch, peter, sofa, specExample } from './vectors/notes.ts';

const peterSigner = noteSigner(peter.name, ed25519FromSeed(peter.seed));
const enochSigner = noteSigner(enoch.name, ed25519FromSeed(enoch.seed));
const peterVerifier = ed25519Verifier(parseVkey(peter.vkey));
const enochVerifier = ed25519Verifier(parseVkey(enoch.vkey));
const both = `${peter.text}\n${peter.line}${enoch.line}`;

describe('verifier keys', () => {
  it.each([specExample.vkey, peter.vkey, enoch.vkey])('%s is read and written', (vkey) => {
    expect(formatVkey(parseVkey(vkey))).toBe(vkey);
  });

  it('are those of the signers', () => {
    expect(formatVkey(peterSigner.key)).toBe(peter.vkey);
    expect(formatVkey(enochSigner.key)).toBe(enoch.vkey);
    expect(hexId(parseVkey(specExample.vkey).id)).toBe('530d903a');
  });

  it('are refused when any character is missing, changed or added', () => {
    const codes = ['malformed-note', 'unsupported-algorithm'];
    for (let i = 0; i <= peter.vkey.length; i++) {
      for (let j = i; j <= peter.vkey.length; j++) {
        if (i === 0 && j === peter.vkey.length) continue;
        expect(codes).toContain(faultCodeOf(() => parseVkey(peter.vkey.slice(i, j))));
      }
      const bytes = Buffer.from(peter.vkey);
      bytes[i] = (bytes[i] ?? 0) + 1;
      if (i < bytes.length) expect(codes).toContain(faultCodeOf(() => parseVkey(bytes.toString('latin1'))));
      const longer = `${peter.vkey.slice(0, i)}=${peter.vkey.slice(i)}`;
      expect(codes).toContain(faultCodeOf(() => parseVkey(longer)));
    }
    expect(faultCodeOf(() => parseVkey(peter.wrongLength))).toBe('malformed-note');
    expect(faultCodeOf(() => parseVkey(peter.unknownType))).toBe('unsupported-algorithm');
    expect(faultCodeOf(() => parseVkey(peter.vkey.replace('c74f20a3', 'C74F20A3')))).toBe('malformed-note');
  });

  it('come from any name and key, and go back', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(name, fc.uint8Array({ minLength: 32, maxLength: 32 }), (text, publicKey) => {
        const code = faultCodeOf(() => {
          const key = noteKey(text, 0x04, publicKey);
          expect(parseVkey(formatVkey(key))).toMatchObject({ name: text, id: key.id, type: 4 });
          // Any 32 bytes may be configured; they verify nothing unless they are a key.
          expect(ed25519Verifier(key).verify('text\n', Buffer.alloc(64))).toBe(false);
        });
        expect(code).toBe(isKeyName(text) ? undefined : 'malformed-note');
      }),
    );
    expect(faultCodeOf(() => noteKey('name', 0x06, Buffer.alloc(32)))).toBe('malformed-note');
  });

  it('are of kinds that notes are signed with', async () => {
    const p256 = await generateSoftwareKey('ecdsa-p256-sha256');
    expect(faultCodeOf(() => noteSigner('name', p256))).toBe('unsupported-algorithm');
  });
});

describe('key names', () => {
  it.each(['PeterNeumann', 'example.com/foo', '証.example/記録', '\u{1f4dc}', 'a\u200bb', 'a-b_c/d:e'])(
    '%j is one',
    (name) => expect(isKeyName(name)).toBe(true),
  );
  it.each([
    '',
    'a b',
    'a+b',
    'a\tb',
    'a\nb',
    'a\u3000b',
    'a\u00a0b',
    'a\u0085b',
    'a\u2028b',
    'a\u0007',
    '\ud800',
  ])('%j is none', (name) => expect(isKeyName(name)).toBe(false));
});

describe('signed notes', () => {
  it("are, signed with Go's example keys, Go's example notes", async () => {
    const signatures = await signText(peter.text, [peterSigner, enochSigner]);
    expect(formatNote({ text: peter.text, signatures })).toBe(both);
  });

  it('verify by the known keys, and keep signatures of unknown keys', () => {
    const note = parseNote(both);
    const byPeter = verifyNote(note, [peterVerifier]);
    expect(byPeter.verified.map(({ key }) => key.name)).toEqual(['PeterNeumann']);
    expect(byPeter.unknown.map(({ name }) => name)).toEqual(['EnochRoot']);
    expect(byPeter.text).toBe(peter.text);
    const byBoth = verifyNote(note, [enochVerifier, peterVerifier]);
    expect(byBoth.verified.map(({ key }) => key.name)).toEqual(['PeterNeumann', 'EnochRoot']);
    expect(byBoth.unknown).toEqual([]);
    expect(
      verifyNote(parseNote(specExample.note), [ed25519Verifier(parseVkey(specExample.vkey))]).unknown,
    ).toEqual([]);
  });

  it('count a key that signed twice once', () => {
    const twice = parseNote(`${peter.text}\n${peter.line}${peter.line}${enoch.line}${enoch.line}`);
    expect(verifyNote(twice, [peterVerifier]).verified).toHaveLength(1);
  });

  it('are refused for one wrong signature of a known key', () => {
    const wrong = peter.line.replace('/ZJku', '/ZJkv');
    const code = (text: string, verifiers = [peterVerifier]) =>
      faultCodeOf(() => verifyNote(parseNote(text), verifiers));
    expect(code(`${peter.text}\n${wrong}`)).toBe('signature-invalid');
    expect(code(`${peter.text}\n${peter.line}${wrong}`)).toBe('signature-invalid');
    expect(code(`${peter.text}\n${wrong}${enoch.line}`, [enochVerifier, peterVerifier])).toBe(
      'signature-invalid',
    );
    expect(code(`${peter.text}\n${wrong}${enoch.line}`, [enochVerifier])).toBe(undefined);
    expect(code(`x${peter.text}\n${peter.line}`)).toBe('signature-invalid');
    expect(code(`${peter.text}\n${peter.line.replace('Peter', 'Petra')}`)).toBe('signature-invalid');
    expect(code(both, [])).toBe('signature-invalid');
    expect(code(both, [peterVerifier, ed25519Verifier(parseVkey(peter.vkey))])).toBe('configuration-invalid');
    const short = `${peter.text}\n— PeterNeumann ${Buffer.from('c74f20a301', 'hex').toString('base64')}\n`;
    expect(code(short)).toBe('signature-invalid');
  });

  it.each([
    ['without signatures', peter.text],
    ['without signature lines', `${peter.text}\n`],
    ['without the last newline', `${peter.text}\n${peter.line.slice(0, -1)}`],
    ['with another line at the end', `${peter.text}\n${peter.line}Unexpected line.\n`],
    ['with an empty line at the end', `${peter.text}\n${peter.line}\n`],
    ['with a control character', `\u0001${both}`],
    ['with a tab', both.replace('think ', 'think\t')],
    ['with carriage returns', both.replaceAll('\n', '\r\n')],
    ['with a name with a space', both.replace('PeterNeumann', 'Peter Neumann')],
    ['with a name with a wide space', both.replace('PeterNeumann', 'Peter\u3000Neumann')],
    ['with a name with a plus', both.replace('PeterNeumann', 'Peter+Neumann')],
    ['with an empty name', both.replace('PeterNeumann', '')],
    ['with a hyphen for the dash', both.replace('—', '-')],
    ['with no space after the dash', both.replace('— ', '—')],
    ['with bad base64', both.replace('x08go', 'x08g*')],
    ['with base64 without padding', both.replace('BwJnAM=', 'BwJnAM')],
    ['with base64 with stray bits', both.replace('BwJnAM=', 'BwJnAN=')],
    ['with URL-safe base64', both.replace('x08go/', 'x08go_')],
    ['with a signature of a key ID alone', `${peter.text}\n— PeterNeumann x08gow==\n`],
    ['with a lone surrogate', both.replace('crypto', '\ud800')],
    ['with too many signatures', `${peter.text}\n${peter.line.repeat(MAX_SIGNATURES + 1)}`],
    ['beyond 1 MB', `${'x'.repeat(1_000_000)}\n\n${peter.line}`],
    ['beyond 1 MB in UTF-8', `${'証'.repeat(400_000)}\n\n${peter.line}`],
  ])('are none %s', (_, text) => {
    expect(faultCodeOf(() => parseNote(text))).toBe('malformed-note');
    expect(faultCodeOf(() => parseNote(Buffer.from(text)))).toBe(
      text.isWellFormed() ? 'malformed-note' : undefined,
    );
  });

  it('may have empty lines, Japanese and a byte order mark in their text, and 16 signatures and more', async () => {
    for (const text of [
      '\n',
      '\n\n\n',
      'あ\n\nい\n',
      '\ufeffmark\n',
      '— x AAAAAAA=\n',
      `${'y'.repeat(9_000)}\n`,
    ]) {
      const signed = formatNote({ text, signatures: await signText(text, [peterSigner]) });
      const read = parseNote(Buffer.from(signed));
      expect(read.text).toBe(text);
      expect(verifyNote(read, [peterVerifier]).verified).toHaveLength(1);
      expect(formatNote(read)).toBe(signed);
    }
    const many = `${peter.text}\n${peter.line}${enoch.line.repeat(MAX_SIGNATURES - 1)}`;
    expect(parseNote(many).signatures).toHaveLength(100);
  });

  it('are refused if a byte is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from([0xff]), Buffer.from(both)]);
    expect(faultCodeOf(() => parseNote(bytes))).toBe('malformed-note');
  });

  it('are not written if they could not be read back', async () => {
    const signatures = await signText(peter.text, [peterSigner]);
    const [one] = signatures;
    if (one === undefined) throw new Error('a signature');
    const code = (text: string, list = signatures) =>
      faultCodeOf(() => formatNote({ text, signatures: list }));
    expect(code('no newline')).toBe('malformed-note');
    expect(code('')).toBe('malformed-note');
    expect(code('bell\u0007\n')).toBe('malformed-note');
    expect(code('text\n', [])).toBe('malformed-note');
    expect(code('text\n', [{ ...one, name: 'a b' }])).toBe('malformed-note');
    expect(code('text\n', [{ ...one, name: 'a\n\n— b' }])).toBe('malformed-note');
    expect(code('text\n', [{ ...one, signature: Buffer.alloc(0) }])).toBe('malformed-note');
    for (const text of ['', 'x', 'x\r\n', 'x\n\ud800\n']) {
      expect(await rejectedCodeOf(signText(text, [peterSigner]))).toBe('malformed-note');
    }
  });

  it('give the very same bytes back, or a fault, for arbitrary and for mutated input', () => {
    const roundTrip = (input: Uint8Array) => {
      const code = faultCodeOf(() =>
        expect(hexOf(Buffer.from(formatNote(parseNote(input))))).toBe(hexOf(input)),
      );
      expect([undefined, 'malformed-note']).toContain(code);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), roundTrip), { numRuns: 300 });
    fc.assert(fc.property(mutated(both), roundTrip), { numRuns: 1_000 });
    fc.assert(fc.property(mutated(sofa.note), roundTrip), { numRuns: 1_000 });
  });

  it('verify after a mutation only if text and signature are untouched', () => {
    fc.assert(
      fc.property(mutated(`${peter.text}\n${peter.line}`), (input) => {
        const code = faultCodeOf(() => {
          const opened = verifyNote(parseNote(input), [peterVerifier]);
          expect(opened.text).toBe(peter.text);
        });
        expect([undefined, 'malformed-note', 'signature-invalid']).toContain(code);
      }),
      { numRuns: 1_000 },
    );
  });

  it("have signature lines that can be sent alone, as in a witness's answer", () => {
    expect(parseSignatureLines(peter.line + enoch.line).map(({ name }) => name)).toEqual([
      'PeterNeumann',
      'EnochRoot',
    ]);
    expect(faultCodeOf(() => parseSignatureLines(''))).toBe('malformed-note');
    expect(faultCodeOf(() => parseSignatureLines(`\n${peter.line}`))).toBe('malformed-note');
  });
});
