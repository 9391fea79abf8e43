import { Fault } from '../fault.ts';
import { clientCertificates } from './client-certificate.ts';
import type { Principals, PrincipalsDeps } from './contract.ts';
import { openTokens } from './tokens.ts';

/** Faults: `configuration-invalid` where an operations CA's certificate is not a CA's or the token key not Ed25519. */
export const openPrincipals = (deps: PrincipalsDeps): Principals => {
  const judge = clientCertificates(deps.operationsCas, deps.clock);
  const tokens = openTokens(deps);

  return {
    byCertificate: async (der) => {
      const shown = judge(der);
      const status = await deps.statusOf(shown.ref);
      if (status === 'revoked' || status === 'hold') {
        throw new Fault('client-certificate-revoked', 'The client certificate is revoked or on hold.');
      }
      const principal = status === 'good' ? await deps.find(shown.principal) : undefined;
      if (principal) return principal;
      throw new Fault(
        'client-certificate-invalid',
        'The client certificate is not accepted: it is not one of a principal of this service.',
      );
    },

    byToken: async (token) => {
      const principal = await deps.find(await tokens.verify(token));
      if (principal) return principal;
      throw new Fault('token-invalid', 'The token names no principal of this service.');
    },

    issueToken: ({ id }) => tokens.issue(id),

    jwks: () => tokens.jwks(),
  };
};
