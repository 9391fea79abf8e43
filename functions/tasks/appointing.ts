import type { Core } from '../../lib/app.ts';
import { type CeremonyEvent, digestOfEvent, type UsedConsent } from '../../lib/authority/authority.ts';
import type { Appointment } from '../../lib/enrolment/enrolment.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import type { NewOperator } from './principal-certificate.ts';

/* The enrolment of an operator by the two persons of the ceremony, on AWS and on one machine. */

/** The part of the event that both persons agree on. */
export const agreedOf = ({
  subjectPublicKeyInfo: _,
  ...operator
}: NewOperator): NonNullable<CeremonyEvent['operator']> => operator;

const appointmentOf = (
  { principal: id, person, publicKeyDigest, keyIdentity }: NewOperator,
  event: string,
): Appointment => ({ id, person, key: { publicKeyDigest, keyIdentity }, event });

/** Before anybody consents, and again before the consent is used. Faults: those of `Appointments`. */
export const assertMayAppoint = (core: Core, operator: NewOperator, agreed: CeremonyEvent): Promise<void> =>
  core.enrolment.appointments.assertMayAppoint(appointmentOf(operator, digestOfEvent(agreed)));

/** Resolves with the certificate and its CA's, in PEM. Faults: those of `Appointments`. */
export const appointOperator = (
  core: Core,
  { ceremony }: TrustDomain,
  operator: NewOperator,
  consent: UsedConsent,
): Promise<string> =>
  core.enrolment.appointments.appoint({
    ...appointmentOf(operator, consent.event),
    subjectPublicKeyInfo: operator.subjectPublicKeyInfo,
    persons: ceremony.persons,
    basis: consent.records,
  });
