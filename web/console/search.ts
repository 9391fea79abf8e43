import type { Principal } from '../../lib/principal.ts';
import type { Html } from '../document.ts';
import { type Filled, field, form } from '../forms.ts';
import type { Reader } from '../reader.ts';

/** A search by name among the requests of one office. It is posted: a name stands in no address, and so in no history or log. */
export const searchForm = (reader: Reader, { office }: Principal, { text, office: named }: Filled): Html => {
  const { t } = reader;
  return form(
    '/console/requests/search',
    { button: t`Search` },
    field(reader, {
      name: 'text',
      label: t`Search by name`,
      hint: t`The beginning of a name or of its kana, or two characters of it.`,
      value: text,
      isRequired: true,
      lang: 'ja',
    }),
    ...(office === undefined
      ? [field(reader, { name: 'office', label: t`Office`, value: named, isRequired: true })]
      : []),
  );
};
