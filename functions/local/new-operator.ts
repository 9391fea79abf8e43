import { join } from 'node:path';
import type { Core } from '../../lib/app.ts';
import { Fault, phrase } from '../../lib/fault.ts';
import { digestOf, type TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { agreedOf, appointOperator, assertMayAppoint } from '../tasks/appointing.ts';
import { putCertificate } from './certificates.ts';
import { readOperatorRequest } from './requests.ts';

/*
 * Where no two operators are left, the two persons of the ceremony enrol one at this machine. Their own credentials may be lost,
 * so what counts is what counted at the first start: both are at the machine, with the passphrase of its keys, and the records
 * name both.
 */

export interface AskedOperator {
  readonly principal: string;
  readonly person?: string | undefined;
  /** Who says to be present. */
  readonly present: readonly string[];
}

/** Before anything is made. Faults: `configuration-invalid`. */
export const assertBothPresent = ({ ceremony }: TrustDomain, { present }: AskedOperator): void => {
  const missing = ceremony.persons.filter((person) => !present.includes(person));
  const others = present.filter((one) => !ceremony.persons.includes(one));
  if (missing.length === 0 && others.length === 0) return;
  throw new Fault(
    'configuration-invalid',
    phrase`Both persons of the ceremony enrol an operator together: --present ${ceremony.persons[0]} --present ${ceremony.persons[1]}, and nobody else.`,
    { persons: ceremony.persons },
  );
};

/**
 * Resolves with a line for the terminal. Started again with the same request, it goes on where it stopped. Faults:
 * `configuration-invalid` without a request, and those of `Appointments`.
 */
export const enrolOperator = async (
  core: Core,
  { trustDomain, text }: { readonly trustDomain: TrustDomain; readonly text: string },
  asked: AskedOperator,
  folders: { readonly requests: string; readonly certificates: string },
): Promise<string> => {
  const operator = await readOperatorRequest(folders.requests, trustDomain, asked);
  const agreed = { trustDomain: digestOf(text), credentials: [], operator: agreedOf(operator) };
  await assertMayAppoint(core, operator, agreed);
  const { consents } = core.authority;
  await consents.give(agreed);
  const pem = await appointOperator(core, trustDomain, operator, await consents.use(agreed));
  const place = join(folders.certificates, operator.principal);
  await putCertificate(place, pem);
  return `${operator.principal}: enrolled as an operator by ${trustDomain.ceremony.persons.join(' and ')}; certificate in ${place}, for the key with the fingerprint ${operator.publicKeyDigest}`;
};
