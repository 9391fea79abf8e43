import { hasMailboxSyntax } from '../../internet-names.ts';
import { findExtension } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const rfc822NameSyntax: CertificateRule = {
  id: 'rfc822-name-syntax',
  cite: 'RFC 5280 4.2.1.6: a Mailbox, without a display name or angle brackets',
  applies: ({ extensions }) => findExtension(extensions, 'subjectAltName') !== undefined,
  check: ({ extensions }) =>
    findExtension(extensions, 'subjectAltName')?.names.every(
      (name) => name.kind !== 'rfc822Name' || hasMailboxSyntax(name.value),
    )
      ? undefined
      : 'An rfc822Name is not a plain mail address.',
  bad: (good) => {
    const names = findExtension(good.tbs.extensions, 'subjectAltName')?.names ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'subjectAltName', {
        names: [...names, { kind: 'rfc822Name', value: 'Clerk <clerk@example.jp>' }],
      }),
    });
  },
};
