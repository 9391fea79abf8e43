import type { Principal } from '../../lib/principal.ts';
import type { Html } from '../document.ts';
import { type Field, type Filled, field, form, hidden } from '../forms.ts';
import type { Reader } from '../reader.ts';

/** Officers choose only where their office has taken over the affairs of others. */
export const officeField = (
  reader: Reader,
  { role, office = '', predecessors = [] }: Principal,
  one: Pick<Field, 'name' | 'value' | 'isRequired'>,
): readonly Html[] => {
  const { t } = reader;
  if (role !== 'officer')
    return [
      field(reader, { ...one, label: t`Office`, hint: t`The id of the office, such as mizusaki-higashi.` }),
    ];
  if (predecessors.length === 0) return [];
  const choices = [office, ...predecessors].map((id) => [id, id] as const);
  return [field(reader, { ...one, label: t`Office`, choices })];
};

/**
 * A search by name among what one office has. It is posted: a name stands in no address, and so in no history or log. Whose sign-in
 * has ended keeps what was typed, and the office goes along unseen.
 */
export const searchForm = (
  reader: Reader,
  action: string,
  caller: Principal | undefined,
  { text, within }: Filled,
): Html => {
  const { t } = reader;
  const office = caller
    ? officeField(reader, caller, { name: 'within', value: within, isRequired: caller.role !== 'officer' })
    : [hidden('within', within ?? '')];
  return form(
    action,
    { button: t`Search` },
    field(reader, {
      name: 'text',
      label: t`Search by name`,
      hint: t`The beginning of a name or of its kana, or two characters of it.`,
      value: text,
      isRequired: true,
      lang: 'ja',
    }),
    ...office,
  );
};

/** A form of its own, so that neither the text nor the place in the list stands in an address. */
export const nextFound = ({ t }: Reader, action: string, filled: Filled, cursor: string): Html =>
  form(
    action,
    { button: t`Next page` },
    hidden('text', filled.text ?? ''),
    ...(filled.within ? [hidden('within', filled.within)] : []),
    hidden('cursor', cursor),
  );
