import { Fault, phrase } from '../fault.ts';
import { readRequestedKey } from '../keys/keys.ts';
import { applicationDigest } from './application-digest.ts';
import type { IgnoredPart, Submission } from './contract.ts';
import type { Application } from './decide.ts';
import type { RegistrationDeps } from './deps.ts';
import { ignoredParts } from './ignored.ts';
import { hasIndividualNumber } from './individual-number.ts';
import type { RequestData } from './request-data.ts';

/** The limit for the JSON of all fields together, so that a request's row stays well below the store's limit. */
const MAX_FIELDS_BYTES = 64 * 1024;

const HOLDER = /^[a-z0-9-]{1,64}$/;

/** An Individual Number (個人番号) has 12 digits and a Resident Record Code (住民票コード) 11. No record may have either. */
const assertPseudonym = (holder: string): void => {
  const digits = holder.replaceAll('-', '');
  if (!HOLDER.test(holder) || /^\d{11,12}$/.test(digits) || hasIndividualNumber(holder)) {
    throw new Fault(
      'invalid-field',
      'A holder is named by a pseudonym of 1 to 64 of a-z, 0-9 and hyphens, never by a number of the resident register.',
      { field: 'holder' },
    );
  }
};

/** What the certificate will not have is kept for those who examine. The fields were checked at the door (functions/http/schemas.ts). */
const assertNoNumberIgnored = (ignored: readonly IgnoredPart[]): void => {
  if (ignored.some(({ value = '' }) => hasIndividualNumber(value)))
    throw new Fault(
      'invalid-input',
      'The subject or another name in the certification request has the form of an Individual Number (My Number), which the law forbids to keep here; make the certification request again without it.',
      { path: 'csr' },
    );
};

/** Checks the whole submission, before anything is stored. Faults: those of `Registration.submit`. */
export const readApplication = async (
  {
    issuing,
    officers,
    random,
  }: Pick<RegistrationDeps, 'issuing' | 'random'> & {
    readonly officers: Pick<RegistrationDeps['officers'], 'isAt'>;
  },
  office: string,
  submission: Submission,
): Promise<{ readonly application: Application; readonly data: RequestData; readonly signsIn: boolean }> => {
  if (Buffer.byteLength(JSON.stringify(submission.fields)) > MAX_FIELDS_BYTES) {
    throw new Fault(
      'invalid-field',
      phrase`The fields have more than ${MAX_FIELDS_BYTES} bytes; shorten them.`,
      {
        limit: MAX_FIELDS_BYTES,
      },
    );
  }
  const { holder, issuedTo } = submission;
  if (holder !== undefined) assertPseudonym(holder);
  if (issuedTo !== undefined && !(await officers.isAt(issuedTo, office)))
    throw new Fault(
      'invalid-input',
      'The person to whom a certificate is issued is an officer of the office that asks for it, by the id of the enrolment.',
      { path: 'issuedTo' },
    );
  const described = await issuing.describe({
    profile: submission.profile,
    office,
    fields: submission.fields,
  });
  const { profile, tenant, subject, subjectDigest, subjectAltNames, fields, searched } = described;
  // Without the pseudonym the person could never be shown what was told about the certificate.
  if (profile.kind === 'person' && holder === undefined) {
    throw new Fault('invalid-field', 'Certificates of this profile are about persons: name the holder.', {
      field: 'holder',
    });
  }
  await issuing.assertOpen(submission.profile);
  const { request: csr, ...key } = await readRequestedKey(submission.csr, profile.publicKeys);
  const { subjectPublicKeyInfo } = csr;
  const claim = await issuing.claimKey({
    profile: submission.profile,
    office,
    ...(holder !== undefined && { holder }),
    subjectPublicKeyInfo,
  });
  const ignored = ignoredParts(csr, { subject, subjectAltNames });
  assertNoNumberIgnored(ignored);
  const data: RequestData = {
    about: { tenant, office, ...(holder !== undefined && { holder }) },
    fields,
    subject,
    subjectDigest,
    ...(ignored.length > 0 && { ignored }),
    subjectPublicKeyInfo: Buffer.from(subjectPublicKeyInfo).toString('base64'),
    salt: Buffer.from(random(16)).toString('hex'),
    searched,
  };
  const about = {
    tenant,
    profile: submission.profile,
    profileVersion: profile.version,
    ...(holder !== undefined && { holder }),
    ...(issuedTo !== undefined && { issuedTo }),
    keyAlgorithm: key.kind,
    publicKeyDigest: key.digest,
  };
  const application = { ...about, applicationDigest: applicationDigest(about, data), key: claim };
  return { application, data, signsIn: profile.signsIn !== undefined };
};
