import { Fault, wentThrough } from '../fault.ts';
import type { RecordDraft } from '../ledger/ledger.ts';
import { type EntryReason, rfc3339 } from '../pki/pki.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { Item, Value, Write } from '../store/store.ts';
import type { AwaitedRevocation } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { CA_PROFILE, RESPONDER_PROFILE } from './own-certificates.ts';

/**
 * It takes two persons to revoke a certificate of a CA, of an OCSP responder or of the service's own doors: one operator
 * asks, and another operator asks for the same.
 *
 *   awaited/{ca}/{serial}  revocation  AwaitedRow, until the revocation is confirmed, withdrawn or lapsed
 *
 * One operator may revoke the certificate of a principal. A lost credential has to be stopped at once, and where there are
 * two operators, the one who would have to confirm may be the one who lost it.
 */
type AwaitedRow = {
  readonly status: 'revoked' | 'hold';
  readonly reason: EntryReason;
  /** Unix seconds. */
  readonly invalidityDate?: number;
  /** Principal id, and the person behind it. */
  readonly askedBy: string;
  readonly person: string;
  /** Unix seconds. */
  readonly askedAt: number;
  readonly lapsesAt: number;
};

/** What an operator asks for. The invalidity date is in Unix seconds. */
export type RevocationTerms = Pick<AwaitedRow, 'status' | 'reason' | 'invalidityDate'>;

/** Seconds. An operator may be on leave for a week. After that somebody has to ask again. */
export const LAPSE_SECONDS = 7 * 86_400;

export type Confirmation =
  /** The writes are stored with the revocation, and the details become part of its record. */
  | { readonly confirmed: true; readonly writes: readonly Write[]; readonly details: Value }
  /** `first` is false where this person had asked before; then nothing has changed. */
  | { readonly confirmed: false; readonly awaiting: AwaitedRevocation; readonly first: boolean }
  /** Another call was first: read the certificate again. */
  | 'lost';

export interface TwoPersons {
  /**
   * Whether the revocation may go on: two persons have asked for it, or one is enough. An `issuedAs` without a profile
   * counts as one of the service's own certificates. Fault: `confirmation-differs` where a different revocation awaits
   * its confirmation.
   */
  confirm(
    actor: Principal,
    ref: CertificateRef,
    issuedAs: { readonly profile?: string },
    asked: RevocationTerms,
  ): Promise<Confirmation>;
  /** The revocation that awaits its confirmation, if there is one. */
  awaited(ref: CertificateRef): Promise<AwaitedRevocation | undefined>;
  /** Any operator may take back what another one asked for. Fault: `nothing-awaited`. */
  withdraw(actor: Principal, ref: CertificateRef): Promise<void>;
}

const keyOf = ({ ca, serial }: CertificateRef) => ({ pk: `awaited/${ca}/${serial}`, sk: 'revocation' });

const timeText = (seconds: number): string => rfc3339(new Date(seconds * 1000));

const termsOf = ({ status, reason, invalidityDate }: RevocationTerms) => ({
  status,
  reason,
  ...(invalidityDate !== undefined && { invalidityDate: timeText(invalidityDate) }),
});

const viewOf = (row: AwaitedRow): AwaitedRevocation => ({
  ...termsOf(row),
  askedBy: row.askedBy,
  askedAt: timeText(row.askedAt),
  lapsesAt: timeText(row.lapsesAt),
});

const isSame = (a: RevocationTerms, b: RevocationTerms): boolean =>
  a.status === b.status && a.reason === b.reason && a.invalidityDate === b.invalidityDate;

export const openTwoPersons = (
  deps: Pick<AuthorityDeps, 'table' | 'recorder' | 'trustDomain' | 'clock'>,
): TwoPersons => {
  const { table, recorder, trustDomain, clock } = deps;

  const own = new Set([CA_PROFILE, RESPONDER_PROFILE, trustDomain.operations.service.id]);

  const nowSeconds = (): number => Math.floor(clock() / 1000);

  /** The row. A lapsed row is returned too, because the next row has to replace it. */
  const read = (ref: CertificateRef): Promise<Item<AwaitedRow> | undefined> =>
    table.get<AwaitedRow>(keyOf(ref));

  const inForce = (item: Item<AwaitedRow> | undefined): Item<AwaitedRow> | undefined =>
    item !== undefined && nowSeconds() < item.value.lapsesAt ? item : undefined;

  const remove = (item: Item<AwaitedRow>): Write => ({
    delete: { pk: item.pk, sk: item.sk },
    if: { version: item.version },
  });

  const draftOf = (act: 'asked' | 'withdrawn', actor: Principal, ref: CertificateRef, row: AwaitedRow) =>
    ({
      kind: 'confirmation',
      actor: actor.id,
      certificates: [ref],
      details: {
        act,
        ...termsOf(row),
        lapsesAt: timeText(row.lapsesAt),
        ...(act === 'withdrawn' && { askedBy: row.askedBy }),
      },
    }) satisfies RecordDraft;

  /** False when another call was first. */
  const store = async (write: Write, draft: RecordDraft): Promise<boolean> =>
    wentThrough(table.write([write, ...(await recorder.prepare(draft)).writes]));

  return {
    confirm: async (actor, ref, { profile }, asked) => {
      if (profile !== undefined && !own.has(profile)) return { confirmed: true, writes: [], details: {} };
      const found = await read(ref);
      const item = inForce(found);
      if (item === undefined) {
        const askedAt = nowSeconds();
        const row: AwaitedRow = {
          ...asked,
          askedBy: actor.id,
          person: actor.person,
          askedAt,
          lapsesAt: askedAt + LAPSE_SECONDS,
        };
        const put: Write = {
          put: keyOf(ref),
          value: row,
          if: found ? { version: found.version } : 'absent',
          expires: row.lapsesAt,
        };
        return (await store(put, draftOf('asked', actor, ref, row)))
          ? { confirmed: false, awaiting: viewOf(row), first: true }
          : 'lost';
      }
      if (!isSame(item.value, asked)) {
        throw new Fault(
          'confirmation-differs',
          'A different revocation awaits its confirmation for this certificate; confirm that one, or withdraw it first.',
          { awaiting: viewOf(item.value) },
        );
      }
      if (item.value.person === actor.person)
        return { confirmed: false, awaiting: viewOf(item.value), first: false };
      const { askedBy, askedAt } = item.value;
      return { confirmed: true, writes: [remove(item)], details: { askedBy, askedAt: timeText(askedAt) } };
    },

    awaited: async (ref) => {
      const item = inForce(await read(ref));
      return item && viewOf(item.value);
    },

    withdraw: async (actor, ref) => {
      for (;;) {
        const item = inForce(await read(ref));
        if (item === undefined)
          throw new Fault('nothing-awaited', 'No revocation of this certificate awaits its confirmation.');
        if (await store(remove(item), draftOf('withdrawn', actor, ref, item.value))) return;
      }
    },
  };
};
