import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const subjectAltNameCriticality: CertificateRule = {
  id: 'subject-alt-name-criticality',
  cite: 'RFC 5280 4.2.1.6',
  applies: ({ extensions }) => findExtension(extensions, 'subjectAltName') !== undefined,
  check: ({ subject, extensions }) =>
    findExtension(extensions, 'subjectAltName')?.critical === (subject.length === 0)
      ? undefined
      : 'subjectAltName is critical exactly when the subject is empty.',
  bad: (good) =>
    change(good, { extensions: changed(good.tbs.extensions, 'subjectAltName', { critical: true }) }),
};
