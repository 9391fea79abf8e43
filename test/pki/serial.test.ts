import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derInteger } from '../../lib/pki/der-encoder.ts';
import { DerReader } from '../../lib/pki/der-reader.ts';
import { encodeSerial, parseSerial, readSerial, serialFromOctets } from '../../lib/pki/serial.ts';

const refused = expect.objectContaining({ code: 'malformed-serial' });
const largest = 2n ** 159n - 1n;

describe('serial numbers (RFC 5280 4.1.2.2)', () => {
  it('are the same number in hex, octets and DER', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: largest }), (n) => {
        const serial = parseSerial(n.toString(16));
        expect(BigInt(`0x${serial}`)).toBe(n);
        expect(encodeSerial(serial)).toEqual(derInteger(n));
        expect(readSerial(new DerReader(encodeSerial(serial)))).toBe(serial);
        expect(serialFromOctets(Buffer.from(serial, 'hex'))).toBe(serial);
      }),
    );
  });

  it('are written in lower case, two digits an octet', () => {
    expect(parseSerial('ABC')).toBe('0abc');
    expect(serialFromOctets(Uint8Array.of(0, 0, 0x0f))).toBe('0f');
  });

  it('have at most 20 octets in DER', () => {
    expect(parseSerial(largest.toString(16))).toBe('7f'.padEnd(40, 'f'));
    expect(() => parseSerial((largest + 1n).toString(16))).toThrow(refused);
    expect(() => readSerial(new DerReader(derInteger(largest + 1n)))).toThrow(refused);
  });

  it.each(['', '0', '00', '0001', 'xyz', '-1', '0x31', ' 31', '31\n', '3 1'])(
    'are not spelled %j',
    (text) => {
      expect(() => parseSerial(text)).toThrow(refused);
    },
  );

  it('are positive', () => {
    expect(() => readSerial(new DerReader(derInteger(0)))).toThrow(refused);
    expect(() => readSerial(new DerReader(derInteger(-1)))).toThrow(refused);
    expect(() => serialFromOctets(new Uint8Array(3))).toThrow(refused);
    expect(() => serialFromOctets(new Uint8Array())).toThrow(refused);
  });
});
