import { hash } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import { readRecordedAct } from '../recorded-act.ts';
import type { Key } from '../store/store.ts';
import type { CeremonyEvent, Consents, PrincipalKey } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { assertOwnKeys } from './principal-keys.ts';

/**
 * A ceremony that is held from afar takes two persons. The first of the trust domain's `ceremony.persons` consents to
 * one event, by its digest. The second can then carry out that event and no other; carrying it out again has the same
 * result. A later consent replaces an earlier one.
 *
 *   ceremony-consent  event  ConsentRow
 */
type ConsentRow = {
  /** Digest of the event. */
  readonly event: string;
  /** Id of the record of the consent. */
  readonly consent: string;
  /** Id of the record of its use; absent until then. */
  readonly held?: string;
};

const KEY: Key = { pk: 'ceremony-consent', sk: 'event' };

const inOrder = (a: PrincipalKey, b: PrincipalKey): number => {
  const [left, right] = [a, b].map((key) => `${key.principal} ${key.publicKeyDigest}`) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
};

/**
 * SHA-256 in hex of `{"trustDomain":…,"credentials":[{"principal":…,"publicKeyDigest":…},…]}`, written without white space
 * and sorted by principal and key, so the order of the list makes no difference.
 */
export const digestOfEvent = ({ trustDomain, credentials }: CeremonyEvent): string =>
  hash(
    'sha256',
    JSON.stringify({
      trustDomain,
      credentials: credentials
        .toSorted(inOrder)
        .map(({ principal, publicKeyDigest }) => ({ principal, publicKeyDigest })),
    }),
  );

export const openConsents = ({
  table,
  trustDomain,
  recorder,
}: Pick<AuthorityDeps, 'table' | 'trustDomain' | 'recorder'>): Consents => {
  const { persons } = trustDomain.ceremony;
  const draft = (
    step: 'consented' | 'held',
    actor: string,
    event: CeremonyEvent,
    more: { readonly consent?: string } = {},
  ) =>
    recorder.prepare({
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
        ...more,
      },
    });

  const assertConsented = async (row: ConsentRow | undefined, event: string): Promise<ConsentRow> => {
    if (!row) {
      throw new Fault(
        'nothing-awaited',
        'Nobody has consented to a ceremony; the opener checks the event and consents to it first.',
        { event },
      );
    }
    if (row.event !== event) {
      throw new Fault(
        'confirmation-differs',
        'The opener has consented to another event than this one. Send the event that was consented to, or have the opener check and consent to this one.',
        { event, consented: row.event },
      );
    }
    const recorded = await readRecordedAct(recorder, row.consent, {
      kind: 'ceremony',
      actor: persons[0],
      details: { step: 'consented', event },
    });
    if (!recorded) {
      throw new Fault(
        'consent-not-recorded',
        'The table names a consent that the ledger lacks; the opener has to consent again.',
        { event },
      );
    }
    return row;
  };

  return {
    give: async (event) => {
      await assertOwnKeys(table, event.credentials);
      const digest = digestOfEvent(event);
      for (;;) {
        const row = await table.get<ConsentRow>(KEY);
        const { record, writes } = await draft('consented', persons[0], event);
        const value: ConsentRow = { event: digest, consent: record.id };
        const put = { put: KEY, value, if: row ? { version: row.version } : 'absent' } as const;
        if (await wentThrough(table.write([put, ...writes]))) return digest;
      }
    },

    use: async (event) => {
      const digest = digestOfEvent(event);
      for (;;) {
        const row = await table.get<ConsentRow>(KEY);
        const value = await assertConsented(row?.value, digest);
        const { consent, held } = value;
        await assertOwnKeys(table, event.credentials);
        if (held !== undefined) return { event: digest, records: [consent, held] };
        const { record, writes } = await draft('held', persons.join('+'), event, { consent });
        const next: ConsentRow = { ...value, held: record.id };
        const put = { put: KEY, value: next, if: row ? { version: row.version } : 'absent' } as const;
        if (await wentThrough(table.write([put, ...writes]))) {
          return { event: digest, records: [consent, record.id] };
        }
      }
    },
  };
};
