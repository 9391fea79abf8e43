import { findExtension } from '../../pki/pki.ts';
import { change } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const subjectNotEmpty: CertificateRule = {
  id: 'subject-not-empty',
  cite: 'RFC 5280 4.1.2.6',
  applies: () => true,
  check: ({ subject, extensions }, { kind }) => {
    const named = kind === 'endEntity' && findExtension(extensions, 'subjectAltName')?.critical === true;
    return subject.length > 0 || named
      ? undefined
      : 'The subject is empty, and no critical subjectAltName stands for it.';
  },
  bad: (good) => change(good, { subject: [] }),
  also: ['issuer-is-subject-of-ca', 'subject-alt-name-criticality'],
};
