import { join } from 'node:path';
import { random } from '../../functions/random.ts';
import { certificateItem } from '../../lib/authority/certificates.ts';
import type { ItemName } from '../../lib/personal/contract.ts';
import type { OpenKey } from '../../lib/personal/key-ring.ts';
import { monthOf } from '../../lib/personal/months.ts';
import { itemKey, searchKey, tokensOf } from '../../lib/personal/rows.ts';
import { seal } from '../../lib/personal/sealing.ts';
import { termsOf } from '../../lib/personal/search-text.ts';
import { type RequestData, requestItem } from '../../lib/registration/request-data.ts';
import type { Value } from '../../lib/store/store.ts';
import { addPeriod } from '../../lib/trust-domain/trust-domain.ts';
import { drawn, FAMILY, GIVEN } from '../personal/names.ts';
import { chanceFrom } from '../personal/rows.ts';
import { OFFICE, SIGNATURE, TENANT, type Template, templateName } from '../personal/templates.ts';
import { requestOf } from './drawn.ts';
import type { Prepared } from './prepared.ts';
import { openRows } from './rows.ts';

/* What names persons: the sealed items of requests and certificates, and the lists of searches. */

/** Both texts under which a person is found: the name and its kana. */
const nameOf = (person: number): readonly [string, string] => {
  const chance = chanceFrom(person);
  const [family, familyKana] = drawn(FAMILY, chance());
  const [given, givenKana] = drawn(GIVEN, chance());
  return [`${family} ${given}`, `${familyKana} ${givenKana}`];
};

export const fillPersonal = (folder: string, prepared: Prepared, requests: number): void => {
  const { templates, prefixes, until, monthKeys, searchKeys, kept, requestsEnd } = prepared;
  const rows = openRows(join(folder, 'personal.sqlite'), 2_000);
  /** Many persons have one name, and a year is that of many certificates. */
  const tokens = new Map<string, readonly string[]>();

  const tokensFor = (year: string, texts: readonly string[]): readonly string[] => {
    const name = `${year} ${texts.join()}`;
    const known = tokens.get(name) ?? tokensOf(searchKeys.get(year) as Uint8Array, OFFICE, termsOf(texts));
    tokens.set(name, known);
    return known;
  };

  const putItem = (
    name: ItemName,
    month: string,
    value: Value,
    searched?: { readonly id: string; readonly texts: readonly string[] },
  ): void => {
    const { id: keyId, key } = monthKeys.get(month) as OpenKey;
    const sealed = seal(name, keyId, key, { value, texts: searched?.texts ?? [] }, random);
    if (searched === undefined) {
      rows.put(itemKey(name), sealed);
      return;
    }
    const { id, texts } = searched;
    const found = tokensFor(month.slice(0, 4), texts);
    rows.put(itemKey(name), { ...sealed, office: OFFICE, id, tokens: found });
    const listed = JSON.stringify({ item: name });
    for (const token of found) rows.putText(searchKey(token, id), listed);
  };

  for (let n = 0; n < requests; n++) {
    const { id, profile, state, person, about, certificate, notAfter } = requestOf(
      { requests, until },
      prefixes,
      n,
    );
    const all = templates.get(templateName(profile, state)) ?? [];
    const { data: of, certificate: issuedAs } = all[n % all.length] as Template;
    // There are keys for what ends from today on.
    const end = Math.max(until + 2 * 86_400_000, notAfter * 1000);
    const month = certificate ? monthOf(addPeriod(new Date(end), kept).getTime()) : requestsEnd;
    const data: RequestData = { ...of, about: { tenant: TENANT, office: OFFICE, holder: about.holder } };
    if (profile === SIGNATURE) {
      const [name, kana] = nameOf(person);
      const named = { ...data, fields: { ...data.fields, name, kana }, searched: [name, kana] };
      putItem(requestItem(id), month, named, { id, texts: [name, kana] });
    } else {
      const { searched } = data;
      putItem(requestItem(id), month, data, searched.length > 0 ? { id, texts: searched } : undefined);
    }
    if (certificate && issuedAs) putItem(certificateItem(certificate), month, issuedAs.bytes);
  }
  rows.close();
};
