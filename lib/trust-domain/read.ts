import type { z } from 'zod';
import { Fault, Phrase, phrase, SchemaPhrase } from '../fault.ts';
import { crossIssues } from './checks.ts';
import type { checkedBrand, TrustDomain } from './contract.ts';
import { type Draft, type Issue, issue, type Placed } from './draft.ts';
import * as schema from './schema.ts';

/** 4 MiB: ten times what the most authorities and profiles take. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

export const invalid = (issues: readonly Issue[]): Fault => {
  const [{ path, message }, ...more] = issues as readonly [Issue, ...Issue[]];
  const at = path || phrase`its top`;
  return new Fault(
    'trust-domain-invalid',
    more.length === 0
      ? phrase`The trust domain is invalid at ${at}: ${message}`
      : phrase`The trust domain is invalid at ${at}: ${message} (and ${more.length} more)`,
    { issues },
  );
};

const readJson = (text: string): unknown => {
  if (text.length > MAX_CHARACTERS)
    throw invalid([{ path: '', message: phrase`The file has more than ${MAX_CHARACTERS} characters.` }]);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([{ path: '', message: phrase`The file is not JSON.` }]);
  }
};

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** The members that pass their schema. The schema of the whole file has reported the others. */
const placed = <T>(file: unknown, section: string, schema: z.ZodType<T>): readonly Placed<T>[] => {
  const items = member(file, section);
  return !Array.isArray(items)
    ? []
    : items.flatMap((item: unknown, index) => {
        const { data, success } = schema.safeParse(item);
        return success ? [{ path: `${section}.${index}`, value: data }] : [];
      });
};

const idsOf = (file: unknown, section: string): readonly unknown[] => {
  const items = member(file, section);
  return Array.isArray(items) ? items.map((item: unknown) => member(item, 'id')) : [];
};

/** A refinement of the schema brings its own phrase. */
const phraseOf = (one: z.core.$ZodIssue): Phrase => {
  const own: unknown = one.code === 'custom' && one.params?.phrase;
  return own instanceof Phrase ? own : new SchemaPhrase(one);
};

const draftOf = (file: unknown): Draft => {
  const ceremony = schema.ceremony.safeParse(member(file, 'ceremony')).data;
  return {
    tenants: placed(file, 'tenants', schema.tenant),
    authorities: placed(file, 'authorities', schema.authority),
    profiles: placed(file, 'profiles', schema.profile),
    operators: placed(file, 'operators', schema.operator),
    ceremony: ceremony && { path: 'ceremony.persons', value: ceremony.persons },
    ids: {
      tenants: idsOf(file, 'tenants'),
      authorities: idsOf(file, 'authorities'),
      profiles: idsOf(file, 'profiles'),
      operators: idsOf(file, 'operators'),
    },
  };
};

/**
 * Reads the one declarative file of a trust domain (JSON), and is the only source of a `TrustDomain`. Fault:
 * `trust-domain-invalid` with every problem at once in `facts.issues`: `[{ path: 'profiles.0.authority', message }]`.
 */
export const readTrustDomain = (text: string): TrustDomain => {
  const file = readJson(text);
  const { data, error } = schema.trustDomain.safeParse(file, { reportInput: true });
  const issues: readonly Issue[] = [
    ...(error?.issues.map((one) => issue(one.path.join('.'), phraseOf(one))) ?? []),
    ...crossIssues(draftOf(file)),
  ];
  if (data === undefined || issues.length > 0) throw invalid(issues);
  const principal = data.profiles.find(({ kind }) => kind === 'principal');
  const service = data.profiles.find(({ kind }) => kind === 'service');
  const authority = data.authorities.find(({ id }) => id === principal?.authority);
  // The checks above have made sure that all three exist.
  if (!principal || !service || !authority)
    throw invalid([{ path: 'profiles', message: phrase`Operations are incomplete.` }]);
  const domain: Omit<TrustDomain, typeof checkedBrand> = {
    ...data,
    operations: { authority, principal, service },
  };
  return domain as TrustDomain;
};
