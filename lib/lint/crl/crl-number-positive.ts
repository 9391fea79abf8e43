import { DerReader, derInteger } from '../../pki/pki.ts';
import { change, rawExtension, without } from '../examples.ts';
import type { EncodedCertListRule } from '../rule.ts';

const CRL_NUMBER = '2.5.29.20';

export const crlNumberPositive: EncodedCertListRule = {
  id: 'crl-number-positive',
  cite: 'RFC 5280 5.2.3: INTEGER (0..MAX); from 1 by this service',
  applies: ({ encodedExtensions }) => encodedExtensions.some(({ oid }) => oid === CRL_NUMBER),
  check: ({ encodedExtensions }) => {
    const value = encodedExtensions.find(({ oid }) => oid === CRL_NUMBER)?.value ?? new Uint8Array();
    return new DerReader(value).bigint() > 0n ? undefined : 'The cRLNumber is not positive.';
  },
  bad: (good) =>
    change(good, {
      crlExtensions: [
        ...without(good.tbs.crlExtensions, 'cRLNumber'),
        rawExtension(CRL_NUMBER, derInteger(-1)),
      ],
    }),
};
