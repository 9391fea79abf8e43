import type { KeyStore } from './keys/keys.ts';
import { openProvisions } from './ledger/ledger.ts';
import type { Clock, Log, Random } from './ports.ts';
import type { Principal } from './principal.ts';
import { openCallers, type Principals, requestorsBy, type TokenIssuers } from './principals/principals.ts';
import {
  openIssuers,
  openOcsp,
  openRegister,
  openResponders,
  readCurrentCrl,
  type Status,
} from './status/status.ts';
import type { Table } from './store/store.ts';

/** The part of the service that answers OCSP: it has no CA key, and no code that could use one. */
export interface ResponderApp {
  readonly status: Pick<Status, 'ocsp'>;
  readonly principals: Principals;
}

export interface ResponderPorts {
  readonly table: Table;
  readonly responderKeys: KeyStore;
  readonly principals: readonly Principal[];
  /** The id of the CA that certifies principals. */
  readonly operationsCa: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Composes a process that answers OCSP and nothing else. app.ts composes everything else. */
export const composeResponder = (ports: ResponderPorts, tokens: TokenIssuers): ResponderApp => {
  const issuers = openIssuers(ports);
  const register = openRegister(ports.table);
  const responders = openResponders({ ...ports, register, keys: ports.responderKeys });
  const recorder = openProvisions(ports);
  const callers = openCallers({ ...ports, issuers, register });
  return {
    status: openOcsp({
      ...ports,
      issuers,
      register,
      responders,
      recorder,
      requestorOf: requestorsBy(callers),
      currentCrl: async (ca) => (await readCurrentCrl(ports.table, ca))?.value,
    }),
    principals: callers.withTokens(tokens),
  };
};
