import { Fault } from '../fault.ts';
import type { CertificateCallers, Principals, TokenDeps } from './contract.ts';
import { openTokens } from './tokens.ts';

/** Callers by certificates and by tokens. Fault: `configuration-invalid` where the token key is not Ed25519. */
export const withTokens = (callers: CertificateCallers, deps: TokenDeps): Principals => {
  const tokens = openTokens(deps);
  return {
    byCertificate: (der, by, takesHolders) => callers.byCertificate(der, by, takesHolders),

    namedBy: (der) => callers.namedBy(der),

    byToken: async (token, by = 'rows') => {
      const principal = await deps.find(await tokens.verify(token), by);
      if (principal) return principal;
      throw new Fault('token-invalid', 'The token names no principal of this service.');
    },

    issueToken: ({ id }) => tokens.issue(id),

    jwks: () => tokens.jwks(),
  };
};
