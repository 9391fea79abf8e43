import type { Clock, Random } from '../ports.ts';
import type { Principal } from '../principal.ts';
import type { Issuer, Issuers, Register } from '../status/status.ts';
import { openCertificateCallers } from './certificate-callers.ts';
import type {
  CertificateCallers,
  CertificateCallersDeps,
  ClientCa,
  KnownBy,
  Principals,
  TokenIssuers,
} from './contract.ts';
import { withTokens } from './token-callers.ts';

export interface CallersDeps {
  /** Who is enrolled. Fault: `not-in-force`. */
  readonly directory: {
    find(id: string): Promise<Principal | undefined>;
    findProven(id: string): Promise<Principal | undefined>;
  };
  /**
   * The id of the CA that certifies principals. It comes from the trust domain, because the directory of CAs is rows of
   * the table.
   */
  readonly operationsCa: string;
  /** Ids of the CAs of profiles that sign holders in. */
  readonly holderCas?: readonly string[];
  readonly holderOf?: NonNullable<CertificateCallersDeps['holderOf']>;
  readonly issuers: Pick<Issuers, 'all'>;
  readonly register: Pick<Register, 'lookup'>;
  readonly provenStatusOf?: NonNullable<CertificateCallersDeps['provenStatusOf']>;
  /** Rejects where the principals are not those of the trust domain in force. */
  readonly assertMayAct: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Callers extends CertificateCallers {
  /**
   * The same callers, and tokens besides: by then the key of the embedded issuer or the address of a remote one is
   * known.
   */
  withTokens(tokens: TokenIssuers): Principals;
}

/** Knows callers by the directory of principals, the directory of CAs and the status register. */
export const openCallers = (deps: CallersDeps): Callers => {
  const { directory, issuers, register, clock, random } = deps;
  const find = async (id: string, by: KnownBy): Promise<Principal | undefined> => {
    await deps.assertMayAct();
    return by === 'rows' ? directory.find(id) : directory.findProven(id);
  };

  let known: readonly Issuer[] | undefined;
  let cas: readonly ClientCa[] = [];
  const clientCas = async (): Promise<readonly ClientCa[]> => {
    const all = await issuers.all();
    if (all === known) return cas;
    known = all;
    cas = all.flatMap(({ id, certificate }): ClientCa[] => {
      const known = { ca: id, certificate: certificate.der };
      if (id === deps.operationsCa) return [known];
      return deps.holderCas?.includes(id) ? [{ ...known, certifies: 'holders' }] : [];
    });
    return cas;
  };

  const callers = openCertificateCallers({
    find,
    clientCas,
    statusOf: async (ref) => (await register.lookup(ref))?.value.state ?? 'unknown',
    ...(deps.provenStatusOf && { provenStatusOf: deps.provenStatusOf }),
    ...(deps.holderOf && { holderOf: deps.holderOf }),
    clock,
  });
  return { ...callers, withTokens: (tokens) => withTokens(callers, { find, clock, random, ...tokens }) };
};
