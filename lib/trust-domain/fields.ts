import { isIP } from 'node:net';
import { Fault, joined, type Phrase, phrase } from '../fault.ts';
import { isAbsoluteUri, isDnsName, isMailbox } from '../internet-names.ts';
import { findUnshown } from '../lint/lint.ts';
import type { Field, FieldValues } from './contract.ts';

/**
 * The fault names the field and says what its value has to be; the facts have all choices. It never shows the value, except
 * a character that is invisible.
 */
export const invalidField = ({ name, label, choices }: Field, why: Phrase): Fault =>
  new Fault('invalid-field', phrase`The field "${name}" (${label}) ${why}.`, {
    field: name,
    label,
    ...(choices && { choices }),
  });

/** For a value that the field's pattern does not take. A pattern says nothing to those who fill in a form; its rule does. */
const patternNotMet = (field: Field): Fault => {
  const { name, label, rule } = field;
  return rule === undefined
    ? invalidField(field, phrase`is not of the form that the profile asks for`)
    : new Fault('invalid-field', phrase`The field "${name}" (${label}) has a rule: ${rule}`, {
        field: name,
        label,
        rule,
      });
};

/** For a value that has the form of its field and cannot stand in a name. */
export const unfitField = (field: Pick<Field, 'name' | 'label'>, reason: Phrase): Fault =>
  new Fault(
    'invalid-field',
    phrase`The field "${field.name}" (${field.label}) cannot stand in a certificate: ${reason}`,
    { field: field.name, label: field.label },
  );

/** CJK compatibility ideographs and their supplement. */
const COMPATIBILITY = /[^\uf900-\ufaff\u{2f800}-\u{2fa1f}]+/gu;

/**
 * Trimmed and composed (NFC), except for the CJK compatibility ideographs: NFC would turn U+FA19, in which many family
 * names are registered, into U+795E, and so change the name. Kana typed as two characters (か and U+3099) become one.
 */
const composed = (text: string): string =>
  text.trim().replace(COMPATIBILITY, (part) => part.normalize('NFC'));

const isCalendarDate = (text: string): boolean => {
  const date = new Date(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  );
};

/** The one spelling of an address (RFC 5952 for version 6). */
const canonicalAddress = (text: string): string | undefined => {
  const version = isIP(text);
  if (version === 4) return text;
  return version === 6 && !text.includes('%')
    ? new URL(`http://[${text}]/`).hostname.slice(1, -1)
    : undefined;
};

/** More would make a sentence that nobody reads. */
const SHOWN_CHOICES = 20;

const oneOf = (choices: NonNullable<Field['choices']>): Phrase => {
  const shown = choices.slice(0, SHOWN_CHOICES).map(({ value, label }) => phrase`${value} (${label})`);
  const more = choices.length - shown.length;
  return phrase`one of the choices: ${joined(more > 0 ? [...shown, phrase`${more} more`] : shown, ', ')}`;
};

interface Kind {
  readonly maxLength: number;
  /** The one spelling of the value. Undefined where the value is not of this kind. */
  readonly canonical: (text: string, field: Field) => string | undefined;
  readonly what: Phrase;
}

const when = (holds: boolean, text: string): string | undefined => (holds ? text : undefined);

export const FIELD_RULES: Readonly<Record<Field['kind'], Kind>> = {
  text: { maxLength: 1_000, canonical: (text) => text, what: phrase`text` },
  date: {
    maxLength: 10,
    canonical: (text) => when(isCalendarDate(text), text),
    what: phrase`a date (YYYY-MM-DD)`,
  },
  choice: {
    maxLength: 100,
    canonical: (text, { choices = [] }) =>
      when(
        choices.some(({ value }) => value === text),
        text,
      ),
    what: phrase`one of the choices`,
  },
  dnsName: {
    maxLength: 253,
    canonical: (text) => when(isDnsName(text), text.toLowerCase()),
    what: phrase`a domain name (letters, digits, hyphens; other scripts as xn--)`,
  },
  rfc822Name: {
    maxLength: 255,
    // The mail system decides what the part before @ means, so its capitals stay (RFC 5280 7.5).
    canonical: (text) =>
      when(
        isMailbox(text),
        text.replace(/@.*$/, (domain) => domain.toLowerCase()),
      ),
    what: phrase`a mail address`,
  },
  iPAddress: { maxLength: 45, canonical: canonicalAddress, what: phrase`an IP address` },
  uri: {
    maxLength: 1_000,
    canonical: (text) => when(isAbsoluteUri(text), text),
    what: phrase`an absolute URI`,
  },
};

/** The value in its one spelling; empty where there is none. Fault: `invalid-field`. */
const readValue = (field: Field, given: unknown): string => {
  if (Array.isArray(given)) throw invalidField(field, phrase`has one value, and no list`);
  if (typeof given !== 'string') throw invalidField(field, phrase`is not text`);
  // Checked before composing, so that nobody can make the service compose a huge text.
  if (given.length > 8 * field.maxLength + 64)
    throw invalidField(field, phrase`is longer than ${field.maxLength} characters`);
  if (!given.isWellFormed()) throw invalidField(field, phrase`is not Unicode text`);
  const text = composed(given);
  if (text === '') return '';
  const unshown = findUnshown(text);
  if (unshown) throw invalidField(field, phrase`has ${unshown.codePoint}, which ${unshown.why}`);
  if ([...text].length > field.maxLength)
    throw invalidField(field, phrase`is longer than ${field.maxLength} characters`);
  const { canonical, what } = FIELD_RULES[field.kind];
  const value = canonical(text, field);
  if (value === undefined)
    throw invalidField(field, phrase`is not ${field.choices ? oneOf(field.choices) : what}`);
  if (field.pattern && !field.pattern.test(value)) throw patternNotMet(field);
  return value;
};

/** A single value is a list of one. */
const readList = (field: Field, given: unknown, maxItems: number): readonly string[] => {
  const list: unknown = typeof given === 'string' ? [given] : given;
  if (!Array.isArray(list)) throw invalidField(field, phrase`is not a list`);
  if (list.length > maxItems) throw invalidField(field, phrase`has more than ${maxItems} values`);
  const values = list.map((one: unknown) => readValue(field, one)).filter((value) => value !== '');
  if (new Set(values).size < values.length) throw invalidField(field, phrase`has one value twice`);
  return values;
};

/** The field's value; undefined where there is none. Fault: `invalid-field`. */
const readField = (field: Field, raw: unknown): string | readonly string[] | undefined => {
  const value =
    raw === undefined
      ? ''
      : field.maxItems === undefined
        ? readValue(field, raw)
        : readList(field, raw, field.maxItems);
  if (value.length > 0) return value;
  if (field.required) throw invalidField(field, phrase`is required`);
  return undefined;
};

/** The first fault, and what is wrong with the others, so that a person corrects all of them at once. */
const together = ([first, ...others]: readonly [Fault, ...Fault[]]): Fault => {
  if (others.length === 0) return first;
  const said = others.map(({ facts: { field, label }, phrase: problem }) => ({ field, label, problem }));
  return new Fault(first.code, first.phrase, { ...first.facts, others: said });
};

/**
 * All fields, checked and in their one spelling. Fields without a value are left out. Fault: `invalid-field`, about the first that
 * is wrong; where several are, `facts.others` has `{field, label, problem}` of each other one.
 */
export const readFields = (fields: readonly Field[], given: FieldValues): FieldValues => {
  const stray = Object.keys(given).find((name) => fields.every((field) => field.name !== name));
  if (stray !== undefined) {
    throw new Fault('invalid-field', 'The profile has no such field; facts.fields names those that it has.', {
      field: stray.slice(0, 64),
      fields: fields.map(({ name }) => name),
    });
  }
  const read: Record<string, string | readonly string[]> = {};
  const faults: Fault[] = [];
  for (const field of fields) {
    try {
      const value = readField(field, Object.hasOwn(given, field.name) ? given[field.name] : undefined);
      if (value !== undefined) read[field.name] = value;
    } catch (error) {
      if (!Fault.is(error)) throw error;
      faults.push(error);
    }
  }
  const [first, ...others] = faults;
  if (first) throw together([first, ...others]);
  return read;
};
