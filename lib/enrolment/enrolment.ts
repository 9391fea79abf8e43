import type { Directory, Holders, Offices, People } from './contract.ts';
import type { EnrolmentDeps } from './deps.ts';
import { openHolders } from './holders.ts';
import { type Officers, openOfficers } from './leaving.ts';
import { openOffices } from './offices.ts';
import { openPeople } from './people.ts';

export type {
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
  Transfer,
} from './contract.ts';
export type { Certifying, Founders } from './deps.ts';
export { openDirectory } from './directory.ts';
export { type Mending, openMending } from './mending.ts';

/** The door of the room of enrolment: offices, officers and everybody else who comes and goes. */

export interface Enrolment {
  readonly offices: Offices;
  readonly people: People;
  readonly holders: Holders;
  readonly officers: Officers;
}

export const openEnrolment = (deps: EnrolmentDeps & { readonly directory: Directory }): Enrolment => ({
  offices: openOffices(deps),
  people: openPeople(deps),
  holders: openHolders(deps),
  officers: openOfficers(deps),
});
