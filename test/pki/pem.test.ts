import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TAG } from '../../lib/pki/der.ts';
import { derSequence, derText } from '../../lib/pki/der-encoder.ts';
import { decodePem, decodePemBundle, encodePem, isPem } from '../../lib/pki/pem.ts';
import { NO_REAL_CAS, REAL_CAS } from './real-ca.ts';

const LIMIT = 10_000;
const malformed = expect.objectContaining({ code: 'malformed-pem' });
const begin = '-----BEGIN CERTIFICATE-----';
const end = '-----END CERTIFICATE-----';
const read = (text: string): Uint8Array => decodePem('CERTIFICATE', text, LIMIT);

describe('one block (RFC 7468)', () => {
  it('holds any bytes and reads back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), (bytes) => {
        const pem = encodePem('CERTIFICATE', bytes);
        expect(Buffer.compare(read(pem), bytes)).toBe(0);
        for (const line of pem.split('\n')) expect(line.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  it('ends exactly at a full line', () => {
    expect(encodePem('X509 CRL', new Uint8Array(48))).toBe(
      `-----BEGIN X509 CRL-----\n${'A'.repeat(64)}\n-----END X509 CRL-----\n`,
    );
  });

  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  const base64 = Buffer.from(bytes).toString('base64');
  const lines = [begin, base64.slice(0, 76), `${base64.slice(76)} \t`, end];

  it.each([
    ['CRLF, blanks at line ends, other line lengths', `\ufeff\r\n\n${lines.join('\r\n')}\r\n\n`],
    ['CR alone', lines.join('\r')],
    ['one long line', `${begin}\n${base64}\n${end}`],
    ['no line ends at all', `${begin}${base64}${end}`],
    ['lines of one character', `${begin}\n${[...base64].join('\n')}\n${end}`],
    ['blanks within and before lines', `  ${begin}\n  ${base64.slice(0, 9)} ${base64.slice(9)}\n\t${end}`],
    ['empty lines', `${begin}\n\n${base64.slice(0, 64)}\n\n${base64.slice(64)}\n\n${end}`],
    ['text before', `Subject: CN = 奈良\n\tdashes - -- --- ----\n${lines.join('\n')}`],
    ['text that names a boundary', `see -----BEGIN X----- and -----END X-----\n${lines.join('\n')}`],
    ['text after', `${lines.join('\n')}\nmore\r\n and more`],
  ])('may have %s', (_, text) => {
    expect(Buffer.compare(read(text), bytes)).toBe(0);
  });

  it('may have the older label of requests, and no other', () => {
    const request = (label: string) =>
      decodePem('CERTIFICATE REQUEST', encodePem(label, Uint8Array.of(1)), LIMIT);
    expect(request('NEW CERTIFICATE REQUEST')).toHaveLength(1);
    expect(() => request('CERTIFICATE')).toThrow(
      expect.objectContaining({
        code: 'malformed-pem',
        message:
          'Malformed PEM: only blocks labelled CERTIFICATE REQUEST, NEW CERTIFICATE REQUEST are taken, and one labelled CERTIFICATE was found.',
      }),
    );
    expect(() => request('山田 太郎')).toThrow(/and one with another label was found\.$/);
    expect(() => read(encodePem('X509 CERTIFICATE', Uint8Array.of(1)))).toThrow(malformed);
  });

  it.each([
    ['no block', ''],
    ['bare base64', 'AQID'],
    ['two blocks', `${begin}\nAQID\n${end}\n${begin}\nAQID\n${end}\n`],
    ['an empty block', `${begin}\n${end}\n`],
    ['no end', `${begin}\nAQID\n`],
    ['no beginning', `AQID\n${end}\n`],
    ['another label at its end', `${begin}\nAQID\n-----END X509 CRL-----\n`],
    ['a block in a block', `${begin}\n${begin}\nAQID\n${end}\n${end}\n`],
    ['a header', `${begin}\nProc-Type: 4,ENCRYPTED\n\nAQID\n${end}\n`],
    ['text between the boundary and the base64', `${begin} \u00a0x\nAQID\n${end}\n`],
    ['a boundary that is not whole', `-----BEGIN CERTIFICATE--\nAQID\n${end}\n`],
    ['an end that is not whole', `${begin}\nAQID\n-----END CERTIFICATE--\n`],
    ['no padding', `${begin}\nAQ\n${end}\n`],
    ['padding within', `${begin}\nAQ==\nAQ==\n${end}\n`],
    ['bits under the padding', `${begin}\nAR==\n${end}\n`],
    ['too much padding', `${begin}\nAQID====\n${end}\n`],
    ['the URL alphabet', `${begin}\n-_-_\n${end}\n`],
    ['junk within', `${begin}\nAQ*ID\n${end}\n`],
    ['four dashes', `----BEGIN CERTIFICATE----\nAQID\n----END CERTIFICATE----\n`],
  ])('is refused with %s', (_, text) => {
    expect(() => read(text)).toThrow(malformed);
  });

  it('has a limit, before and after decoding', () => {
    const tooLarge = expect.objectContaining({ code: 'input-too-large', facts: { limit: 100 } });
    expect(decodePem('CERTIFICATE', encodePem('CERTIFICATE', new Uint8Array(100)), 100)).toHaveLength(100);
    expect(() => decodePem('CERTIFICATE', encodePem('CERTIFICATE', new Uint8Array(101)), 100)).toThrow(
      tooLarge,
    );
    expect(() => decodePem('CERTIFICATE', ' '.repeat(2_000), 100)).toThrow(tooLarge);
  });

  it('is refused with a Fault whatever the text', () => {
    const boundaries = [begin, end, '-----BEGIN ', '-----', 'BEGIN '];
    const piece = fc.constantFrom(...boundaries, '\n', '\r\n', '\r', 'AQID', '=', ' ', 'é', '奈');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        try {
          const block = encodePem('CERTIFICATE', read(text));
          expect(text.replace(/\s/g, '')).toContain(block.replace(/\s/g, ''));
        } catch (error) {
          expect(error).toMatchObject({ name: 'Fault', code: 'malformed-pem' });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a bundle', () => {
  const block = (octet: number): string => encodePem('CERTIFICATE', Uint8Array.of(octet));

  it('gives its blocks in order and skips the text between them', () => {
    const text = `Subject: 奈良県\n${block(1)}\ns: CN = b\n${block(2)}`;
    expect(decodePemBundle('CERTIFICATE', text, LIMIT).map(([octet]) => octet)).toEqual([1, 2]);
  });

  it('needs one block at least and takes no other label', () => {
    expect(() => decodePemBundle('CERTIFICATE', 'only text', LIMIT)).toThrow(malformed);
    const key = encodePem('PRIVATE KEY', Uint8Array.of(3));
    expect(() => decodePemBundle('CERTIFICATE', block(1) + key, LIMIT)).toThrow(malformed);
  });

  it('loses no block where a file without a line end was put before another', () => {
    const text = block(1).trimEnd() + block(2);
    expect(decodePemBundle('CERTIFICATE', text, LIMIT)).toHaveLength(2);
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        message: 'Malformed PEM: there is more than one block, and one is taken.',
      }),
    );
  });

  it('counts all blocks against the limit', () => {
    const text = block(1).repeat(11);
    expect(decodePemBundle('CERTIFICATE', text, 11)).toHaveLength(11);
    expect(() => decodePemBundle('CERTIFICATE', text, 10)).toThrow(
      expect.objectContaining({ code: 'input-too-large' }),
    );
  });
});

it.skipIf(NO_REAL_CAS)('reads and writes real certificates as openssl does', () => {
  for (const { pem } of REAL_CAS) {
    const der = decodePem('CERTIFICATE', pem, LIMIT);
    const openssl = (...format: string[]): Buffer =>
      execFileSync('openssl', ['x509', ...format], { input: pem, stdio: ['pipe', 'pipe', 'ignore'] });
    expect(Buffer.compare(openssl('-outform', 'DER'), der)).toBe(0);
    expect(encodePem('CERTIFICATE', der)).toBe(openssl().toString());
  }
});

it('tells PEM from DER, also where the text around it begins with the digit 0', () => {
  const pem = encodePem('CERTIFICATE', Uint8Array.of(0x30, 0));
  expect(isPem(Buffer.from(pem))).toBe(true);
  expect(isPem(Buffer.from(`0 s:CN = www.example.jp\n${pem}`))).toBe(true);
  expect(isPem(Buffer.from(`0番\n${pem}`))).toBe(true);
  const der = derSequence(derText(TAG.utf8String, pem));
  expect(isPem(Buffer.from(der))).toBe(false);
  expect(isPem(Buffer.from(der.subarray(0, 10)))).toBe(false);
});
