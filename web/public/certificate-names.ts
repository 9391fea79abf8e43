import { html } from 'hono/html';
import { type Phrase, phrase } from '../../lib/fault.ts';
import {
  type Attribute,
  type Certificate,
  DerReader,
  findExtension,
  type GeneralName,
  type Name,
  OID,
  TAG,
} from '../../lib/pki/pki.ts';
import { facts, type Html } from '../document.ts';
import type { Reader } from '../reader.ts';
import { visible } from '../visible.ts';

/* The names in a certificate, in words. They are text from outside, and nobody may take them for the page's own words. */

type Row = readonly [string, Html];

const ATTRIBUTE_TEXTS: ReadonlyMap<string, Phrase> = new Map<string, Phrase>([
  [OID.CN, phrase`Name (CN)`],
  [OID.SN, phrase`Family name (SN)`],
  [OID.GN, phrase`Given name (GN)`],
  [OID.title, phrase`Position (title)`],
  [OID.OU, phrase`Department or unit (OU)`],
  [OID.O, phrase`Organisation (O)`],
  [OID.L, phrase`Municipality or place (L)`],
  [OID.ST, phrase`Prefecture or state (ST)`],
  [OID.C, phrase`Country (C)`],
  [OID.serialNumber, phrase`Number in the name (serialNumber)`],
  [OID.organizationIdentifier, phrase`Identifier of the organisation`],
  [OID.DC, phrase`Domain component (DC)`],
  [OID.emailAddress, phrase`Mail address`],
]);

/** More names than that are no help to anybody, and a file may have thousands. */
const MOST_ROWS = 20;

const person = (text: string): Html => html`<span class="person" lang="ja">${visible(text)}</span>`;

const attributeRow = ({ t, say }: Reader, { type, value }: Attribute): Row => {
  const known = ATTRIBUTE_TEXTS.get(type);
  return [known ? say(known) : t`Attribute ${type}`, person(value)];
};

const nameRows = (reader: Reader, name: Name): readonly Row[] =>
  name.flat().map((attribute) => attributeRow(reader, attribute));

/** RFC 5952, as an address of the web has it. */
const addressText = (octets: Uint8Array): string => {
  if (octets.length === 4) return octets.join('.');
  const groups = Buffer.from(octets).toString('hex').match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
};

/** Names of a kind that its issuer defines: the name or the address of a person, as text. */
const otherText = (value: Uint8Array): string | undefined => {
  if (value[0] !== TAG.utf8String) return undefined;
  try {
    return DerReader.whole(value, value.length).utf8();
  } catch {
    return undefined;
  }
};

const generalRows = (reader: Reader, name: GeneralName): readonly Row[] => {
  const { t } = reader;
  switch (name.kind) {
    case 'directoryName':
      return nameRows(reader, name.value);
    case 'rfc822Name':
      return [[t`Mail address`, person(name.value)]];
    case 'dNSName':
      return [[t`Domain name`, person(name.value)]];
    case 'uniformResourceIdentifier':
      return [[t`Address (URI)`, person(name.value)]];
    case 'iPAddress':
      return [[t`IP address`, person(addressText(name.value))]];
    case 'otherName': {
      const text = otherText(name.value);
      return text === undefined ? [] : [[t`Item that the issuer defines (${name.type})`, person(text)]];
    }
    default:
      return [];
  }
};

const listed = ({ t }: Reader, rows: readonly Row[]): Html =>
  html`${facts(rows.slice(0, MOST_ROWS))}${
    rows.length > MOST_ROWS && html`<p>${t`and ${rows.length - MOST_ROWS} more that are not shown here`}</p>`
  }`;

/** `isFromHere`: the check ended at a CA of this service. */
export const certificateNames = (
  reader: Reader,
  { subject, issuer, extensions }: Certificate,
  isFromHere: boolean,
): Html => {
  const { t } = reader;
  const others = (findExtension(extensions, 'subjectAltName')?.names ?? []).flatMap((name) =>
    generalRows(reader, name),
  );
  const source = isFromHere
    ? t`These names stand in the certificate. The check ended at a CA of this service, whose signature covers them; rely on them only as far as the result above allows it.`
    : t`These names stand in the file, and nobody here vouches for them: anybody can make a file with any name in it.`;
  const ofSubject = nameRows(reader, subject);
  return html`<section aria-labelledby="names">
<h2 id="names">${t`Names in the certificate`}</h2>
<p class="${isFromHere ? 'hint' : 'notice'}">${source}</p>
<h3>${t`Whose certificate it is (subject)`}</h3>
${ofSubject.length > 0 ? listed(reader, ofSubject) : html`<p>${t`No name stands here.`}</p>`}
${others.length > 0 && html`<h3>${t`Further names of the subject`}</h3>${listed(reader, others)}`}
<h3>${t`Who is said to have issued it (issuer)`}</h3>
${listed(reader, nameRows(reader, issuer))}
</section>`;
};
