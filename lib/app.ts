import { type Authority, type AuthorityWorks, openAuthority } from './authority/authority.ts';
import type { TrustDomain } from './authority/trust-domain.ts';
import type { KeyStore } from './keys/signer.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import type { Clock, Log, Random } from './ports.ts';
import type { CertificateRef, Principal } from './principal.ts';
import {
  type EmbeddedIssuer,
  openPrincipals,
  type Principals,
  type RemoteIssuer,
} from './principals/principals.ts';
import { openRegistration, type Registration } from './registration/registration.ts';
import { openIssuers } from './status/issuers.ts';
import { openRegister } from './status/register.ts';
import { openResponders } from './status/responders.ts';
import { openStatus, type Status } from './status/status.ts';
import type { Bucket, Table } from './store/store.ts';

/** The service, composed: what the entries in functions/ call. */
export interface App {
  readonly authority: Authority;
  readonly registration: Registration;
  readonly status: Status;
  readonly ledger: Ledger;
  readonly principals: Principals;
}

/** Everything that differs between AWS, one process on one machine, and a test. */
export interface Ports {
  readonly trustDomain: TrustDomain;
  /** SHA-256 of the trust domain's file, hex. */
  readonly trustDomainDigest: string;
  readonly publicUrls: readonly [string, ...string[]];
  readonly table: Table;
  /** Published objects and their archive. */
  readonly bucket: Bucket;
  readonly keys: KeyStore;
  readonly responderKeys: KeyStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Where bearer tokens come from: this service, somebody else, or both. */
export interface TokenIssuers {
  readonly embedded?: EmbeddedIssuer;
  readonly remote?: RemoteIssuer;
}

/** The service without its door: enough to hold a ceremony, to recover and to keep house. */
export interface Works extends Omit<App, 'principals'> {
  readonly authority: Authority & AuthorityWorks;
  /** Opens the door. The ceremony must have been held. */
  readonly open: (tokens: TokenIssuers) => Promise<App>;
}

/** The single composition root: rooms meet here and nowhere else. */
export const compose = (ports: Ports): Works => {
  const { table, trustDomain, clock, random } = ports;
  const ledger = openLedger(ports);
  const issuers = openIssuers(ports);
  const register = openRegister(table);
  const responders = openResponders({ ...ports, keys: ports.responderKeys });

  const status = openStatus({
    ...ports,
    issuers,
    register,
    responders,
    recorder: ledger,
    signCrl: (ca, tbs) => authority.signCrl(ca, tbs),
  });
  const authority = openAuthority({
    ...ports,
    register,
    issuers,
    responders,
    recorder: ledger,
    publishCrl: (ca) => status.publish(ca, 'service'),
  });
  const registration = openRegistration({ ...ports, ledger, issuing: authority });

  const statusOf = async (ref: CertificateRef) => {
    const state = (await register.lookup(ref))?.value.state;
    return state === undefined || state === 'reserved' ? 'unknown' : state;
  };

  const open = async (tokens: TokenIssuers): Promise<App> => {
    const principals = new Map<string, Principal>(
      trustDomain.principals.map((principal) => [principal.id, principal]),
    );
    const operations = (await issuers.all()).filter(
      ({ authority: id }) => id === trustDomain.operations.authority.id,
    );
    return {
      authority,
      registration,
      status,
      ledger,
      principals: openPrincipals({
        find: async (id) => principals.get(id),
        operationsCas: operations.map(({ id, certificate }) => ({ ca: id, certificate: certificate.der })),
        statusOf,
        clock,
        random,
        ...tokens,
      }),
    };
  };

  return { authority, registration, status, ledger, open };
};
