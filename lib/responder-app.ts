import { openActVerifying } from './acts/acts.ts';
import { openByRows } from './enrolment/by-rows.ts';
import { type KeyStore, verifySignature } from './keys/keys.ts';
import {
  type LedgerRecord,
  openBehindRow,
  openProvisions,
  readOutcome,
  verifiedAct,
} from './ledger/ledger.ts';
import type { Clock, Log, Random } from './ports.ts';
import type { Principal } from './principal.ts';
import { openCallers, type Principals, requestorsBy, type TokenIssuers } from './principals/principals.ts';
import { ReadLately } from './recent.ts';
import {
  crlPath,
  type IssuersDeps,
  type IssuerTerms,
  openIssuers,
  openOcsp,
  openRegister,
  openResponders,
  readCurrentCrl,
  type Status,
} from './status/status.ts';
import type { Item, Objects, Table, Value } from './store/store.ts';

/** The part of the service that answers OCSP: it has no CA key, and no code that could use one. */
export interface ResponderApp {
  readonly status: Pick<Status, 'ocsp'>;
  readonly principals: Principals;
}

export interface ResponderPorts {
  readonly table: Table;
  readonly responderKeys: KeyStore;
  /** Objects that prove enrolments: read for callers who were enrolled, and for nobody else. */
  readonly objects: Pick<Objects, 'get'>;
  /** The first operators, whom the trust domain's file names. */
  readonly operators: readonly Principal[];
  /** The id of the CA that certifies principals. */
  readonly operationsCa: string;
  /** The CAs of the trust domain, with the terms of their answers. */
  readonly authorities: readonly IssuerTerms[];
  /** The service's public URLs, where the trust domain's file has them. */
  readonly addresses?: readonly [string, ...string[]];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Composes a process that answers OCSP and nothing else. app.ts composes everything else. */
export const composeResponder = (ports: ResponderPorts, tokens: TokenIssuers): ResponderApp => {
  const issuers = openIssuers({ ...ports, terms: ports.authorities, isCertificateOf: isSelfSigned });
  const register = openRegister(ports.table);
  const responders = openResponders({ ...ports, register, keys: ports.responderKeys });
  const recorder = openProvisions(ports);
  // The caller of this function has asked whether the operators are those in force, and gave none where they are not.
  const { find } = openEnrolled(ports);
  const directory = { find, findProven: find };
  const callers = openCallers({ ...ports, directory, issuers, register, assertMayAct: async () => {} });
  return {
    status: openOcsp({
      ...ports,
      issuers,
      register,
      responders,
      recorder,
      requestorOf: requestorsBy(callers),
      ...openBehindRow(ports),
      currentCrl: async (list) => (await readCurrentCrl(ports.table, list))?.value,
      crlUrlOf: async (ca, partition) => ports.addresses && `${ports.addresses[0]}${crlPath(ca, partition)}`,
    }),
    principals: callers.withTokens(tokens),
  };
};

/** A suspension counts within this time. */
const KEPT_MS = 60_000;
/** Callers whose rows are kept at one time. */
const MOST_KEPT = 2_048;

/** The first operators, and everybody who was enrolled: their rows, whose acts are verified at each call. */
const openEnrolled = ({ table, objects, operators, clock }: ResponderPorts) => {
  const rows = new ReadLately<Item | undefined>(clock, KEPT_MS, MOST_KEPT);
  const outcomes = new ReadLately<LedgerRecord | undefined>(clock, KEPT_MS, MOST_KEPT);
  const acts = openActVerifying({ objects, clock });
  return openByRows({
    table: {
      get: <T extends Value>(key: Parameters<Table['get']>[0]) =>
        rows.of(`${key.pk} ${key.sk}`, () => table.get(key)) as Promise<Item<T> | undefined>,
    },
    proofs: {
      verified: (record) => verifiedAct(acts, record),
      outcome: (closes) =>
        outcomes.of(`${closes.act} ${closes.number}`, () => readOutcome({ objects, acts }, closes)),
    },
    founders: { operators },
    clock,
  });
};

/**
 * This process reads no object about CAs, so it takes a CA's certificate from a row. Without the CA's key nobody makes
 * one for that key with other names. Every other process asks for the ceremony's record.
 */
const isSelfSigned: IssuersDeps['isCertificateOf'] = async (_, certificate) => {
  const { subjectPublicKeyInfo, signatureAlgorithm, signatureValue, tbs } = certificate;
  verifySignature({ subjectPublicKeyInfo, signatureAlgorithm, message: tbs, signature: signatureValue });
  return true;
};
