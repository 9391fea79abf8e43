import { Fault, wentThrough } from '../fault.ts';
import type { RecordDraft } from '../ledger/ledger.ts';
import { type RevocationReason, rfc3339 } from '../pki/pki.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { RegisteredAs, RevocationEntry, StatusRow } from '../status/status.ts';
import type { Value } from '../store/store.ts';
import { type CertificateRow, readCertificate, readIssuance } from './certificates.ts';
import type { Authority, Revocation } from './contract.ts';
import type { AuthorityDeps, Recorder } from './deps.ts';
import type { TwoPersons } from './two-persons.ts';

type Revoked = Extract<StatusRow, { state: 'revoked' | 'hold' }>;

export const revocationOf = (row: Revoked): Revocation => ({
  status: row.state,
  revocationTime: timeText(row.revocationTime),
  reason: row.reason,
  ...(row.invalidityDate !== undefined && { invalidityDate: timeText(row.invalidityDate) }),
});

/** For the record, with times in RFC 3339. */
const detailsOf = ({ revocationTime, reason, invalidityDate }: RevocationEntry): Value => ({
  reason,
  revocationTime: timeText(revocationTime),
  ...(invalidityDate !== undefined && { invalidityDate: timeText(invalidityDate) }),
});

const timeText = (seconds: number): string => rfc3339(new Date(seconds * 1000));

/** With one of these reasons a CRL is published at once, not at the next turn (RFC 5280 5.3.1 and domain practice). */
const URGENT: ReadonlySet<string> = new Set<RevocationReason>(['keyCompromise', 'cACompromise']);

/**
 * In Unix seconds. The invalidity date says when the key is known or suspected to have been compromised (RFC 5280 5.3.2). It
 * cannot be in the future, because every signature until then would count as good. Fault: `invalid-input`.
 */
const readInvalidityDate = (text: string, now: number): number => {
  const seconds = Math.floor(Date.parse(text) / 1000);
  // Date reads the 30th of February as a day in March; the comparison refuses it.
  if (seconds <= now && timeText(seconds).slice(0, 19) === text.slice(0, 19)) return seconds;
  throw new Fault(
    'invalid-input',
    'The invalidity date must be a time of RFC 3339 in UTC, and not in the future.',
    {
      path: 'invalidityDate',
    },
  );
};

const unknown = (): Fault =>
  new Fault('unknown-certificate', 'No certificate with that serial number was issued by that authority.');

/** Officers act on their own office's certificates. Another office's certificates are unknown to them. */
export const assertMayAct = (actor: Principal, { office }: { readonly office?: string }): void => {
  if (actor.role === 'operator') return;
  if (actor.role === 'officer' && actor.office !== undefined && actor.office === office) return;
  throw unknown();
};

/**
 * The facts that decide who may act on a certificate. They come from the record of the issuance, because somebody who
 * can write to the table can change the certificate's row. Empty where the ledger does not confirm the row: then only
 * operators may act, and it takes two of them.
 */
export interface IssuedAs {
  readonly profile?: string;
  readonly office?: string;
}

const readIssuedAs = async (
  recorder: Recorder,
  ref: CertificateRef,
  row: CertificateRow,
): Promise<IssuedAs> => {
  const issuance = await readIssuance(recorder, ref, row);
  const profile = issuance?.details.profile;
  return {
    ...(typeof profile === 'string' && { profile }),
    ...(issuance?.office !== undefined && { office: issuance.office }),
  };
};

/** The part of the authority's contract that is about revoking. */
export type Revoking = Pick<Authority, 'revoke' | 'hold' | 'release' | 'withdrawRevocation'>;

export const openRevoking = (
  deps: Pick<
    AuthorityDeps,
    'table' | 'register' | 'recorder' | 'publishCrl' | 'crlDueWrites' | 'trustDomain' | 'clock' | 'log'
  >,
  twoPersons: TwoPersons,
): Revoking => {
  const { table, register, recorder, clock } = deps;

  const nowSeconds = (): number => Math.floor(clock() / 1000);

  /**
   * The certificate's status, and the facts of its issuance. Fault: `unknown-certificate`, also where the actor may not
   * act on it.
   */
  const read = async (actor: Principal, ref: CertificateRef) => {
    const { value: certificate } = await readCertificate(table, ref);
    const issuedAs = await readIssuedAs(recorder, ref, certificate);
    assertMayAct(actor, issuedAs);
    const registered = await register.lookup(ref);
    if (!registered) throw unknown();
    return { issuedAs, registered };
  };

  /** Stores the change with its record. False where the status changed between reading and writing. */
  const change = async (writes: Parameters<typeof table.write>[0], draft: RecordDraft): Promise<boolean> =>
    wentThrough(table.write([...writes, ...(await recorder.prepare(draft)).writes]));

  const draftOf = (
    kind: 'revocation' | 'hold' | 'release',
    actor: Principal,
    ref: CertificateRef,
    { office }: IssuedAs,
    details: Value,
  ): RecordDraft => ({
    kind,
    actor: actor.id,
    certificates: [ref],
    ...(office !== undefined && { office }),
    details,
  });

  const holdRule = ({ profile }: IssuedAs) =>
    deps.trustDomain.profiles.find(({ id }) => id === profile)?.hold ?? 'notAllowed';

  /** A CRL that cannot be published now stays due until it is. The revocation stands either way. */
  const publishAtOnce = async (ca: string): Promise<void> => {
    try {
      await deps.publishCrl(ca);
    } catch (error) {
      deps.log('error', 'The CRL could not be published right after an urgent revocation', {
        ca,
        error: Fault.is(error) ? error.code : 'internal',
      });
    }
  };

  return {
    revoke: async (actor, ref, { reason, invalidityDate: given }) => {
      const invalidityDate = given === undefined ? undefined : readInvalidityDate(given, nowSeconds());
      // A certificate that was on hold has not been good since then, so its revocation begins with the hold. A later
      // time in the final entry would make a signature valid that was made during the hold.
      const entryOf = (before: StatusRow): RevocationEntry => ({
        revocationTime: before.state === 'hold' ? before.revocationTime : nowSeconds(),
        reason,
        ...(invalidityDate !== undefined && { invalidityDate }),
      });
      for (;;) {
        const { issuedAs, registered } = await read(actor, ref);
        const { value } = registered;
        if (value.state === 'revoked') return { revocation: revocationOf(value as Revoked), first: false };
        const confirmation = await twoPersons.confirm(actor, ref, issuedAs, {
          status: 'revoked',
          reason,
          ...(invalidityDate !== undefined && { invalidityDate }),
        });
        if (confirmation === 'lost') continue;
        if (!confirmation.confirmed) return { awaiting: confirmation.awaiting, first: confirmation.first };
        const entry = entryOf(value);
        const writes = register.revokeWrites(
          ref,
          registered as RegisteredAs<'good' | 'hold'>,
          'revoked',
          entry,
        );
        const draft = draftOf('revocation', actor, ref, issuedAs, {
          ...detailsOf(entry),
          before: value.state,
          ...confirmation.details,
        });
        const due = URGENT.has(reason) ? await deps.crlDueWrites(ref.ca) : [];
        if (!(await change([...writes, ...confirmation.writes, ...due], draft))) continue;
        if (URGENT.has(reason)) await publishAtOnce(ref.ca);
        return { revocation: revocationOf({ ...value, state: 'revoked', ...entry } as Revoked), first: true };
      }
    },

    hold: async (actor, ref) => {
      for (;;) {
        const { issuedAs, registered } = await read(actor, ref);
        const { value } = registered;
        if (value.state === 'hold') return { revocation: revocationOf(value as Revoked), first: false };
        if (value.state === 'revoked') {
          throw new Fault(
            'already-revoked',
            'The certificate is revoked; a revoked certificate cannot be put on hold.',
          );
        }
        if (holdRule(issuedAs) === 'notAllowed') {
          throw new Fault(
            'hold-not-allowed',
            'Certificates of this profile cannot be put on hold; revoke it instead.',
          );
        }
        const entry: RevocationEntry = { revocationTime: nowSeconds(), reason: 'certificateHold' };
        const confirmation = await twoPersons.confirm(actor, ref, issuedAs, {
          status: 'hold',
          reason: 'certificateHold',
        });
        if (confirmation === 'lost') continue;
        if (!confirmation.confirmed) return { awaiting: confirmation.awaiting, first: confirmation.first };
        const writes = register.revokeWrites(ref, registered as RegisteredAs<'good'>, 'hold', entry);
        const details = { ...detailsOf(entry), ...confirmation.details };
        if (
          await change([...writes, ...confirmation.writes], draftOf('hold', actor, ref, issuedAs, details))
        ) {
          return { revocation: revocationOf({ ...value, state: 'hold', ...entry } as Revoked), first: true };
        }
      }
    },

    withdrawRevocation: async (actor, ref) => {
      // A certificate that takes two persons belongs to no office, so only operators may take its revocation back.
      if (actor.role !== 'operator') throw unknown();
      await twoPersons.withdraw(actor, ref);
    },

    release: async (actor, ref) => {
      for (;;) {
        const { issuedAs, registered } = await read(actor, ref);
        const { state } = registered.value;
        if (state === 'revoked') {
          throw new Fault('already-revoked', 'The certificate is revoked, and a revocation is for ever.');
        }
        if (state === 'good') throw new Fault('not-on-hold', 'The certificate is not on hold.');
        if (holdRule(issuedAs) !== 'releasable') {
          throw new Fault('hold-not-releasable', 'A hold on certificates of this profile is never released.');
        }
        const writes = register.releaseWrites(ref, registered as RegisteredAs<'hold'>);
        if (await change(writes, draftOf('release', actor, ref, issuedAs, {}))) return;
      }
    },
  };
};
