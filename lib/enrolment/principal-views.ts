import { Fault } from '../fault.ts';
import type { Current } from './acting.ts';
import type { PrincipalState, PrincipalView } from './contract.ts';
import type { PrincipalNames } from './principal-names.ts';
import { stepOf } from './reading.ts';

export const unknownPrincipal = (id: string): Fault =>
  new Fault('unknown-principal', 'There is no principal of that id.', { principal: id });

export const unknownOffice = (id: string): Fault =>
  new Fault('unknown-office', 'There is no office of that id.', { office: id });

const withoutSecrets = ({ contents: _, invitation: __, brought: ___, key: ____, ...state }: PrincipalState) =>
  state;

/** An opened invitation stays in the state: with it the principal fetches the certificate. */
const waiting = ({ invitation, brought, key }: PrincipalState): Pick<PrincipalView, 'invitedUntil'> => {
  const isOpened = [brought, key].some((one) => one?.invitation === invitation?.secret);
  return invitation === undefined || isOpened ? {} : { invitedUntil: invitation.until };
};

export type PrincipalViews = (id: string, current: Current<PrincipalState>) => Promise<PrincipalView>;

/** Reads the names. Fault: `unknown-principal`. */
export const openPrincipalViews =
  (names: Pick<PrincipalNames, 'shown'>): PrincipalViews =>
  async (id, { standing, row }) => {
    if (standing === undefined) throw unknownPrincipal(id);
    const { state, awaiting, prepared } = standing;
    const shown = async (one: PrincipalState | undefined) =>
      one && { ...withoutSecrets(one), ...(await names.shown(id, standing, one, row)) };
    const [now, awaited, due] = await Promise.all([state, awaiting?.state, prepared?.state].map(shown));
    return {
      id,
      number: standing.number,
      changed: stepOf(standing.record),
      ...now,
      ...(awaiting &&
        awaited && {
          awaiting: {
            by: awaiting.by,
            at: awaiting.at,
            lapsesAt: awaiting.lapsesAt,
            ...(awaiting.effectiveFrom !== undefined && { effectiveFrom: awaiting.effectiveFrom }),
            ...(awaiting.invites && { invites: true }),
            ...awaited,
          },
        }),
      ...(prepared &&
        due && {
          prepared: { by: prepared.by, at: prepared.at, effectiveFrom: prepared.effectiveFrom, ...due },
        }),
      ...(state && waiting(state)),
      ...(state?.brought && { fingerprint: state.brought.publicKeyDigest }),
      ...(state?.key && { key: state.key.publicKeyDigest }),
    };
  };
