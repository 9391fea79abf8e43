import type { Authority } from './authority/authority.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Principals } from './principals/principals.ts';
import type { Registration } from './registration/registration.ts';
import type { Status } from './status/status.ts';

/** The service, composed: what the entries in functions/ call. */
export interface App {
  readonly authority: Authority;
  readonly registration: Registration;
  readonly status: Status;
  readonly ledger: Ledger;
  readonly principals: Principals;
}
