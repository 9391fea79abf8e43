import { elementsOf } from '../encoded-certificate.ts';
import { change, rawExtension, without } from '../examples.ts';
import type { EncodedCertificateRule } from '../rule.ts';

const SUBJECT_ALT_NAME = '2.5.29.17';

export const subjectAltNameNotEmpty: EncodedCertificateRule = {
  id: 'subject-alt-name-not-empty',
  cite: 'RFC 5280 4.2.1.6',
  applies: ({ extensions }) => extensions.some(({ oid }) => oid === SUBJECT_ALT_NAME),
  check: (certificate) => {
    const names = elementsOf(certificate, SUBJECT_ALT_NAME) ?? [];
    const filled = names.length > 0 && names.every(({ content }) => content.length > 0);
    return filled ? undefined : 'The subjectAltName extension is empty or has an empty name.';
  },
  bad: (good) =>
    change(good, {
      extensions: [...without(good.tbs.extensions, 'subjectAltName'), rawExtension(SUBJECT_ALT_NAME, '3000')],
    }),
};
