import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { textIn } from '../members.ts';
import { DerReader, findExtension, rfc3339, type TbsCertificate } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Register, RevocationEntry, StatusRow } from '../status/status.ts';
import type { Item, Page, Table } from '../store/store.ts';
import type { CertificateBytes, NotKept } from './certificate-bytes.ts';
import { type Bytes, type CertificateRow, DIGITS, isSigned, readCertificates } from './certificates.ts';
import type { SerialPage, SerialView } from './contract.ts';
import { compareRow } from './row-differences.ts';

/** Certificates whose bytes are read at the same time. */
const AT_ONCE = 16;

/** The next page begins after this key of this partition. The key need not be a serial number. */
const cursorOf = (ca: string, digit: string, sk: string): string =>
  Buffer.from(JSON.stringify([ca, digit, sk])).toString('base64url');

const placeOf = (ca: string, cursor: string): { readonly digit: string; readonly sk: string } => {
  try {
    const [of, digit, sk]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (of === ca && typeof digit === 'string' && typeof sk === 'string') {
      if (digit.length === 1 && DIGITS.includes(digit) && cursorOf(ca, digit, sk) === cursor)
        return { digit, sk };
    }
  } catch {
    // The cursor is not JSON, or not an array: refused below.
  }
  throw new Fault('cursor-invalid', 'The cursor is not one of this list; begin again without a cursor.');
};

/** The smallest key above this one. */
const after = (sk: string): string => `${sk}\0`;

/** The last key up to which both pages are complete. Undefined where neither has a next page. */
const horizonOf = (pages: readonly Page[]): string | undefined =>
  pages
    .filter(({ cursor }) => cursor !== undefined)
    .map(({ items }) => items.at(-1)?.sk ?? '')
    .sort()
    .at(0);

/**
 * One page of the CA's serial numbers, by last digit and then in order. The status register and the certificates' rows
 * are read side by side, so that a row without its counterpart is seen. A page costs two queries, and two more for each
 * of the sixteen partitions that it touches, and one read for each certificate whose bytes stand apart; the cost does not grow
 * with the cursor. With a `tenant` it has the numbers alone
 * that the rows name as that tenant's. Fault: `cursor-invalid`.
 */
export const listSerials = async (
  {
    table,
    bytes,
    register,
    caPublicKeyInfo,
  }: {
    readonly table: Table;
    readonly bytes: Pick<CertificateBytes, 'find'>;
    readonly register: Pick<Register, 'known'>;
    /** The key that verifies the certificates' signatures. */
    readonly caPublicKeyInfo: Uint8Array;
  },
  ca: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  tenant?: string,
): Promise<SerialPage> => {
  const place = cursor === undefined ? undefined : placeOf(ca, cursor);
  let from = place ? after(place.sk) : '0';
  // Numbers of other tenants count towards the page, so that its cost does not grow with their share.
  const serials: (SerialView | undefined)[] = [];
  const shown = (): readonly SerialView[] => serials.filter((serial) => serial !== undefined);
  for (let at = DIGITS.indexOf(place?.digit ?? '0'); at < DIGITS.length; ) {
    const digit = DIGITS.charAt(at);
    const left = limit - serials.length;
    const [states, certificates] = await Promise.all([
      register.known(ca, digit, from, left),
      readCertificates(table, ca, digit, from, left),
    ]);
    const horizon = horizonOf([states, certificates]);
    const rows = new Map<string, { state?: Item<StatusRow>; certificate?: Item<CertificateRow> }>();
    for (const state of states.items) rows.set(state.sk, { state });
    for (const certificate of certificates.items) {
      rows.set(certificate.sk, { ...rows.get(certificate.sk), certificate });
    }
    const whole = [...rows].filter(([serial]) => horizon === undefined || serial <= horizon).sort(byKey);
    const taken = whole.slice(0, left);
    const view = async ([serial, { state, certificate }]: (typeof taken)[number]) => {
      if (![state, certificate].every((row) => isOf(tenant, row?.value))) return undefined;
      const shown = certificate && (await shownOf(bytes, { ca, serial }, certificate.value, caPublicKeyInfo));
      return viewOf(serial, state?.value, certificate?.value, shown);
    };
    for (let done = 0; done < taken.length; done += AT_ONCE)
      serials.push(...(await Promise.all(taken.slice(done, done + AT_ONCE).map(view))));
    const last = taken.at(-1)?.[0];
    if (horizon !== undefined || taken.length < whole.length) from = after(last ?? from);
    else [at, from] = [at + 1, '0'];
    if (serials.length === limit && last !== undefined)
      return { serials: shown(), cursor: cursorOf(ca, digit, last) };
  }
  return { serials: shown() };
};

/** A row that is not there contradicts nothing. */
const isOf = (tenant: string | undefined, row: { readonly tenant?: string } | undefined): boolean =>
  tenant === undefined || row === undefined || row.tenant === tenant;

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/**
 * RFC 3339. Undefined where the value is not a time: somebody else may have written the row, and the page shows it all
 * the same.
 */
const timeOf = (seconds: unknown): string | undefined => {
  const date = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : rfc3339(date);
};

/** What the bytes of the certificate say, or why they are not there. */
const shownOf = async (
  bytes: Pick<CertificateBytes, 'find'>,
  ref: CertificateRef,
  row: CertificateRow,
  caPublicKeyInfo: Uint8Array,
): Promise<Partial<SerialView>> => {
  const found = await bytes.find(ref, row);
  if (found.state !== 'kept') return notKept(found);
  const { der, ...unsigned } = found.bytes;
  // A row that does not say so is not signed for anybody who collects the certificate.
  const own: Bytes = isSigned(row) && der !== undefined ? { ...unsigned, der } : unsigned;
  const { differs, tbs } = compareRow(row, own, caPublicKeyInfo);
  const crlAddresses = tbs ? crlAddressesOf(tbs) : [];
  return {
    ...digestsOf(own),
    ...(crlAddresses.length > 0 && { crlAddresses }),
    ...(differs.length > 0 && { differs }),
  };
};

const notKept = (found: NotKept): Pick<SerialView, 'ended' | 'unreadable'> => {
  if (found.state === 'unreadable') return { unreadable: found.code };
  const { key, record } = found;
  return { ended: { ...(key !== undefined && { key }), ...(record !== undefined && { record }) } };
};

const viewOf = (
  serial: string,
  status: StatusRow | undefined,
  certificate: CertificateRow | undefined,
  shown: Partial<SerialView> | undefined,
): SerialView => {
  const notAfter = timeOf(status?.notAfter);
  return {
    serial,
    ...(status && { state: status.state }),
    ...(notAfter !== undefined && { notAfter }),
    ...(status && (status.state === 'revoked' || status.state === 'hold') && entryOf(status)),
    ...(certificate && {
      order: certificate.order,
      profile: certificate.profile,
      ...(certificate.tenant !== undefined && { tenant: certificate.tenant }),
      ...(certificate.office !== undefined && { office: certificate.office }),
      ...(certificate.holder !== undefined && { holder: certificate.holder }),
      ...(certificate.issuedTo !== undefined && { issuedTo: certificate.issuedTo }),
    }),
    ...shown,
  };
};

const crlAddressesOf = ({ extensions }: TbsCertificate): readonly string[] =>
  (findExtension(extensions, 'cRLDistributionPoints')?.points ?? [])
    .flatMap(({ fullName = [] }) => fullName)
    .flatMap((name) => (name.kind === 'uniformResourceIdentifier' ? [name.value] : []));

const entryOf = ({
  revocationTime,
  reason,
  invalidityDate,
}: RevocationEntry): Pick<SerialView, 'revocationTime' | 'reason' | 'invalidityDate'> => {
  const [since, invalid] = [timeOf(revocationTime), timeOf(invalidityDate)];
  return {
    ...(since !== undefined && { revocationTime: since }),
    ...(reason !== undefined && { reason: textIn(reason) ?? 'none' }),
    ...(invalid !== undefined && { invalidityDate: invalid }),
  };
};

/** The digests are of the bytes that callers get. They do not rely on the row's other members. */
const digestsOf = ({ der, tbs }: Bytes): Pick<SerialView, 'tbsDigest' | 'digest'> => {
  if (der === undefined) return { tbsDigest: hash('sha256', Buffer.from(tbs, 'base64')) };
  const bytes = Buffer.from(der, 'base64');
  try {
    const signed = new DerReader(bytes).sequence();
    return { tbsDigest: hash('sha256', signed.element().der), digest: hash('sha256', bytes) };
  } catch (error) {
    if (Fault.is(error)) return {};
    throw error;
  }
};
