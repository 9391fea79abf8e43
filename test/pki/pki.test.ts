import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import * as pki from '../../lib/pki/pki.ts';

const decoders: readonly [string, (bytes: Uint8Array) => unknown][] = [
  ['certificate', pki.decodeCertificate],
  ['tbsCertificate', pki.decodeTbsCertificate],
  ['certification request', pki.decodeCertificationRequest],
  ['certificate list', (bytes) => pki.decodeCertificateList(bytes)],
  ['OCSP request', pki.decodeOcspRequest],
  ['OCSP response', pki.decodeOcspResponse],
  ['name', (bytes) => pki.readName(new pki.DerReader(bytes))],
  ['extensions', (bytes) => pki.readExtensions(new pki.DerReader(bytes))],
  ['serial', (bytes) => pki.readSerial(new pki.DerReader(bytes))],
  ['public key', pki.keyIdentifier],
  ['PEM', (bytes) => pki.decodePem('CERTIFICATE', Buffer.from(bytes).toString('utf8'), 1_000)],
];

/** Random nested elements: most have valid headers and fail the rules of a type. */
const { element } = fc.letrec<{ element: Uint8Array; nested: Uint8Array; leaf: Uint8Array }>((tie) => ({
  element: fc.oneof({ maxDepth: 6 }, tie('leaf'), tie('nested'), tie('nested')),
  nested: fc
    .tuple(fc.constantFrom(0x30, 0x30, 0x31, 0xa0, 0xa1, 0xa3), fc.array(tie('element'), { maxLength: 6 }))
    .map(([tag, parts]) => pki.tlv(tag, ...parts)),
  leaf: fc
    .tuple(fc.constantFrom(...Object.values(pki.TAG), 0x80, 0x82, 0x86), fc.uint8Array({ maxLength: 20 }))
    .map(([tag, content]) => pki.tlv(tag, content)),
}));

describe.each(decoders)('a %s', (_, decode) => {
  it.each([
    ['bytes', fc.uint8Array({ maxLength: 300 })],
    ['elements', element],
  ])('out of random %s is a value or a Fault', (_kind, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        try {
          expect(decode(bytes)).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
        }
      }),
      { numRuns: 500 },
    );
  });
});
