import { hash } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import type { ActDraft, Closes, LedgerRecord } from '../ledger/ledger.ts';
import { textIn } from '../members.ts';
import type { PrincipalKey } from '../principal.ts';
import { addPeriod } from '../trust-domain/trust-domain.ts';
import type { CeremonyEvent, Consents } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { assertOwnKeys } from './principal-keys.ts';

/**
 * A ceremony that is held from afar takes two persons. The first of the trust domain's `ceremony.persons` consents to
 * one event, by its digest. The second can then carry out that event and no other. A later consent replaces an earlier one,
 * and a consent that was not used lapses.
 *
 *   outcomes/ceremony-consent/{n}  the record of a consent (step `consented`) or of its use (step `held`)
 *
 * The newest of these decides. A use names the event and its consent, so carrying out the same event again has the same
 * result until somebody consents anew. No row is read.
 */
const CONSENT = 'ceremony-consent';

type Named = Pick<PrincipalKey, 'principal' | 'publicKeyDigest'>;

const inOrder = (a: Named, b: Named): number => {
  const [left, right] = [a, b].map((key) => `${key.principal} ${key.publicKeyDigest}`) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
};

/**
 * SHA-256 in hex of `{"trustDomain":…,"credentials":[{"principal":…,"publicKeyDigest":…},…]}`, written without white space
 * and sorted by principal and key, so the order of the list makes no difference. An event that enrols an operator has
 * `"operator":{"principal":…,"person":…,"publicKeyDigest":…}` at its end.
 */
export const digestOfEvent = ({
  trustDomain,
  credentials,
  operator,
}: Pick<CeremonyEvent, 'trustDomain'> & {
  readonly credentials: readonly Named[];
  readonly operator?: Appointed | undefined;
}): string =>
  hash(
    'sha256',
    JSON.stringify({
      trustDomain,
      credentials: credentials
        .toSorted(inOrder)
        .map(({ principal, publicKeyDigest }) => ({ principal, publicKeyDigest })),
      ...(operator && { operator: appointed(operator) }),
    }),
  );

type Appointed = Named & { readonly person: string };

const appointed = ({ principal, person, publicKeyDigest }: Appointed): Appointed => ({
  principal,
  person,
  publicKeyDigest,
});

const keysOf = ({ credentials, operator }: CeremonyEvent): readonly PrincipalKey[] => [
  ...credentials,
  ...(operator ? [operator] : []),
];

export const openConsents = ({
  table,
  objects,
  trustDomain,
  recorder,
  clock,
}: Pick<AuthorityDeps, 'table' | 'objects' | 'trustDomain' | 'recorder' | 'clock'>): Consents => {
  const { persons } = trustDomain.ceremony;

  const draft = (
    step: 'consented' | 'held',
    actor: string,
    event: CeremonyEvent,
    more: { readonly consent?: string } = {},
  ): ActDraft => ({
    kind: 'ceremony',
    actor,
    details: {
      step,
      trustDomain: trustDomain.name,
      digest: event.trustDomain,
      event: digestOfEvent(event),
      persons,
      credentials: event.credentials.map(({ principal, publicKeyDigest }) => ({
        principal,
        publicKeyDigest,
      })),
      ...(event.operator && { operator: appointed(event.operator) }),
      ...more,
    },
  });

  /** The consent, or its use, where it is to this event. Faults: `nothing-awaited`, `confirmation-differs`. */
  const assertConsented = (newest: LedgerRecord | undefined, event: string): StepRecord => {
    if (newest?.kind !== 'ceremony' || !isInForce(newest)) {
      throw new Fault(
        'nothing-awaited',
        'Nobody has consented to a ceremony, or the consent has lapsed; the opener checks the event and consents to it first.',
        { event },
      );
    }
    if (newest.details.event === event) return newest;
    throw new Fault(
      'confirmation-differs',
      'The opener has consented to another event than this one. Send the event that was consented to, or have the opener check and consent to this one.',
      { event, consented: newest.details.event },
    );
  };

  /** A use never lapses. A consent counts as long as its person is the opener. */
  const isInForce = ({ actor, time, details }: StepRecord): boolean =>
    details.step === 'held' ||
    (details.step === 'consented' &&
      actor === persons[0] &&
      clock() < addPeriod(new Date(time), trustDomain.acts.lapse.ceremony).getTime());

  /** The newest consent or use, whose record the ledger has from here on. */
  const read = async () => {
    for (;;) {
      const { newest, next } = await recorder.newest(CONSENT);
      const { record, writes = [] } = newest ?? {};
      if (writes.length === 0 || (await wentThrough(table.write(writes)))) return { record, next };
    }
  };

  /** Undefined where another process was first. */
  const act = async (actDraft: ActDraft, next: Closes): Promise<LedgerRecord | undefined> => {
    const { record, isOurs } = await recorder.conclude(actDraft, next);
    await read();
    return isOurs ? record : undefined;
  };

  return {
    give: async (event) => {
      await assertOwnKeys(objects, keysOf(event));
      for (;;) {
        const { next } = await read();
        if (await act(draft('consented', persons[0], event), next)) return digestOfEvent(event);
      }
    },

    use: async (event) => {
      const digest = digestOfEvent(event);
      for (;;) {
        const { record, next } = await read();
        const consented = assertConsented(record, digest);
        await assertOwnKeys(objects, keysOf(event));
        if (consented.details.step === 'held') {
          return { event: digest, records: [textIn(consented.details.consent) ?? 'none', consented.id] };
        }
        const held = await act(draft('held', persons.join('+'), event, { consent: consented.id }), next);
        if (held) return { event: digest, records: [consented.id, held.id] };
      }
    },
  };
};

type StepRecord = Extract<LedgerRecord, ActDraft>;
