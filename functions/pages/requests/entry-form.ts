import { html } from 'hono/html';
import * as z from 'zod/mini';
import type { ProfileView } from '../../../lib/trust-domain/trust-domain.ts';
import { both, type Html, type View } from '../../../web/document.ts';
import { type Filled, field, form, hidden } from '../../../web/forms.ts';
import type { Reader } from '../../../web/reader.ts';
import type { Labels } from '../failure.ts';
import type { Sent } from '../form.ts';

/* The form of a new request: an input for each field of the profile, with its rule beside it. */

type ProfileField = ProfileView['fields'][number];

/** The name of an input of a profile's field. */
export const inputOf = (name: string): string => `field.${name}`;

/** The rule in words, if there is one, and what follows from the kind of the field. A pattern says nothing to an officer. */
const rulesOf = (reader: Reader, { kind, maxLength, maxItems, pattern, rule }: ProfileField): string => {
  const { t } = reader;
  const ofPattern =
    pattern === undefined ? '' : t`The profile asks for a certain form; the operator knows it.`;
  const ofKind = kind === 'date' ? t`A date, such as 1990-02-17.` : t`At most ${maxLength} characters.`;
  return [
    rule ? both(reader, rule) : ofPattern,
    kind === 'choice' ? '' : ofKind,
    maxItems === undefined ? '' : t`One value on each line, at most ${maxItems}.`,
  ]
    .filter((text) => text !== '')
    .join(' ');
};

const profileInput = (reader: Reader, one: ProfileField, filled: Filled): Html =>
  field(reader, {
    name: inputOf(one.name),
    label: both(reader, one.label),
    hint: rulesOf(reader, one),
    value: filled[inputOf(one.name)],
    isRequired: one.required,
    kind: one.maxItems === undefined ? 'text' : 'area',
    lang: 'ja',
    ...(one.choices && {
      choices: [['', '—'], ...one.choices.map(({ value, label }) => [value, both(reader, label)] as const)],
    }),
  });

/** What the form calls the places of the operation's input. */
export const labelsOf = (reader: Reader, { fields }: ProfileView): Labels => {
  const { t } = reader;
  return {
    'body.csr': t`The certification request (PKCS#10)`,
    'body.holder': t`Holder (pseudonym)`,
    'body.issuedTo': t`Officer to whom it is issued`,
    ...Object.fromEntries(fields.map(({ name, label }) => [`body.fields.${name}`, both(reader, label)])),
  };
};

/** The fields of a profile go along with the form, so that the same form can be made again without reading anything. */
export const CARRIED = 'profile-terms';

export const entryView = (reader: Reader, profile: ProfileView, filled: Filled): View => {
  const { t } = reader;
  const inputs = (isCertified: boolean): readonly Html[] =>
    profile.fields.flatMap((one) =>
      one.certified === isCertified ? [profileInput(reader, one, filled)] : [],
    );
  const kept = inputs(false);
  return {
    title: t`New request: ${both(reader, profile.title)}`,
    main: form(
      `/console/new/${encodeURIComponent(profile.id)}/preview`,
      { button: t`See what it says`, hasFile: true },
      hidden(CARRIED, JSON.stringify(profile)),
      html`<h2>${t`The certification request (PKCS#10)`}</h2>`,
      field(reader, {
        name: 'csrFile',
        label: t`File`,
        hint: t`PEM or DER, made on the machine that has the key.`,
        kind: 'file',
      }),
      field(reader, { name: 'csr', label: t`Or its text (PEM)`, kind: 'area', value: filled.csr }),
      html`<h2>${t`What the certificate will say`}</h2>`,
      ...inputs(true),
      ...(kept.length > 0
        ? [html`<h2>${t`Kept with the request, and not in the certificate`}</h2>`, ...kept]
        : []),
      html`<h2>${t`Whose it is`}</h2>`,
      field(reader, {
        name: 'holder',
        label: t`Holder (pseudonym)`,
        hint: t`Lower-case letters, digits and hyphens; never a name, and never a number of the resident register.`,
        value: filled.holder,
        isRequired: profile.kind === 'person',
      }),
      field(reader, {
        name: 'issuedTo',
        label: t`Officer to whom it is issued`,
        hint: t`The id of an officer of your office, where the certificate is for one.`,
        value: filled.issuedTo,
      }),
    ),
  };
};

const MAX_TERMS = 64 * 1024;

const Text = z.object({ ja: z.string(), en: z.string() });

/** As far as the form needs them. */
const Terms = z.object({
  id: z.string(),
  title: Text,
  kind: z.enum(['organisation', 'person']),
  fields: z
    .array(
      z.object({
        name: z.string(),
        label: Text,
        kind: z.string(),
        required: z.boolean(),
        maxLength: z.number(),
        maxItems: z.optional(z.number()),
        pattern: z.optional(z.string()),
        rule: z.optional(Text),
        certified: z._default(z.boolean(), true),
        choices: z.optional(z.array(z.object({ value: z.string(), label: Text })).check(z.maxLength(200))),
      }),
    )
    .check(z.maxLength(100)),
});

/** The browser has sent it back. It only makes the form again; the operation judges what was typed. */
export const carriedProfile = ({ filled }: Sent): ProfileView | undefined => {
  const text = filled[CARRIED] ?? '';
  if (text.length > MAX_TERMS) return undefined;
  try {
    return Terms.safeParse(JSON.parse(text)).data as ProfileView | undefined;
  } catch {
    return undefined;
  }
};
