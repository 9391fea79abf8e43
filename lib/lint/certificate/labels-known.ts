import { domainOfMailbox, hasKnownLabels, hostOfUri } from '../../internet-names.ts';
import { findExtension, type GeneralName, type TbsCertificate } from '../../pki/pki.ts';
import { change, changed } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

const hostOf = (name: GeneralName): string => {
  if (name.kind === 'dNSName') return name.value;
  if (name.kind === 'rfc822Name') return domainOfMailbox(name.value);
  return name.kind === 'uniformResourceIdentifier' ? hostOfUri(name.value) : '';
};

/** The hosts of all names and addresses in a certificate. */
const hostsIn = ({ extensions }: TbsCertificate): readonly string[] => [
  ...(findExtension(extensions, 'subjectAltName')?.names ?? []).map(hostOf),
  ...(findExtension(extensions, 'authorityInfoAccess')?.accesses ?? []).map(({ location }) =>
    hostOf(location),
  ),
  ...(findExtension(extensions, 'cRLDistributionPoints')?.points ?? []).flatMap(({ fullName = [] }) =>
    fullName.map(hostOf),
  ),
  ...(findExtension(extensions, 'certificatePolicies')?.policies ?? []).flatMap(({ cps = [] }) =>
    cps.map(hostOfUri),
  ),
];

export const labelsKnown: CertificateRule = {
  id: 'labels-known',
  cite: 'RFC 5280 7.2, 7.4, 7.5 with RFC 5890 2.3.1, 2.3.2.1: a label with "--" in its third and fourth place is an A-label',
  applies: (certificate) => hostsIn(certificate).length > 0,
  check: (certificate) =>
    hostsIn(certificate).every(hasKnownLabels)
      ? undefined
      : 'A domain name has a reserved label that is no A-label.',
  bad: (good) => {
    const names = findExtension(good.tbs.extensions, 'subjectAltName')?.names;
    if (names)
      return change(good, {
        extensions: changed(good.tbs.extensions, 'subjectAltName', {
          names: [...names, { kind: 'dNSName', value: 'xn--a.example.jp' }],
        }),
      });
    const accesses = findExtension(good.tbs.extensions, 'authorityInfoAccess')?.accesses ?? [];
    return change(good, {
      extensions: changed(good.tbs.extensions, 'authorityInfoAccess', {
        accesses: accesses.map(({ method }) => ({
          method,
          location: { kind: 'uniformResourceIdentifier', value: 'http://ab--cd.example.jp/' },
        })),
      }),
    });
  },
};
