import type { Clock, Random } from './ports.ts';
import type { CertificateRef, Principal } from './principal.ts';
import {
  type EmbeddedIssuer,
  openPrincipals,
  type Principals,
  type RemoteIssuer,
} from './principals/principals.ts';
import type { Issuers } from './status/issuers.ts';
import type { Register } from './status/register.ts';

/** Where bearer tokens come from: this service, somebody else, or both. */
export interface TokenIssuers {
  readonly embedded?: EmbeddedIssuer;
  readonly remote?: RemoteIssuer;
}

/** What the door needs to know callers by their certificates and tokens. */
export interface DoorDeps {
  readonly principals: readonly Principal[];
  /** Id of the authority whose certificates principals show. */
  readonly operationsAuthority: string;
  readonly issuers: Issuers;
  readonly register: Register;
  readonly clock: Clock;
  readonly random: Random;
}

/** Wires the principals room to the status room. The ceremony must have been held. */
export const openDoor = async (deps: DoorDeps, tokens: TokenIssuers): Promise<Principals> => {
  const { issuers, register, clock, random } = deps;
  const principals = new Map<string, Principal>(
    deps.principals.map((principal) => [principal.id, principal]),
  );
  const operations = (await issuers.all()).filter(({ authority }) => authority === deps.operationsAuthority);

  const statusOf = async (ref: CertificateRef) => {
    const state = (await register.lookup(ref))?.value.state;
    return state === undefined || state === 'reserved' ? 'unknown' : state;
  };

  return openPrincipals({
    find: async (id) => principals.get(id),
    operationsCas: operations.map(({ id, certificate }) => ({ ca: id, certificate: certificate.der })),
    statusOf,
    clock,
    random,
    ...tokens,
  });
};
