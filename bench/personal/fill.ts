import { join } from 'node:path';
import { random } from '../../functions/random.ts';
import { listingWrites } from '../../lib/authority/certificate-listings.ts';
import { type CertificateRow, certificateItem, certificateKey } from '../../lib/authority/certificates.ts';
import { openIssuedObjects } from '../../lib/authority/issued-objects.ts';
import { recordIds } from '../../lib/ledger/ids.ts';
import type { ActRecord } from '../../lib/ledger/ledger.ts';
import { asValue, recordKey } from '../../lib/ledger/rows.ts';
import { signed } from '../../lib/ledger/signed-act.ts';
import { monthOf } from '../../lib/personal/months.ts';
import { itemKey, listsOf, tokensOf } from '../../lib/personal/rows.ts';
import { type SealedRow, seal } from '../../lib/personal/sealing.ts';
import { termsOf } from '../../lib/personal/search-text.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import { type RequestData, requestItem } from '../../lib/registration/request-data.ts';
import { newRequestId } from '../../lib/registration/request-id.ts';
import { type RequestRow, requestWrites } from '../../lib/registration/rows.ts';
import type { Value } from '../../lib/store/store.ts';
import { openTableObjects } from '../../lib/store/table-objects.ts';
import { FURTHEST_END_MS, type Means } from './means.ts';
import { drawn, FAMILY, GIVEN } from './names.ts';
import { chanceFrom, isRead, openRows } from './rows.ts';
import {
  AUTHENTICATION,
  FILLED_STATES,
  type FilledState,
  OFFICE,
  POSITION,
  SIGNATURE,
  TENANT,
  type Template,
  type Templates,
  templateName,
} from './templates.ts';

/** So many officers submit, and so many get certificates of their position. */
export const COUNTERS = 20;
export const POSITIONS = 2;
/** One request in so many is about an organisation; all others are about persons, of whom each has two. */
const ONE_POSITION_IN = 100;
const ISSUED = 0.96;

export const counterId = (n: number): string => `counter-${n % COUNTERS}`;
export const personId = (n: number): string => `person-${n}`;
export const organisationId = (n: number): string => `organisation-${n % POSITIONS}`;
export const receiverId = (n: number): string => `position-${n % POSITIONS}`;

const named = (data: RequestData, person: number): RequestData => {
  const chance = chanceFrom(person);
  const [family, familyKana] = drawn(FAMILY, chance());
  const [given, givenKana] = drawn(GIVEN, chance());
  const [name, kana] = [`${family} ${given}`, `${familyKana} ${givenKana}`];
  return { ...data, fields: { ...data.fields, name, kana }, searched: [name, kana] };
};

/** Another serial number of the same CA, with the prefix that the authority gives. */
const newRef = ({ ca, serial }: CertificateRef): CertificateRef => ({
  ca,
  serial: serial.slice(0, -32) + Buffer.from(random(16)).toString('hex'),
});

/** Opens the folder's tables for further requests. */
const openFilling = (folder: string, templates: Templates, means: Means) => {
  const main = openRows(join(folder, 'table.sqlite'), 1_000);
  const personal = openRows(join(folder, 'personal.sqlite'), 2_000);
  const proofs = openRows(join(folder, 'proofs.sqlite'), 300);
  const objects = openTableObjects({
    get: async () => undefined,
    query: async () => ({ items: [] }),
    write: async (writes) => proofs.write(writes),
    close: async () => {},
  });
  const issued = openIssuedObjects(objects);
  const newRecord = recordIds(() => means.began, random);

  const putItem = (
    name: string,
    value: Value,
    month: string,
    searched?: { readonly id: string; readonly texts: readonly string[] },
  ): void => {
    const { id: keyId, key } = means.monthKey(month);
    const texts = searched?.texts ?? [];
    const sealed = seal(name, keyId, key, { value, texts }, random);
    const row: SealedRow =
      searched === undefined || texts.length === 0
        ? sealed
        : {
            ...sealed,
            office: OFFICE,
            id: searched.id,
            tokens: tokensOf(means.searchKey(month), OFFICE, termsOf(texts)),
          };
    personal.put(itemKey(name), row);
    for (const list of listsOf(name, row)) personal.put(list, { item: name });
  };

  const putCertificate = async (
    ref: CertificateRef,
    of: NonNullable<Template['certificate']>,
    about: Pick<RequestRow, 'holder' | 'issuedTo'> & { readonly order: string; readonly notAfter: number },
  ): Promise<void> => {
    const { holder, order, notAfter } = about;
    const { signature: _, leaf: __, ...earlier } = of.record;
    const record = await signed(means.acts, {
      ...earlier,
      ...newRecord(),
      certificates: [ref],
      holder,
      details: { ...earlier.details, order, notAfter: new Date(notAfter * 1000).toISOString() },
    } as ActRecord);
    const row: CertificateRow = { ...of.row, ...about, record: record.id } as CertificateRow;
    main.put(certificateKey(ref), row);
    main.put(recordKey(record.id), asValue(record));
    main.write(listingWrites(ref, row).filter(isRead));
    main.write(
      means.register.admitWrites(ref, {
        request: order,
        notAfter,
        since: Math.floor(means.began / 1000),
        tenant: TENANT,
      }),
    );
    await issued.put(ref, { ...of.object, record: record.id, order, notAfter });
    putItem(certificateItem(ref), of.bytes, monthOf(means.endOfCertificate(notAfter * 1000)));
  };

  /** The n-th request, in a state that is drawn. Its data end in the month that follows from that, unless another is given. */
  const putRequest = async (
    n: number,
    fixed: { readonly state?: FilledState; readonly month?: string } = {},
  ): Promise<string> => {
    const chance = chanceFrom(n);
    const isPosition = n % ONE_POSITION_IN === ONE_POSITION_IN - 1;
    const profile = isPosition ? POSITION : n % 2 === 0 ? SIGNATURE : AUTHENTICATION;
    const others = FILLED_STATES.filter((one) => one !== 'issued');
    const state =
      fixed.state ??
      (chance() < ISSUED ? 'issued' : (others[Math.floor(chance() * others.length)] as FilledState));
    const all = templates.get(templateName(profile, state)) ?? [];
    const template = all[n % all.length] as Template;
    const at = means.began + n;
    const id = newRequestId(() => at, random);
    const ofPosition = Math.floor(n / ONE_POSITION_IN);
    const about = isPosition
      ? { holder: organisationId(ofPosition), issuedTo: receiverId(ofPosition) }
      : { holder: personId(Math.floor(n / 2)) };
    const certificate = template.row.certificate && newRef(template.row.certificate);
    const row: RequestRow = {
      ...template.row,
      ...about,
      submittedBy: counterId(n),
      submittedAt: new Date(at).toISOString(),
      ...(certificate && { certificate }),
    };
    main.write(requestWrites(id, undefined, row).filter(isRead));
    const notAfter = Math.floor((means.began + 86_400_000 + chance() * FURTHEST_END_MS) / 1000);
    const end = certificate ? means.endOfCertificate(notAfter * 1000) : means.endOfRequest(at);
    const filled = profile === SIGNATURE ? named(template.data, Math.floor(n / 2)) : template.data;
    const data: RequestData = { ...filled, about: { tenant: TENANT, office: OFFICE, holder: about.holder } };
    putItem(requestItem(id), data, fixed.month ?? monthOf(end), { id, texts: data.searched });
    if (certificate && template.certificate)
      await putCertificate(certificate, template.certificate, { ...about, order: id, notAfter });
    return id;
  };

  return {
    putRequest,
    close: (): void => {
      for (const rows of [main, personal, proofs]) rows.close();
    },
  };
};

const SAID_EVERY = 50_000;

/** Fills the folder with the requests from this number on, up to another. */
export const fillRequests = async (
  folder: string,
  templates: Templates,
  means: Means,
  { from, to }: { readonly from: number; readonly to: number },
  say: (line: string) => void,
): Promise<void> => {
  const filling = openFilling(folder, templates, means);
  const began = performance.now();
  for (let n = from; n < to; n++) {
    await filling.putRequest(n);
    if ((n + 1) % SAID_EVERY === 0)
      say(`${n + 1} requests filled after ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
  filling.close();
};

/** Their numbers are far from those of all others. */
const FIRST_OF_PAST = 100_000_000;

/** Fills the folder with rejected requests whose data end in the month that is over. Resolves with one of them. */
export const fillPastMonth = async (
  folder: string,
  templates: Templates,
  means: Means,
  count: number,
): Promise<string> => {
  const filling = openFilling(folder, templates, means);
  let id = '';
  for (let n = FIRST_OF_PAST; n < FIRST_OF_PAST + count; n++)
    id = await filling.putRequest(n, { state: 'rejected', month: means.pastMonth });
  filling.close();
  return id;
};
