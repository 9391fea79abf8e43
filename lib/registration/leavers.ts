import { officesOf } from '../acting-office.ts';
import { Fault, wentThrough } from '../fault.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import { serves } from '../tenant.ts';
import type { Changes } from './changes.ts';
import type { Leavers, ProposedRevocation } from './contract.ts';
import type { Closes, Leaving, RegistrationDeps } from './deps.ts';
import { expectedPk, issuedToListingPk } from './rows.ts';

/*
 * Certificates that name the officer to whom they were issued. The lists below are rows, and open nothing: a dismissal goes by
 * the acts, and an audit names the certificates of a person who left that were neither revoked nor dismissed.
 */

/** So many requests for one officer are looked through. */
const MAX_LOOKED_THROUGH = 1_000;

/** Where the dismissal of a proposal stands. */
const dismissalOf = ({ ca, serial }: CertificateRef, because: string): Closes => ({
  act: `leaver.${ca}.${serial}.${because}`,
  number: 1,
});

const proposalOf = (
  { ca, serial }: CertificateRef,
  request: string,
  issuedTo: string,
  { effectiveFrom, record, isEnd }: Leaving,
): ProposedRevocation => ({
  ca,
  serial,
  request,
  issuedTo,
  reason: isEnd ? 'cessationOfOperation' : 'affiliationChanged',
  effectiveFrom,
  because: record,
});

interface Found {
  readonly proposal: ProposedRevocation;
  /** That of the office. */
  readonly tenant: string;
}

export const openLeavers = (
  deps: Pick<RegistrationDeps, 'table' | 'ledger' | 'officers' | 'issuedFor' | 'isRevoked'>,
  { read }: Pick<Changes, 'read'>,
): Leavers & { expect(office: string, officer: string): Promise<void> } => {
  const { table, ledger, officers } = deps;

  /** The certificates of one officer who has left the office, or will. */
  const proposalsFor = async (
    actor: Principal,
    office: string,
    officer: string,
  ): Promise<readonly Found[]> => {
    const leaving = await officers.leaving(officer, office);
    if (leaving === undefined) return [];
    const { items } = await table.query({ pk: issuedToListingPk(officer), limit: MAX_LOOKED_THROUGH });
    const found: Found[] = [];
    for (const { sk: id } of items) {
      const request = (await read(id))?.value;
      const ref = request?.certificate;
      const isOfOffice = request?.office === office && request.issuedTo === officer;
      if (!isOfOffice || ref === undefined || !serves(actor, request.tenant)) continue;
      const isSettled =
        (await deps.isRevoked(ref)) || (await ledger.conclusion(dismissalOf(ref, leaving.record)));
      if (!isSettled) found.push({ proposal: proposalOf(ref, id, officer, leaving), tenant: request.tenant });
    }
    return found;
  };

  return {
    /** That the office may have to look after certificates of this officer one day. */
    expect: async (office, officer) => {
      const put = { pk: expectedPk(office), sk: officer };
      if ((await table.get(put)) === undefined)
        await wentThrough(table.write([{ put, value: {}, if: 'absent' }]));
    },

    list: async (actor, { office, limit, cursor }) => {
      const of = readableOffice(actor, office);
      const page = await table.query({
        pk: expectedPk(of),
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      const all = await Promise.all(page.items.map(({ sk: officer }) => proposalsFor(actor, of, officer)));
      const found = all.flat();
      const [first] = found;
      return {
        proposals: found.map(({ proposal }) => proposal),
        ...(first && { tenant: first.tenant }),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },

    dismiss: async (actor, ref) => {
      const issued = await deps.issuedFor(ref);
      if (issued === undefined || !officesOf(actor).includes(issued.office)) throw unknownCertificate();
      const { tenant, office, issuedTo, request } = issued;
      if (!actor.duties?.some((duty) => duty === 'examine' || duty === 'responsible'))
        throw new Fault('forbidden', 'An officer who examines, or the responsible person, decides this.');
      const leaving = await officers.leaving(issuedTo, office);
      if (leaving === undefined)
        throw new Fault('nothing-awaited', 'The officer has not left, so no revocation is proposed.');
      if (actor.person === leaving.person)
        throw new Fault('same-person', 'Somebody else decides about a certificate of yours.');
      const { ca, serial } = ref;
      const { writes } = await ledger.conclude(
        {
          kind: 'confirmation',
          actor: actor.id,
          tenant,
          office,
          certificates: [{ ca, serial }],
          details: { act: 'leaver-kept', issuedTo, because: leaving.record, person: actor.person },
        },
        dismissalOf(ref, leaving.record),
      );
      // A repetition may find the record staged.
      if (writes.length > 0) await wentThrough(table.write(writes));
      return proposalOf(ref, request, issuedTo, leaving);
    },
  };
};

const unknownCertificate = (): Fault =>
  new Fault('unknown-certificate', 'No certificate with that serial number was issued by that authority.');

const readableOffice = (actor: Principal, asked: string | undefined): string => {
  const { role } = actor;
  const isOfAll = role === 'operator' || role === 'auditor';
  if (isOfAll && asked !== undefined) return asked;
  if (isOfAll)
    throw new Fault('invalid-input', 'Name the office whose proposals you ask for.', { path: 'office' });
  const offices = officesOf(actor);
  const of = asked ?? offices[0];
  if (of !== undefined && offices.includes(of)) return of;
  throw new Fault(
    'forbidden',
    'Officers see the proposals of their own office, or of one whose affairs it has taken over.',
  );
};
