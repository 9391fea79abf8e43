import { Fault, wentThrough } from '../fault.ts';
import type { KeyStore } from '../keys/keys.ts';
import { asDer } from '../pki/pki.ts';
import type { IssuerRow } from '../status/status.ts';
import type { Item } from '../store/store.ts';
import {
  type AuthorityDefinition,
  applyAmendment,
  assertCameIntoForce,
  type Earlier,
  type InForceRow,
  rememberEarlier,
} from '../trust-domain/trust-domain.ts';
import type { Cas } from './cas.ts';
import type { Report } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import type { Issuing } from './issuing.ts';
import { issueCaCertificate, renewResponders } from './own-certificates.ts';

const ocspTerms = ({
  ocsp: { algorithm, furtherAlgorithms, validity: _, ...terms },
}: AuthorityDefinition): IssuerRow['ocsp'] => ({ ...terms, algorithms: [algorithm, ...furtherAlgorithms] });

const issuerRow = (
  { publicUrls, crlPath }: Pick<AuthorityDeps, 'publicUrls' | 'crlPath'>,
  definition: AuthorityDefinition,
  certificate: Uint8Array,
  signatureAlgorithm: Uint8Array,
): IssuerRow => ({
  authority: definition.id,
  generation: definition.generation,
  title: definition.title,
  algorithm: definition.algorithm,
  certificate: Buffer.from(certificate).toString('base64'),
  signatureAlgorithm: Buffer.from(signatureAlgorithm).toString('base64'),
  urls: {
    certificate: `${publicUrls[0]}/ca/${definition.ca}.cer`,
    crl: publicUrls.map((url) => `${url}${crlPath(definition.ca)}`),
    ocsp: `${publicUrls[0]}/ocsp`,
  },
  crl: definition.crl,
  ocsp: ocspTerms(definition),
});

/** The ceremony of this file, begun now or before. Faults: `trust-domain-changed`, `amendment-not-recorded`. */
const begin = async (deps: AuthorityDeps, report: Report): Promise<Item<InForceRow>> => {
  const { table, inForce, trustDomainDigest: digest } = deps;
  for (;;) {
    const row = await inForce.read();
    if (row === undefined) {
      const { record, writes } = await deps.recorder.prepare({
        kind: 'trust-domain',
        actor: deps.trustDomain.ceremony.persons.join('+'),
        details: { step: 'first', trustDomain: deps.trustDomain.name, after: digest },
      });
      await wentThrough(
        table.write([inForce.putWrite(undefined, { digest, done: false, record: record.id }), ...writes]),
      );
    } else if (row.value.digest === digest) {
      await assertCameIntoForce(deps.recorder, row.value);
      return row;
    } else {
      const { approved } = row.value;
      if (approved?.digest !== digest) throw inForce.refusal(row.value);
      if (await applyAmendment(deps, row, approved.amendment)) {
        report(`amendment ${approved.amendment} applied`);
      }
    }
  }
};

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
 * Resolves with whether there was anything to do. Faults: `trust-domain-changed`, `lint-failed`, and the faults of the key
 * store and the stores.
 */
export const holdCeremony = async (
  deps: AuthorityDeps,
  parts: { readonly issuing: Issuing; readonly cas: Cas },
  report: Report,
): Promise<boolean> => {
  const { table, trustDomain, issuers, recorder } = deps;
  const row = await begin(deps, report);
  if (row.value.done) return false;

  const earlier = await rememberEarlier(deps, row.value);
  const isNew = ({ id }: AuthorityDefinition): boolean => !earlier?.authorities.has(id);
  const made = trustDomain.authorities.filter(isNew);
  await makeAuthorities(deps, parts, made, report);
  if (earlier) await changeTerms(deps, earlier, report);

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
    const { writes } = await recorder.prepare({
      kind: 'ceremony',
      actor,
      certificates: [ref],
      details: { step: 'authority', ca: definition.ca, algorithm: definition.algorithm },
    });
    const entry = issuerRow(deps, definition, der, asDer(signer.algorithm.signatureAlgorithm));
    if (await wentThrough(table.write([...issuers.enterWrites(definition.ca, entry), ...writes]))) {
      report(`${definition.ca}: CA certificate signed (serial ${ref.serial})`);
    }
  }
  issuers.forget();

  for (const definition of definitions) {
    const ca = await parts.cas.byId(definition.ca);
    for (const algorithm of await renewResponders(deps, parts.issuing, ca))
      report(`${definition.ca}: OCSP responder certified (${algorithm})`);
    await deps.publishCrl(definition.ca);
    report(`${definition.ca}: CRL published`);
  }
};

/** Gives the existing CAs the terms that the new file has for them. */
const changeTerms = async (deps: AuthorityDeps, earlier: Earlier, report: Report): Promise<void> => {
  for (const definition of deps.trustDomain.authorities) {
    if (!earlier.authorities.has(definition.id)) continue;
    const { title, crl } = definition;
    for (;;) {
      const writes = await deps.issuers.termsWrites(definition.ca, {
        title,
        crl,
        ocsp: ocspTerms(definition),
      });
      if (writes.length === 0) break;
      if (await wentThrough(deps.table.write(writes))) report(`${definition.ca}: terms changed`);
    }
  }
};
