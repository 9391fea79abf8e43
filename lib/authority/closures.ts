import { type AuthorityCompromise, isCompromise } from '../compromise.ts';
import { Fault } from '../fault.ts';
import type { Issuers, Register, StatusRow } from '../status/status.ts';
import type { Closures } from './contract.ts';
import type { Recorder } from './deps.ts';
import { type ActedState, readStanding } from './status-acts.ts';

const revoked = (ca: string): Fault =>
  new Fault('authority-revoked', "The CA's certificate is revoked; it issues no more certificates.", { ca });

const suspended = (ca: string): Fault =>
  new Fault(
    'authority-suspended',
    "The CA's certificate is on hold, or a row says that it is closed; nothing is issued until that has ended.",
    { ca },
  );

const compromiseIn = (
  status: ActedState | StatusRow | undefined,
  since = 0,
): AuthorityCompromise | undefined =>
  status?.state === 'revoked' && isCompromise(status.reason)
    ? { revocationTime: status.revocationTime, since }
    : undefined;

export const openClosures = ({
  recorder,
  register,
  issuers,
}: {
  readonly recorder: Pick<Recorder, 'conclusion'>;
  readonly register: Pick<Register, 'lookup'>;
  readonly issuers: Pick<Issuers, 'byId'>;
}): Closures => {
  /** A CA's certificate is its own: its serial number is one of that CA. */
  const ownOf = async (ca: string) => {
    const { certificate } = await issuers.byId(ca);
    return { ca, serial: certificate.serialNumber };
  };

  const rowOf = async (ca: string) => (await register.lookup(await ownOf(ca)))?.value;

  const standingOf = async (ca: string) => readStanding(recorder, await ownOf(ca));

  return {
    assertIssues: async (ca) => {
      const [{ now: acted }, row] = await Promise.all([standingOf(ca), rowOf(ca)]);
      if (acted.state === 'revoked') throw revoked(ca);
      if (acted.state === 'hold' || row?.state === 'hold' || row?.state === 'revoked') throw suspended(ca);
    },

    assertNotClosed: async (ca) => {
      const row = await rowOf(ca);
      if (row?.state === 'revoked') throw revoked(ca);
      if (row?.state === 'hold') throw suspended(ca);
    },

    compromise: async (ca) => {
      const { now, since } = await standingOf(ca);
      return compromiseIn(now, since);
    },

    shownCompromise: async (ca) => {
      const row = await rowOf(ca);
      return compromiseIn(row, row?.since);
    },
  };
};
