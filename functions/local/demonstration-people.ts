import { createPrivateKey, hash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Core } from '../../lib/app.ts';
import type { OfficeTerms, PrincipalTerms } from '../../lib/enrolment/enrolment.ts';
import { Fault } from '../../lib/fault.ts';
import { generatePrivateKey, softwareSigner } from '../../lib/keys/keys.ts';
import { encodeCertificationRequestInfo, encodePem, encodeSigned } from '../../lib/pki/pki.ts';
import type { Principal } from '../../lib/principal.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { officeTerms } from '../routes/enrolment/office-schemas.ts';
import { principalTerms } from '../routes/enrolment/principal-schemas.ts';
import { putCertificate } from './certificates.ts';
import { readIfThere } from './credentials.ts';
import { writeWhole } from './whole-file.ts';

/*
 * The offices and the people of the demonstration. They are opened and enrolled by the same acts as everybody else: the service
 * plays the two operators and each invited person.
 */

export const PEOPLE_FILE = resolve(import.meta.dirname, '../../domains/demonstration.people.json');

const id = z.string();
const shape = z.strictObject({
  offices: z.array(officeTerms.extend({ id })),
  principals: z.array(principalTerms.extend({ id })),
});

export interface People {
  readonly offices: readonly (OfficeTerms & { readonly id: string })[];
  readonly principals: readonly (PrincipalTerms & { readonly id: string })[];
}

export const readPeople = async (): Promise<People> =>
  shape.parse(JSON.parse(await readFile(PEOPLE_FILE, 'utf8')));

type Enrolling = Pick<Core, 'enrolment'>;
type Operators = readonly [Principal, Principal];

/** The two persons of the ceremony. */
export const operatorsOf = ({ operators, ceremony }: TrustDomain): Operators => {
  const [first, second] = ceremony.persons.map((person) => operators.find((one) => one.id === person));
  // The checks of the file have found both.
  return [first as Principal, second as Principal];
};

/** Opens the offices that nobody has opened yet. */
export const openOffices = async (
  { enrolment: { offices } }: Enrolling,
  [first, second]: Operators,
  people: Pick<People, 'offices'>,
): Promise<void> => {
  for (const { id: office, ...terms } of people.offices) {
    const found = await offices.get(first, office).catch(unlessUnknown);
    if (found?.standing !== undefined) continue;
    await offices.propose(first, office, terms);
    await offices.confirm(second, office);
  }
};

/**
 * Enrols one, with the key in the folder, or a new one where there is none or `anew` asks for it. The key is stored before it is
 * brought, so the run after an interruption goes on with it. `cert.pem` comes last.
 */
export const enrolOne = async (
  { enrolment: { people } }: Enrolling,
  [first, second]: Operators,
  { id: principal, ...terms }: People['principals'][number],
  folder: string,
  anew: boolean,
): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { csr, fingerprint } = await requestOf(join(folder, 'key.pem'), anew);
  await people.propose(first, principal, terms, { invites: true });
  const { invitation = '' } = await people.confirm(second, principal);
  await people.bring(invitation, csr);
  await people.enrol(first, principal, fingerprint);
  const { pem } = await people.bring(invitation, csr);
  if (pem === undefined) throw new Fault('not-issued', 'The certificate is not signed yet.', { principal });
  await putCertificate(folder, pem);
};

const ALGORITHM = 'ecdsa-p256-sha256';

const requestOf = async (
  path: string,
  anew: boolean,
): Promise<{ readonly csr: string; readonly fingerprint: string }> => {
  const old = anew ? undefined : await readIfThere(path);
  const key = old === undefined ? await generatePrivateKey(ALGORITHM) : createPrivateKey(old);
  if (old === undefined) await writeWhole(path, key.export({ type: 'pkcs8', format: 'pem' }) as string);
  const signer = softwareSigner(ALGORITHM, key);
  const info = encodeCertificationRequestInfo(signer.subjectPublicKeyInfo);
  const request = encodeSigned(info, signer.algorithm.signatureAlgorithm, await signer.sign(info));
  return {
    csr: encodePem('CERTIFICATE REQUEST', request),
    fingerprint: hash('sha256', signer.subjectPublicKeyInfo),
  };
};

const unlessUnknown = (error: unknown): undefined => {
  if (!Fault.is(error, 'unknown-office')) throw error;
};
