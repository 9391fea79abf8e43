import type { Appointments, Directory, Offices, People } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { openOffices } from './offices.ts';
import { openPeople } from './people.ts';

export type {
  Appointment,
  Appointments,
  Confirmed,
  Directory,
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
export { type Mending, openMending } from './mending.ts';

/** The door of the room of enrolment: offices, officers and everybody else who comes and goes. */

export interface Enrolment {
  readonly offices: Offices;
  readonly people: People;
  /** At the machine only; no route leads here. */
  readonly appointments: Appointments;
}

export const openEnrolment = (deps: EnrolmentDeps & { readonly directory: Directory }): Enrolment => ({
  offices: openOffices(deps),
  ...openPeople(deps),
});
