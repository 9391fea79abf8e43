import { DerReader } from '../../pki/pki.ts';
import { change, rawExtension, without } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

const KEY_USAGE = '2.5.29.15';

export const keyUsageNotEmpty: EncodedCertificateRule = {
  id: 'key-usage-not-empty',
  cite: 'RFC 5280 4.2.1.3',
  applies: ({ extensions }) => extensions.some(({ oid }) => oid === KEY_USAGE),
  check: ({ extensions }) => {
    const value = extensions.find(({ oid }) => oid === KEY_USAGE)?.value ?? new Uint8Array();
    return new DerReader(value).bitString().bytes.some((octet) => octet !== 0)
      ? undefined
      : 'The keyUsage extension sets no bit.';
  },
  bad: (good) =>
    change(good, {
      extensions: [...without(good.tbs.extensions, 'keyUsage'), rawExtension(KEY_USAGE, '030100')],
    }),
};
