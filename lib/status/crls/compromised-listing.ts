import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type AuthorityCompromise, underCompromise } from '../../compromise.ts';
import {
  CertListEntries,
  type CertListEntryFields,
  decodeCertificateList,
  type RevokedCertificate,
} from '../../pki/pki.ts';
import { type CrlList, covers } from '../crl-lists.ts';
import type { CrlDeps, Issued } from '../deps.ts';
import type { StatusRow } from '../register.ts';
import type { Base } from './bases.ts';
import type { Listing } from './listings.ts';
import { inParts } from './parts.ts';
import type { ListTime } from './verdicts.ts';

/** Change rows that one CRL settles; the others wait for the next one. */
const MAX_CHANGES = 10_000;

interface Compromised {
  readonly list: CrlList;
  readonly compromise: AuthorityCompromise;
  /** The CRL before, whose entries were judged by the acts. */
  readonly base: Base | undefined;
  /** The time of the last regularly scheduled CRL, in Unix seconds. */
  readonly scheduled: number;
}

/**
 * The entries of a CRL of a CA whose key is compromised: every certificate that the list covers and that had not
 * expired before `scheduled`.
 *
 * The bucket says which certificates there are. An entry says the CA's own compromise, or an earlier closing of the
 * certificate that its acts prove, or what the base says. The acts are read where the base or the row knows a closing.
 */
export const listCompromised = async (
  { register, clock, proven }: Pick<CrlDeps, 'register' | 'clock' | 'proven'>,
  { list, compromise, base, scheduled }: Compromised,
  { from, until }: ListTime,
): Promise<Listing> => {
  const ca = list.issuer.id;
  const { keys: changes } = await register.changed(ca, scheduled, MAX_CHANGES);
  const readAt = clock();
  const entries = new CertListEntries();
  const before = entriesOf(base);
  let newest = 0;
  /** An act in the future was recorded by a clock that was ahead. */
  const note = (time: number): void => {
    newest = Math.max(newest, time > until ? from : time);
  };
  note(compromise.since);

  const push = (serial: string, { revocationTime: recorded, ...entry }: CertListEntryFields): void => {
    const revocationTime = recorded > until ? from : recorded;
    entries.push(serial, { ...entry, revocationTime });
    newest = Math.max(newest, revocationTime);
  };

  const entryOf = async (serial: string, row: StatusRow | undefined): Promise<CertListEntryFields> => {
    const known = before.get(serial);
    const said = entryUnder(row ?? { state: 'good' }, compromise);
    // Neither the base nor the row knows a closing of its own.
    const isPlain = known === undefined && (row === undefined || row.state === 'good');
    if (isPlain || isDeepStrictEqual(known, said)) return said;
    const { closing, since } = await proven.closingOf({ ca, serial });
    note(since);
    if (typeof closing === 'string') return entryUnder({ state: 'good' }, compromise);
    const state = closing.reason === 'certificateHold' ? 'hold' : 'revoked';
    return entryUnder({ state, ...closing }, compromise);
  };

  /** Undefined for a certificate that is not listed. */
  const judge = async ({ serial, end }: Issued): Promise<CertListEntryFields | undefined> => {
    if (!covers(list, serial)) return undefined;
    const row = (await register.lookup({ ca, serial }))?.value;
    // A row may say anything about the end of its certificate.
    if (row === undefined || !(row.notAfter >= scheduled)) {
      const notAfter = await end();
      if (notAfter === undefined || notAfter < scheduled) return undefined;
    }
    return entryOf(serial, row);
  };

  for await (const part of inParts(proven.issued(ca))) {
    const judged = await Promise.all(part.map(judge));
    for (const [at, { serial }] of part.entries()) {
      const entry = judged[at];
      if (entry) push(serial, entry);
    }
    // An OCSP request need not wait for the whole list.
    await nextTurn();
  }
  return { entries, newest, changes, readAt, clamped: true };
};

/** What the list says of a certificate of this status. */
export const entryUnder = (
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
