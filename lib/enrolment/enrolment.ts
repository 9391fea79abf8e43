import type { Appointments, Directory, Holders, Offices, People } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { openHolders } from './holders.ts';
import { type Officers, openOfficers } from './leaving.ts';
import { openOffices } from './offices.ts';
import { openPeople } from './people.ts';

export type {
  Appointment,
  Appointments,
  Confirmed,
  Directory,
  Holders,
  HolderView,
  Invited,
  Notice,
  Offices,
  OfficeTerms,
  OfficeView,
  People,
  PrincipalTerms,
  PrincipalView,
  TokenUsers,
  Transfer,
} from './contract.ts';
export type { Certifying, Founders } from './deps.ts';
export { openDirectory } from './directory.ts';
export { openLifetimes } from './lifetimes.ts';
export { type Mending, openMending } from './mending.ts';

/** The door of the room of enrolment: offices, officers and everybody else who comes and goes. */

export interface Enrolment {
  readonly offices: Offices;
  readonly people: People;
  /** At the machine only; no route leads here. */
  readonly appointments: Appointments;
  readonly holders: Holders;
  readonly officers: Officers;
}

export const openEnrolment = (deps: EnrolmentDeps & { readonly directory: Directory }): Enrolment => ({
  offices: openOffices(deps),
  ...openPeople(deps),
  holders: openHolders(deps),
  officers: openOfficers(deps),
});
