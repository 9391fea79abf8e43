import { join } from 'node:path';
import { random } from '../../functions/random.ts';
import type { ActKeyKind } from '../../lib/act-kinds.ts';
import { keyName, messageOf } from '../../lib/acts/signature.ts';
import {
  holderListPk,
  listingWrites,
  officeListPk,
  profileListPk,
  tenantListPk,
} from '../../lib/authority/certificate-listings.ts';
import { type CertificateRow, certificateKey } from '../../lib/authority/certificates.ts';
import { openIssuedObjects } from '../../lib/authority/issued-objects.ts';
import { statusName, timeText } from '../../lib/authority/status-acts.ts';
import { openSealedKeys } from '../../lib/keys/sealed.ts';
import type { ActRecord, LedgerRecord } from '../../lib/ledger/ledger.ts';
import { outcomePath } from '../../lib/ledger/outcomes.ts';
import { asValue, pointerPks, recordKey } from '../../lib/ledger/rows.ts';
import { type ActSigning, signed } from '../../lib/ledger/signed-act.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import type { RequestState } from '../../lib/registration/registration.ts';
import {
  byListingPk,
  holderListingPk,
  listingPk,
  type RequestRow,
  requestWrites,
} from '../../lib/registration/rows.ts';
import { openRegister, type StatusRow } from '../../lib/status/status.ts';
import type { Key, Table } from '../../lib/store/store.ts';
import { openTableObjects } from '../../lib/store/table-objects.ts';
import { OFFICE, TENANT, type Template, templateName } from '../personal/templates.ts';
import { type Drawn, requestOf } from './drawn.ts';
import { openLog } from './log.ts';
import type { Prepared } from './prepared.ts';
import { provisionOf } from './provisions.ts';
import { openRows } from './rows.ts';
import { PASSPHRASE } from './service.ts';

/*
 * The rows of requests, certificates and records, and the log with their leaves, in the order in which the service would have written
 * them. Rows that no page of this benchmark reads are left out: used keys, totals, and the lists of what follows.
 */

const READ_LISTS = new Set([listingPk({}), officeListPk(OFFICE), tenantListPk(TENANT)]);
const READ_BEGINNINGS = [
  'request/',
  listingPk({ office: OFFICE }),
  byListingPk(''),
  holderListingPk('', TENANT),
  profileListPk(officeListPk(OFFICE), ''),
  holderListPk('', TENANT),
];
/** Operators follow the states in which requests wait. */
const WAITING = new Set(
  ['submitted', 'examined'].map((state) => listingPk({ state: state as RequestState })),
);
const isRead = ({ pk }: Key): boolean =>
  READ_LISTS.has(pk) || WAITING.has(pk) || READ_BEGINNINGS.some((beginning) => pk.startsWith(beginning));

const READ_POINTERS = ['certificate/', 'party/', 'channel/', 'purpose/', 'holder/'];
/** The service itself is no recipient. */
const isReadPointer = (pk: string): boolean =>
  !pk.startsWith('party/service/') && READ_POINTERS.some((beginning) => pk.startsWith(beginning));

const openSigning = async (folder: string, origin: string): Promise<Pick<ActSigning, 'sign'>> => {
  const keys = await openSealedKeys({ folder: join(folder, 'keys'), passphrase: PASSPHRASE, random });
  const signers = new Map(
    await Promise.all(
      (['issuance', 'revocation', 'hold'] as const).map(
        async (kind) => [kind as ActKeyKind, await keys.open(`act-${keyName(kind, 1)}`)] as const,
      ),
    ),
  );
  return {
    sign: async (kind, digest) => {
      const key = keyName(kind, 1);
      const signature = await signers.get(kind)?.sign(messageOf(origin, key, digest));
      return { key, value: Buffer.from(signature ?? []).toString('base64') };
    },
  };
};

const SECOND = 1000;

export const fillTable = async (
  folder: string,
  prepared: Prepared,
  requests: number,
  say: (line: string) => void,
): Promise<{ readonly size: number; readonly root: Uint8Array }> => {
  const { templates, prefixes, closings, until } = prepared;
  const main = openRows(join(folder, 'table.sqlite'), 3_000);
  const proofs = openRows(join(folder, 'proofs.sqlite'), 300);
  const objects = openTableObjects({
    get: async () => undefined,
    query: async () => ({ items: [] }),
    write: async (writes) => proofs.write(writes),
    close: async () => {},
  });
  const issued = openIssuedObjects(objects);
  // Its writes follow from what they are given.
  const register = openRegister({} as Table);
  const acts = await openSigning(folder, prepared.origin);
  const log = openLog(folder, prepared.tree);

  const putRecord = (record: LedgerRecord): void => {
    const { id, kind, tenant } = record;
    main.put(recordKey(id), asValue(log.add(record)));
    const pointer = JSON.stringify({ kind, ...(tenant !== undefined && { tenant }) });
    for (const pk of pointerPks(record)) if (isReadPointer(pk)) main.putText({ pk, sk: id }, pointer);
  };

  /** The act that closes the certificate, its object, and the status that follows. */
  const close = async (ref: CertificateRef, { records, status }: Drawn, good: StatusRow): Promise<void> => {
    if (status === 'good') return main.write(register.admitWrites(ref, good));
    const { signature: _, leaf: __, ...closing } = closings[status];
    const seconds = Math.floor(Date.parse(records.closing.time) / SECOND);
    const closes = { act: statusName(ref), number: 1 };
    const record = await signed(acts, {
      ...closing,
      ...records.closing,
      certificates: [ref],
      details: { ...closing.details, revocationTime: timeText(seconds), closes },
    } as ActRecord);
    await objects.put(outcomePath(closes), Buffer.from(JSON.stringify(record)), { if: 'absent' });
    putRecord(record);
    const { request, notAfter } = good;
    const reason = status === 'hold' ? 'certificateHold' : 'cessationOfOperation';
    const row = {
      state: status,
      request,
      notAfter,
      since: seconds,
      tenant: TENANT,
      revocationTime: seconds,
      reason,
    };
    main.write(register.changeWrites(ref, {}, row as StatusRow, 'benchmark'));
  };

  const putCertificate = async (
    ref: CertificateRef,
    drawn: Drawn,
    of: NonNullable<Template['certificate']>,
  ): Promise<void> => {
    const { id: order, about, notAfter, submittedAt, records } = drawn;
    const { signature: _, leaf: __, ...issuance } = of.record;
    const record = await signed(acts, {
      ...issuance,
      ...records.issuance,
      certificates: [ref],
      holder: about.holder,
      details: { ...issuance.details, order, notAfter: timeText(notAfter) },
    } as ActRecord);
    putRecord(record);
    const since = Math.floor(submittedAt / SECOND);
    const row = {
      ...of.row,
      ...about,
      order,
      notBefore: since,
      notAfter,
      record: record.id,
    } as CertificateRow;
    main.put(certificateKey(ref), row);
    main.write(listingWrites(ref, row), isRead);
    await issued.put(ref, { ...of.object, record: record.id, order, notAfter });
    await close(ref, drawn, { state: 'good', request: order, notAfter, since, tenant: TENANT });
  };

  const putRequest = async (n: number): Promise<void> => {
    const drawn = requestOf({ requests, until }, prefixes, n);
    const { id, profile, state, about, submittedBy, submittedAt, certificate } = drawn;
    const all = templates.get(templateName(profile, state)) ?? [];
    const { row, certificate: issuedAs } = all[n % all.length] as Template;
    const request: RequestRow = {
      ...row,
      ...about,
      submittedBy,
      submittedAt: new Date(submittedAt).toISOString(),
      ...(certificate && { certificate }),
    };
    main.write(requestWrites(id, undefined, request), isRead);
    if (certificate && issuedAs) await putCertificate(certificate, drawn, issuedAs);
    putRecord(provisionOf(n, drawn));
  };

  const began = performance.now();
  for (let n = 0; n < requests; n++) {
    await putRequest(n);
    if ((n + 1) % 100_000 === 0)
      say(`${n + 1} requests filled after ${((performance.now() - began) / SECOND).toFixed(0)} s`);
  }
  main.close();
  proofs.close();
  return log.finish();
};
