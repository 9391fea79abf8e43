import { readKey } from '../../lib/acts/key-objects.ts';
import { keyName, messageOf } from '../../lib/acts/signature.ts';
import type { ActSigning } from '../../lib/ledger/ledger.ts';
import { type KeyRing, type OpenKey, openKeyRing } from '../../lib/personal/key-ring.ts';
import { monthOf } from '../../lib/personal/months.ts';
import { yearsPk } from '../../lib/personal/rows.ts';
import { openRegister, type Register } from '../../lib/status/status.ts';
import { addPeriod, type Period } from '../../lib/trust-domain/trust-domain.ts';
import type { Opened } from '../ocsp/store.ts';
import { TENANT } from './templates.ts';

/** Rows of requests are made with these while nobody has the store open. */
export interface Means {
  /** Milliseconds since the epoch. The filled requests were submitted from then on, one in each millisecond. */
  readonly began: number;
  /** When data end; milliseconds since the epoch. */
  readonly endOfRequest: (from: number) => number;
  readonly endOfCertificate: (notAfter: number) => number;
  /** A month that is over. */
  readonly pastMonth: string;
  readonly monthKey: (month: string) => OpenKey;
  readonly searchKey: (month: string) => Uint8Array;
  readonly acts: Pick<ActSigning, 'sign'>;
  readonly register: Pick<Register, 'admitWrites'>;
}

/** The filled certificates end within so long. */
export const FURTHEST_END_MS = 5 * 365 * 86_400_000;
const DAY_MS = 86_400_000;

const found = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('something was not prepared');
  return value;
};

export const prepareMeans = async ({ core, ports, table, keys, trustDomain }: Opened): Promise<Means> => {
  const { personal, objects, dataKeys, clock } = ports;
  const { retention } = trustDomain;
  const began = clock();
  const after = (period: Period) => (ms: number) => addPeriod(new Date(ms), period).getTime();
  const endOfRequest = after(retention.request);
  const endOfCertificate = after(retention.issuanceAfterExpiry);
  const pastMonth = monthOf(began - 40 * DAY_MS);

  const ring = openKeyRing({ personal, dataKeys, recorder: core.ledger, clock });
  const monthKeys = new Map<string, OpenKey>();
  const searchKeys = new Map<string, Uint8Array>();
  const prepare = async (month: string): Promise<void> => {
    if (monthKeys.has(month)) return;
    monthKeys.set(month, await ring.current(TENANT, month));
    const year = month.slice(0, 4);
    if (!searchKeys.has(year)) searchKeys.set(year, await searchKeyOf(ring, year));
  };
  const searchKeyOf = async (of: KeyRing, year: string): Promise<Uint8Array> => {
    const { key } = await of.search(TENANT, year);
    const put = { pk: yearsPk(TENANT), sk: year };
    if ((await personal.get(put)) === undefined) await personal.write([{ put, value: {}, if: 'absent' }]);
    return key;
  };
  await prepare(pastMonth);
  // The filled requests are submitted within the next minutes.
  for (const ms of [began, began + DAY_MS]) await prepare(monthOf(endOfRequest(ms)));
  for (let ms = began; ms <= began + FURTHEST_END_MS + DAY_MS; ms += DAY_MS)
    await prepare(monthOf(endOfCertificate(ms)));

  const name = keyName('issuance', 1);
  const signer = await keys.open(`act-${name}`);
  const { origin } = found(await readKey(objects, 'issuance', 1)).key;
  return {
    began,
    endOfRequest,
    endOfCertificate,
    pastMonth,
    monthKey: (month) => found(monthKeys.get(month)),
    searchKey: (month) => found(searchKeys.get(month.slice(0, 4))),
    acts: {
      sign: async (_, digest) => {
        const signature = await signer.sign(messageOf(origin, name, digest));
        return { key: name, value: Buffer.from(signature).toString('base64') };
      },
    },
    register: openRegister(table),
  };
};
