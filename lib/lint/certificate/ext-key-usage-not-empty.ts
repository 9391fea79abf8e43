import { elementsOf } from '../encoded-certificate.ts';
import { change, rawExtension, without } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

const EXT_KEY_USAGE = '2.5.29.37';

export const extKeyUsageNotEmpty: EncodedCertificateRule = {
  id: 'ext-key-usage-not-empty',
  cite: 'RFC 5280 4.2.1.12',
  applies: ({ extensions }) => extensions.some(({ oid }) => oid === EXT_KEY_USAGE),
  check: (certificate) =>
    elementsOf(certificate, EXT_KEY_USAGE)?.length === 0
      ? 'The extKeyUsage extension names no purpose.'
      : undefined,
  bad: (good) =>
    change(good, {
      extensions: [...without(good.tbs.extensions, 'extKeyUsage'), rawExtension(EXT_KEY_USAGE, '3000')],
    }),
};
