import { findExtension, OID } from '../../pki/pki.ts';
import { change, having } from '../examples.ts';
import type { CertificateRule } from '../rule.ts';

export const tlsServerAltName: CertificateRule = {
  id: 'tls-server-alt-name',
  cite: "RFC 9525 2, 3: clients read a server's name from subjectAltName and nowhere else",
  applies: ({ extensions }) =>
    findExtension(extensions, 'extKeyUsage')?.purposes.includes(OID.serverAuth) === true,
  check: ({ extensions }) => {
    const names = findExtension(extensions, 'subjectAltName')?.names ?? [];
    return names.some(({ kind }) => kind === 'dNSName' || kind === 'iPAddress')
      ? undefined
      : "A TLS server's certificate has no dNSName or iPAddress in subjectAltName.";
  },
  bad: (good) =>
    change(good, {
      extensions: having(good.tbs.extensions, {
        id: 'subjectAltName',
        names: [{ kind: 'rfc822Name', value: 'postmaster@example.jp' }],
        critical: false,
      }),
    }),
};
