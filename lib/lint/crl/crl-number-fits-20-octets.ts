import { derInteger } from '../../pki/pki.ts';
import { change, rawExtension, without } from '../examples.ts';
import type { EncodedCertListRule } from '../rule.ts';

const CRL_NUMBER = '2.5.29.20';

export const crlNumberFits20Octets: EncodedCertListRule = {
  id: 'crl-number-fits-20-octets',
  cite: 'RFC 5280 5.2.3',
  applies: ({ encodedExtensions }) => encodedExtensions.some(({ oid }) => oid === CRL_NUMBER),
  check: ({ encodedExtensions }) => {
    const value = encodedExtensions.find(({ oid }) => oid === CRL_NUMBER)?.value;
    // Tag and length take two octets before the INTEGER's content.
    return value !== undefined && value.length > 22 ? 'The cRLNumber has more than 20 octets.' : undefined;
  },
  bad: (good) =>
    change(good, {
      crlExtensions: [
        ...without(good.tbs.crlExtensions, 'cRLNumber'),
        rawExtension(CRL_NUMBER, derInteger(1n << 160n)),
      ],
    }),
};
