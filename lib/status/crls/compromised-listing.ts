import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AuthorityCompromise, underCompromise } from '../../compromise.ts';
import { CertListEntries } from '../../pki/pki.ts';
import type { Clock } from '../../ports.ts';
import { MAX_PAGE, type Page } from '../../store/store.ts';
import type { Register, StatusRow } from '../register.ts';
import type { Listing } from './listings.ts';
import type { ListTime } from './verdicts.ts';

/** The last hex digits of serial numbers, by which the register is partitioned. */
const DIGITS = '0123456789abcdef';

/** Change rows that one CRL settles; the others wait for the next one. */
const MAX_CHANGES = 10_000;

/**
 * The entries of a CRL of a CA whose key is compromised: every certificate that the register knows and that had not expired
 * before `scheduled`, the time of the last regularly scheduled CRL. It is read whole each time. No later list is made from it.
 */
export const listCompromised = async (
  { register, clock }: { readonly register: Register; readonly clock: Clock },
  ca: string,
  compromise: AuthorityCompromise,
  scheduled: number,
  { from, until }: ListTime,
): Promise<Listing> => {
  const { keys: changes } = await register.changed(ca, scheduled, MAX_CHANGES);
  const readAt = clock();
  const entries = new CertListEntries();
  let newest = 0;
  for (const digit of DIGITS) {
    let after: string | undefined = '0';
    while (after !== undefined) {
      const { items, cursor }: Page<StatusRow> = await register.known(ca, digit, after, MAX_PAGE);
      for (const { sk, value } of items) {
        if (value.notAfter < scheduled) continue;
        const { revocationTime: recorded, ...entry } = underCompromise(value, compromise);
        const revocationTime = recorded > until ? from : recorded;
        entries.push(sk, { ...entry, revocationTime });
        newest = Math.max(newest, revocationTime);
      }
      const last = items.at(-1)?.sk;
      after = cursor === undefined || last === undefined ? undefined : `${last}0`;
      await nextTurn();
    }
  }
  return { entries, newest, changes, readAt, clamped: true };
};
