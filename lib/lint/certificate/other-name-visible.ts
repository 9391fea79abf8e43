import { DerReader, derText, findExtension, type GeneralName, type Oid, TAG } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';
import { findUnshown } from '../visible-text.ts';

/** The text of an otherName: a person's name or address, under a type that the issuer defines (RFC 5280 4.2.1.6). */
const textOf = (name: GeneralName): string | undefined =>
  name.kind === 'otherName' && name.value[0] === TAG.utf8String
    ? DerReader.whole(name.value, name.value.length).utf8()
    : undefined;

export const otherNameVisible: CertificateRule = {
  id: 'other-name-visible',
  cite: 'RFC 5280 4.2.1.6 leaves the value to its type; by this service, so that a name reads as it is',
  applies: ({ extensions }) => findExtension(extensions, 'subjectAltName') !== undefined,
  check: ({ extensions }) => {
    for (const name of findExtension(extensions, 'subjectAltName')?.names ?? []) {
      const unshown = findUnshown(textOf(name) ?? '');
      if (unshown) return `A name of another type has ${unshown.codePoint}, which ${unshown.why}.`;
    }
    return undefined;
  },
  bad: (good) => {
    const found = findExtension(good.tbs.extensions, 'subjectAltName');
    if (!found) return good;
    const hidden: GeneralName = {
      kind: 'otherName',
      type: '1.3.6.1.4.1.32473.2.1' as Oid,
      value: derText(TAG.utf8String, '田\u034f辺'),
    };
    return change(good, {
      extensions: having(good.tbs.extensions, { ...found, names: [...found.names, hidden] }),
    });
  },
};
