import { change, without } from '../examples.ts';
import type { EncodedCertListRule } from '../rule.ts';

export const crlNumberPresent: EncodedCertListRule = {
  id: 'crl-number-present',
  cite: 'RFC 5280 5.2.3',
  applies: () => true,
  check: ({ encodedExtensions }) =>
    encodedExtensions.some(({ oid }) => oid === '2.5.29.20') ? undefined : 'There is no cRLNumber.',
  bad: (good) => change(good, { crlExtensions: without(good.tbs.crlExtensions, 'cRLNumber') }),
};
