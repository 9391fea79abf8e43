import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type AuthorityCompromise, underCompromise } from '../../compromise.ts';
import {
  CertListEntries,
  type CertListEntryFields,
  decodeCertificateList,
  type RevokedCertificate,
} from '../../pki/pki.ts';
import { MAX_PAGE, type Page } from '../../store/store.ts';
import type { CrlDeps } from '../deps.ts';
import type { StatusRow } from '../register.ts';
import type { Base } from './bases.ts';
import type { Listing } from './listings.ts';
import type { ListTime } from './verdicts.ts';

/** The last hex digits of serial numbers, by which the register is partitioned. */
const DIGITS = '0123456789abcdef';

/** Change rows that one CRL settles; the others wait for the next one. */
const MAX_CHANGES = 10_000;

interface Compromised {
  readonly ca: string;
  readonly compromise: AuthorityCompromise;
  /** The CRL before, whose entries were judged by the acts. */
  readonly base: Base | undefined;
  /** The time of the last regularly scheduled CRL, in Unix seconds. */
  readonly scheduled: number;
}

/**
 * The entries of a CRL of a CA whose key is compromised: every certificate of the CA that had not expired before `scheduled`.
 *
 * The register says which certificates there are. What an entry says does not come from a row: it is the CA's own compromise,
 * or an earlier closing of the certificate that its acts prove, or what the base says. A certificate whose row is gone stays
 * as the base lists it, unless the record of its issuance proves that it has expired. The register is read whole each time.
 */
export const listCompromised = async (
  { register, clock, proven }: Pick<CrlDeps, 'register' | 'clock' | 'proven'>,
  { ca, compromise, base, scheduled }: Compromised,
  { from, until }: ListTime,
): Promise<Listing> => {
  const { keys: changes } = await register.changed(ca, scheduled, MAX_CHANGES);
  const readAt = clock();
  const entries = new CertListEntries();
  const before = entriesOf(base);
  let newest = 0;

  const push = (serial: string, { revocationTime: recorded, ...entry }: CertListEntryFields): void => {
    const revocationTime = recorded > until ? from : recorded;
    entries.push(serial, { ...entry, revocationTime });
    newest = Math.max(newest, revocationTime);
  };

  const entryOf = async (serial: string, row: StatusRow): Promise<CertListEntryFields> => {
    if (row.state === 'good') return entryUnder({ state: 'good' }, compromise);
    const said = entryUnder(row, compromise);
    if (isDeepStrictEqual(before.get(serial), said)) return said;
    const closing = await proven.closingOf({ ca, serial });
    if (typeof closing === 'string') return entryUnder({ state: 'good' }, compromise);
    const state = closing.reason === 'certificateHold' ? 'hold' : 'revoked';
    return entryUnder({ state, ...closing }, compromise);
  };

  for (const digit of DIGITS) {
    let after: string | undefined = '0';
    while (after !== undefined) {
      const { items, cursor }: Page<StatusRow> = await register.known(ca, digit, after, MAX_PAGE);
      for (const { sk, value } of items) {
        if (value.notAfter < scheduled) continue;
        push(sk, await entryOf(sk, value));
        before.delete(sk);
      }
      const last = items.at(-1)?.sk;
      after = cursor === undefined || last === undefined ? undefined : `${last}0`;
      await nextTurn();
    }
  }
  for (const [serial, entry] of before) {
    const end = await proven.endOf({ ca, serial });
    if (end === undefined || end >= scheduled) push(serial, entry);
  }
  return { entries, newest, changes, readAt, clamped: true };
};

const entryUnder = (
  status: Parameters<typeof underCompromise<CertListEntryFields['reason']>>[0],
  compromise: AuthorityCompromise,
): CertListEntryFields => {
  const { state: _state, ...entry } = underCompromise(status, compromise);
  return entry;
};

/** What the base says of each certificate that it lists. */
const entriesOf = (base: Base | undefined): Map<string, CertListEntryFields> =>
  new Map(
    (base ? decodeCertificateList(base.bytes, base.bytes.length).revokedCertificates : []).map(
      ({ serialNumber, revocationDate, reasonCode = 'unspecified', invalidityDate }: RevokedCertificate) => [
        serialNumber,
        {
          revocationTime: revocationDate.getTime() / 1000,
          reason: reasonCode,
          ...(invalidityDate && { invalidityDate: invalidityDate.getTime() / 1000 }),
        },
      ],
    ),
  );
