import { isIPv4 } from 'node:net';
import { Fault } from '../fault.ts';
import { buildName, derText, type GeneralName, type Name, TAG } from '../pki/pki.ts';
import type {
  AlternativeNameTemplate,
  FieldValues,
  Office,
  Profile,
  Source,
  SubjectTemplate,
} from './contract.ts';
import { unfitField } from './fields.ts';

/** The sources that fill a template. */
export interface Filling {
  readonly profile: Pick<Profile, 'fields'>;
  readonly office: Office | undefined;
  readonly fields: FieldValues;
}

const valuesOf = (source: Source, { office, fields }: Filling): readonly string[] => {
  if (typeof source === 'string') return [source];
  if ('field' in source) {
    const value = fields[source.field];
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  }
  const attribute = office?.attributes[source.office];
  if (attribute === undefined) {
    throw new Fault(
      'profile-not-allowed',
      'The profile takes something from an office that has no such attribute.',
      {
        attribute: source.office,
      },
    );
  }
  return [attribute];
};

/** Where a value from a field cannot stand in a name, the fault is the field's. */
const buildRdn = (type: string, value: string, source: Source, { profile }: Filling): Name => {
  try {
    return buildName([[type, value]]);
  } catch (error) {
    const field =
      typeof source === 'object' && 'field' in source
        ? profile.fields.find(({ name }) => name === source.field)
        : undefined;
    if (!field || !Fault.is(error, 'malformed-name')) throw error;
    throw unfitField(field, error.phrase);
  }
};

/** Faults: `invalid-field`, `profile-not-allowed`. */
export const fillName = (template: SubjectTemplate, filling: Filling): Name =>
  template.flatMap(([type, source]) =>
    valuesOf(source, filling).flatMap((value) => buildRdn(type, value, source, filling)),
  );

/** The octets of an address that is in its one spelling (RFC 5952 allows one `::` at most). */
const addressOctets = (text: string): Uint8Array => {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex');
};

/** A list gives one name for each of its values. Faults as `fillName`. */
export const fillAlternativeName = (
  template: AlternativeNameTemplate,
  filling: Filling,
): readonly GeneralName[] => {
  if (template.kind === 'directoryName') {
    const value = fillName(template.name, filling);
    return value.length === 0 ? [] : [{ kind: 'directoryName', value }];
  }
  return valuesOf(template.source, filling).map((value): GeneralName => {
    switch (template.kind) {
      case 'otherName':
        return { kind: 'otherName', type: template.type, value: derText(TAG.utf8String, value) };
      case 'iPAddress':
        return { kind: 'iPAddress', value: addressOctets(value) };
      default:
        return { kind: template.kind, value };
    }
  });
};
