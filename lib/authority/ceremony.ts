import { Fault } from '../fault.ts';
import { asDer } from '../pki/pki.ts';
import type { IssuerRow } from '../status/issuers.ts';
import type { Item, Table, Write } from '../store/store.ts';
import type { Cas } from './cas.ts';
import type { AuthorityDeps } from './deps.ts';
import type { Issuing } from './issuing.ts';
import { issueCaCertificate, renewResponders } from './own-certificates.ts';
import type { AuthorityDefinition } from './trust-domain.ts';

/**
 * The key ceremony: a trust domain becomes keys, CA certificates, responders and first CRLs. Every step is done at
 * most once; a ceremony that was interrupted goes on where it stopped, with the same file or not at all. Held by two
 * processes at once it is one ceremony: whoever is second at a step finds it done.
 *
 *   trust-domain  ceremony  CeremonyRow
 */
type CeremonyRow = { readonly digest: string; readonly done: boolean };

const KEY = { pk: 'trust-domain', sk: 'ceremony' };

/** Told of each step when it has been done. */
export type Report = (step: string) => void;

const changed = (): Fault =>
  new Fault(
    'trust-domain-changed',
    'This data folder was set up with another trust domain file. Put that file back, or choose a new DATA_DIR for this one.',
  );

const ocspTerms = ({
  ocsp: { algorithm, furtherAlgorithms, validity: _, ...terms },
}: AuthorityDefinition): IssuerRow['ocsp'] => ({ ...terms, algorithms: [algorithm, ...furtherAlgorithms] });

const issuerRow = (
  definition: AuthorityDefinition,
  publicUrls: readonly [string, ...string[]],
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
    crl: publicUrls.map((url) => `${url}/crl/${definition.ca}/full.crl`),
    ocsp: `${publicUrls[0]}/ocsp`,
  },
  crl: definition.crl,
  ocsp: ocspTerms(definition),
});

/** The ceremony of this file, begun now or before. Fault: `trust-domain-changed`. */
const begin = async (table: Table, digest: string): Promise<Item<CeremonyRow>> => {
  for (;;) {
    const row = await table.get<CeremonyRow>(KEY);
    if (row && row.value.digest !== digest) throw changed();
    if (row) return row;
    await isFirst(table, [{ put: KEY, value: { digest, done: false }, if: 'absent' }]);
  }
};

/** Writes a step; false where another process had done it. */
const isFirst = async (table: Table, writes: readonly Write[]): Promise<boolean> => {
  try {
    await table.write(writes);
    return true;
  } catch (error) {
    if (Fault.is(error, 'condition-failed')) return false;
    throw error;
  }
};

/**
 * Resolves with whether there was anything to do. Faults: `trust-domain-changed`, `lint-failed`, and those of the key
 * store and the stores.
 */
export const holdCeremony = async (
  deps: AuthorityDeps,
  parts: { readonly issuing: Issuing; readonly cas: Cas },
  report: Report,
): Promise<boolean> => {
  const { table, trustDomain, keys, issuers, recorder } = deps;
  const actor = trustDomain.ceremony.persons.join('+');

  const { version, value } = await begin(table, deps.trustDomainDigest);
  if (value.done) return false;

  // An earlier attempt of this process may have read the directory before it entered a CA.
  issuers.forget();
  const known = new Set((await issuers.all()).map(({ id }) => id));
  for (const definition of trustDomain.authorities) {
    if (known.has(definition.ca)) continue;
    const signer = await keys.create(definition.ca, definition.algorithm);
    report(`${definition.ca}: key made (${definition.algorithm})`);
    const { ref, der } = await issueCaCertificate(parts.issuing, definition, signer, actor);
    const { writes } = recorder.prepare({
      kind: 'ceremony',
      actor,
      certificates: [ref],
      details: { step: 'authority', ca: definition.ca, algorithm: definition.algorithm },
    });
    const entry = issuerRow(definition, deps.publicUrls, der, asDer(signer.algorithm.signatureAlgorithm));
    if (await isFirst(table, [...issuers.enterWrites(definition.ca, entry), ...writes])) {
      report(`${definition.ca}: CA certificate signed (serial ${ref.serial})`);
    }
  }
  issuers.forget();

  for (const definition of trustDomain.authorities) {
    const ca = await parts.cas.byId(definition.ca);
    for (const algorithm of await renewResponders(deps, parts.issuing, ca))
      report(`${definition.ca}: OCSP responder certified (${algorithm})`);
    await deps.publishCrl(definition.ca);
    report(`${definition.ca}: CRL published`);
  }

  const { writes } = recorder.prepare({
    kind: 'ceremony',
    actor,
    details: {
      step: 'done',
      trustDomain: trustDomain.name,
      digest: deps.trustDomainDigest,
      persons: trustDomain.ceremony.persons,
    },
  });
  const end: Write = { put: KEY, value: { digest: value.digest, done: true }, if: { version } };
  if (await isFirst(table, [end, ...writes])) {
    report(`trust domain "${trustDomain.name}" applied by ${trustDomain.ceremony.persons.join(' and ')}`);
  }
  return true;
};
