import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePem, decodePemBundle, encodePem } from '../../lib/pki/pem.ts';
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

  it('may have CRLF, blanks at line ends, other line lengths and white space around', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    const text = Buffer.from(bytes).toString('base64');
    const lines = [begin, text.slice(0, 76), `${text.slice(76)} \t`, end];
    expect(Buffer.compare(read(`\ufeff\r\n\n${lines.join('\r\n')}\r\n\n`), bytes)).toBe(0);
  });

  it('may have one of several labels', () => {
    const labels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
    expect(decodePem(labels, encodePem('NEW CERTIFICATE REQUEST', Uint8Array.of(1)), LIMIT)).toHaveLength(1);
    expect(() => decodePem(labels, encodePem('CERTIFICATE', Uint8Array.of(1)), LIMIT)).toThrow(malformed);
  });

  it.each([
    ['no block', ''],
    ['bare base64', 'AQID'],
    ['text before', `subject=CN\n${begin}\nAQID\n${end}\n`],
    ['text after', `${begin}\nAQID\n${end}\nmore`],
    ['two blocks', `${begin}\nAQID\n${end}\n${begin}\nAQID\n${end}\n`],
    ['an empty block', `${begin}\n${end}\n`],
    ['no end', `${begin}\nAQID\n`],
    ['no beginning', `AQID\n${end}\n`],
    ['another label at its end', `${begin}\nAQID\n-----END X509 CRL-----\n`],
    ['a block in a block', `${begin}\n${begin}\nAQID\n${end}\n${end}\n`],
    ['a header', `${begin}\nProc-Type: 4,ENCRYPTED\n\nAQID\n${end}\n`],
    ['an empty line', `${begin}\nAQID\n\nAQID\n${end}\n`],
    ['base64 beside the boundary', `${begin}AQID\n${end}\n`],
    ['all in one line', `${begin}AQID${end}`],
    ['no padding', `${begin}\nAQ\n${end}\n`],
    ['padding within', `${begin}\nAQ==\nAQ==\n${end}\n`],
    ['bits under the padding', `${begin}\nAR==\n${end}\n`],
    ['too much padding', `${begin}\nAQID====\n${end}\n`],
    ['the URL alphabet', `${begin}\n-_-_\n${end}\n`],
    ['junk within', `${begin}\nAQ*ID\n${end}\n`],
    ['blanks within a line', `${begin}\nAQ ID\n${end}\n`],
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
    const piece = fc.constantFrom(begin, end, '\n', '\r\n', 'AQID', '=', '-----', 'BEGIN ', ' ', 'é', '奈');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        try {
          expect(encodePem('CERTIFICATE', read(text)).replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
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
    expect(() => decodePemBundle('CERTIFICATE', `${block(1)}${begin} \u00a0x\nAQID\n${end}`, LIMIT)).toThrow(
      malformed,
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
