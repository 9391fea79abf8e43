import { createHash } from 'node:crypto';
import { encodeExtensions, encodeName, type GeneralName, type Name } from '../pki/pki.ts';
import type { FieldValues, Office, Profile } from './contract.ts';
import { readFields } from './fields.ts';
import { fillAlternativeName, fillName } from './subject-template.ts';

export interface Subject {
  readonly subject: Name;
  readonly subjectAltNames: readonly GeneralName[];
  /**
   * The fields in the form that goes into names: trimmed, composed, domain names in lower case. Empty fields are
   * absent.
   */
  readonly fields: FieldValues;
  /** SHA-256, hex, of the DER of both names. Two subjects are the same if their digests are the same. */
  readonly digest: string;
}

/**
 * The names that a certificate of this profile will have. Faults: `invalid-field`, with `facts.field` (its name),
 * `facts.label` and never the value, also for a field that the profile does not have; `profile-not-allowed` when the
 * profile takes an attribute from the office that the office does not have.
 */
export const describeSubject = (
  profile: Profile,
  office: Office | undefined,
  given: FieldValues,
): Subject => {
  const fields = readFields(profile.fields, given);
  const filling = { profile, office, fields };
  const subject = fillName(profile.subject, filling);
  const subjectAltNames = profile.subjectAltName.flatMap((template) =>
    fillAlternativeName(template, filling),
  );
  return { subject, subjectAltNames, fields, digest: digestOf(subject, subjectAltNames) };
};

const digestOf = (subject: Name, names: readonly GeneralName[]): string =>
  createHash('sha256')
    .update(encodeName(subject))
    .update(encodeExtensions([{ id: 'subjectAltName', names, critical: false }]))
    .digest('hex');
