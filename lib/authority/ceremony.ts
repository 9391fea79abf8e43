import { Fault, wentThrough } from '../fault.ts';
import type { KeyStore } from '../keys/keys.ts';
import {
  type AuthorityDefinition,
  actKeysOf,
  bringIntoForce,
  type Earlier,
  type KeysFor,
  rememberEarlier,
  type States,
} from '../trust-domain/trust-domain.ts';
import { nameCertificate } from './ca-certificates.ts';
import type { Cas } from './cas.ts';
import type { CeremonyKey, Report } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import type { Issuing } from './issuing.ts';
import { issueCaCertificate, renewResponders } from './own-certificates.ts';
import { assertOwnKeys } from './principal-keys.ts';

/** Whether an interrupted attempt, or the deployment, has made the key already. */
const hasKey = async (keys: KeyStore, id: string): Promise<boolean> => {
  try {
    await keys.open(id);
    return true;
  } catch (error) {
    if (Fault.is(error, 'unknown-key')) return false;
    throw error;
  }
};

/**
 * Resolves with whether there was anything to do. Faults: those of `bringIntoForce`, `lint-failed`, `duplicate-key`, and the
 * faults of the key store and the stores.
 */
export const holdCeremony = async (
  deps: AuthorityDeps,
  parts: { readonly issuing: Issuing; readonly cas: Cas },
  report: Report,
  keysFor?: KeysFor,
): Promise<boolean> => {
  const { table, trustDomain, issuers, recorder } = deps;
  if (trustDomain.authorities.some(({ stopped }) => stopped) && !(await deps.states.newest())) {
    throw new Fault('trust-domain-invalid', 'A CA that is yet to be made has no key to stop.');
  }
  const own: KeysFor | undefined =
    keysFor &&
    (async (added) => {
      const keys = await keysFor(added);
      await assertOwnKeys(deps.objects, keys);
      return keys;
    });
  const { state, row } = await bringIntoForce(deps, report, own);
  if (row.value.done) return false;

  const earlier = await rememberEarlier(deps, state);
  for (const { kind, generation } of actKeysOf(trustDomain)) await deps.acts.makeKey(kind, generation);
  const isNew = ({ id }: AuthorityDefinition): boolean => !earlier?.authorities.has(id);
  const made = trustDomain.authorities.filter(isNew);
  await makeAuthorities(deps, parts, made, report);
  if (earlier) await changeTerms(deps, earlier);

  const { writes } = await recorder.prepare({
    kind: 'ceremony',
    actor: trustDomain.ceremony.persons.join('+'),
    details: {
      step: 'done',
      trustDomain: trustDomain.name,
      digest: deps.trustDomainDigest,
      persons: trustDomain.ceremony.persons,
    },
  });
  const end = deps.inForce.putWrite(row, { ...row.value, done: true });
  if (await wentThrough(table.write([end, ...(earlier && made.length === 0 ? [] : writes)]))) {
    report(
      earlier
        ? `trust domain "${trustDomain.name}" changed`
        : `trust domain "${trustDomain.name}" applied by ${trustDomain.ceremony.persons.join(' and ')}`,
    );
  }
  issuers.forget();
  return true;
};

/** The keys, CA certificates, responders and first CRLs of new CAs. */
const makeAuthorities = async (
  deps: AuthorityDeps,
  parts: { readonly issuing: Issuing; readonly cas: Cas },
  definitions: readonly AuthorityDefinition[],
  report: Report,
): Promise<void> => {
  const { table, trustDomain, keys, issuers, recorder } = deps;
  const actor = trustDomain.ceremony.persons.join('+');

  // An earlier attempt in this process may have read the directory before it entered a CA.
  issuers.forget();
  const known = new Set(await issuers.ids());
  for (const definition of definitions) {
    if (known.has(definition.ca)) continue;
    const isFound = await hasKey(keys, definition.ca);
    const signer = await keys.create(definition.ca, definition.algorithm);
    report(`${definition.ca}: key ${isFound ? 'found' : 'made'} (${definition.algorithm})`);
    const { ref, der } = await issueCaCertificate(parts.issuing, definition, signer, actor);
    const { writes } = await nameCertificate(recorder, definition, ref, der, actor);
    if (await wentThrough(table.write([...issuers.enterWrites(definition.ca, der), ...writes]))) {
      report(`${definition.ca}: CA certificate signed (serial ${ref.serial})`);
    }
  }
  issuers.forget();

  for (const definition of definitions) {
    const ca = await parts.cas.byId(definition.ca);
    for (const algorithm of await renewResponders(deps, parts.issuing, ca))
      report(`${definition.ca}: OCSP responder certified (${algorithm})`);
    await deps.publishCrls({ ca: definition.ca, serial: ca.certificate.serialNumber });
    report(`${definition.ca}: CRL published`);
  }
};

/** The terms of existing CAs, for the gauges. Everything else that the new file says of a CA is read from the file. */
const changeTerms = async (deps: AuthorityDeps, earlier: Earlier): Promise<void> => {
  for (const definition of deps.trustDomain.authorities) {
    if (!earlier.authorities.has(definition.id)) continue;
    for (;;) {
      const writes = await deps.issuers.termsWrites(definition.ca);
      if (writes.length === 0 || (await wentThrough(deps.table.write(writes)))) break;
    }
  }
};

/** The keys that the records of the states name; a later state's key of a principal replaces an earlier one's. */
export const readCeremonyKeys = async (states: Pick<States, 'all'>): Promise<readonly CeremonyKey[]> => {
  const newest = new Map<string, CeremonyKey>();
  for (const { record, actor, credentials = [] } of await states.all()) {
    for (const key of credentials) newest.set(key.principal, { ...key, record, actor });
  }
  return [...newest.values()];
};
