import { Fault } from '../fault.ts';
import type { Current } from './acting.ts';
import type { PersonalContents, PrincipalState, PrincipalView } from './contract.ts';
import { stepOf } from './reading.ts';
import { type Contents, contentsOf } from './rows.ts';

export const unknownPrincipal = (id: string): Fault =>
  new Fault('unknown-principal', 'There is no principal of that id.', { principal: id });

export const unknownOffice = (id: string): Fault =>
  new Fault('unknown-office', 'There is no office of that id.', { office: id });

const shown = (state: PrincipalState, kept: Contents | undefined) => {
  const { contents: _, invitation: __, brought: ___, key: ____, ...rest } = state;
  return { ...rest, ...(contentsOf(state, kept) as unknown as PersonalContents | undefined) };
};

/** An opened invitation stays in the state: with it the principal fetches the certificate. */
const waiting = ({ invitation, brought, key }: PrincipalState): Pick<PrincipalView, 'invitedUntil'> => {
  const isOpened = [brought, key].some((one) => one?.invitation === invitation?.secret);
  return invitation === undefined || isOpened ? {} : { invitedUntil: invitation.until };
};

/** Fault: `unknown-principal`. */
export const principalViewOf = (id: string, { standing, row }: Current<PrincipalState>): PrincipalView => {
  if (standing === undefined) throw unknownPrincipal(id);
  const { state, awaiting, prepared } = standing;
  return {
    id,
    number: standing.number,
    changed: stepOf(standing.record),
    ...(state && shown(state, row?.known)),
    ...(awaiting && {
      awaiting: {
        by: awaiting.by,
        at: awaiting.at,
        lapsesAt: awaiting.lapsesAt,
        ...(awaiting.effectiveFrom !== undefined && { effectiveFrom: awaiting.effectiveFrom }),
        ...(awaiting.invites && { invites: true }),
        ...shown(awaiting.state, row?.awaiting ?? row?.known),
      },
    }),
    ...(prepared && {
      prepared: {
        by: prepared.by,
        at: prepared.at,
        effectiveFrom: prepared.effectiveFrom,
        ...shown(prepared.state, row?.awaiting ?? row?.known),
      },
    }),
    ...(state && waiting(state)),
    ...(state?.brought && { fingerprint: state.brought.publicKeyDigest }),
    ...(state?.key && { key: state.key.publicKeyDigest }),
  };
};
