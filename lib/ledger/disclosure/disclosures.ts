import type { Signer } from '../../keys/keys.ts';
import type { Clock } from '../../ports.ts';
import type { CertificateRef, Principal } from '../../principal.ts';
import { recipientOf } from '../../recipient.ts';
import type { Table } from '../../store/store.ts';
import { digestHex } from '../canonical.ts';
import type { Ledger, ProvisionDraft } from '../contract.ts';
import { type HeldCertificate, heldCertificates } from '../query/holder.ts';
import type { Known } from '../recipients.ts';
import { buildBundle, bundlePage, type DisclosedCertificate } from './bundle.ts';
import { type Cases, openCases } from './cases.ts';
import { type Delegates, openDelegates } from './delegates.ts';
import { type PublicJwk, publicJwk, signJws } from './jws.ts';
import { type OwnPage, readOwn, type TenantPart } from './own.ts';

/** A holder's right to know: its own records at any time, and all of them as one signed bundle. */
export interface Disclosures {
  readonly cases: Cases;
  readonly delegates: Delegates;
  /**
   * One page of the holder's own records. `method` is the request's. The answer, which is the page, is recorded before this
   * resolves; `record` is the id of that record, or those of several tenants' after commas.
   * Faults: `forbidden`, and those of `Ledger.query`.
   */
  own(
    caller: Principal,
    query: {
      readonly holder: string;
      readonly from?: string;
      readonly to?: string;
      readonly limit: number;
      readonly cursor?: string;
    },
    method: string,
  ): Promise<OwnPage & { readonly record: string }>;
  /** The caller's own certificates, newest first. Fault: `input-too-large`. */
  certificates(caller: Principal): Promise<readonly OwnCertificate[]>;
  /**
   * Makes the bundle anew from the present records, signs it and records it; the first one closes the case. `jws` is
   * text of JSON, and the page contains it, so either is enough by itself. `method` is the request's. Faults:
   * `unknown-disclosure`, `input-too-large`.
   */
  handOver(
    caller: Principal,
    id: string,
    method: string,
  ): Promise<{ readonly jws: string; readonly page: string; readonly record: string }>;
  /** The key by which bundles are verified. */
  key(): Promise<PublicJwk>;
}

/** What holders see of their own certificates at any time. */
export type OwnCertificate = Pick<
  DisclosedCertificate,
  'ca' | 'serial' | 'profile' | 'notBefore' | 'notAfter' | 'status'
> &
  Pick<HeldCertificate, 'tenant'>;

export interface DisclosureDeps {
  readonly table: Table;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** The service's URL, by which the bundle says who made it. */
  readonly service: string;
  readonly directory: {
    readonly known: Known;
    /** By acts. Fault: `not-in-force`. */
    findProven(id: string): Promise<Principal | undefined>;
  };
  /**
   * Whether anybody ever named this holder: the trust domain, or a request, also one that was withdrawn. Its subject is told
   * what is kept, which may be that there are no certificates and no records.
   */
  readonly isHolder: (id: string) => Promise<boolean>;
  readonly certificateOf: (ref: CertificateRef) => Promise<DisclosedCertificate>;
  /** Without what it names somebody by. */
  readonly outlineOf: (ref: CertificateRef) => Promise<Omit<DisclosedCertificate, 'subject' | 'pem'>>;
  /** Ed25519. */
  readonly signer: () => Promise<Signer>;
}

/** As the header of an answer names its records. */
const idsOf = (records: readonly { readonly id: string }[]): string => records.map(({ id }) => id).join(', ');

export const BUNDLE_TYPE = 'akashi-disclosure+json';

export const openDisclosures = (deps: DisclosureDeps): Disclosures => {
  const { table, ledger, clock, directory } = deps;
  const { known } = directory;
  const delegates = openDelegates({ table, ledger, clock, directory });
  const cases = openCases({ ...deps, delegates });
  let publicKey: PublicJwk | undefined;

  return {
    cases,
    delegates,

    own: async (caller, query, method) => {
      await delegates.assertMayAct(caller, query.holder);
      const heldBy = (holder: string) => heldCertificates(table, ledger, holder);
      const { page, parts } = await readOwn({ ledger, known, heldBy }, query);
      const { holder, from, to } = query;
      const responseDigest = digestHex(JSON.stringify(page));
      const told = (part: TenantPart): ProvisionDraft => ({
        kind: 'provision',
        ...recipientOf(caller),
        channel: 'own',
        method,
        ...part,
        provided: {
          holder,
          from,
          to,
          continued: query.cursor !== undefined,
          newest: page.entries[0]?.id,
          oldest: page.entries.at(-1)?.id,
        },
        responseDigest,
      });
      const records = await ledger.append(...parts.map(told));
      return { ...page, record: idsOf(records) };
    },

    certificates: async ({ id: holder }) => {
      // A query settles the newest records first, by which the certificates are found.
      await ledger.query({ holder, kind: 'issuance', limit: 1 });
      const held = await heldCertificates(table, ledger, holder);
      const shown = await Promise.all(
        held.map(async ({ ref, tenant }): Promise<OwnCertificate> => {
          const { ca, serial, profile, notBefore, notAfter, status } = await deps.outlineOf(ref);
          const ofTenant = tenant !== undefined && { tenant };
          return { ca, serial, ...ofTenant, profile, notBefore, notAfter, status };
        }),
      );
      return shown.reverse();
    },

    handOver: async (caller, id, method) => {
      const found = await cases.get(caller, id);
      const madeAt = new Date(clock()).toISOString();
      const { bundle, parts } = await buildBundle({ ...deps, known }, found, madeAt);
      const jws = JSON.stringify(await signJws(await deps.signer(), BUNDLE_TYPE, JSON.stringify(bundle)));
      const digest = digestHex(jws);
      const page = bundlePage(bundle, jws);
      const told = (part: TenantPart): ProvisionDraft => ({
        kind: 'provision',
        ...recipientOf(caller),
        channel: 'disclosure',
        method,
        ...part,
        provided: { disclosure: id, holder: found.holder, page: digestHex(page) },
        responseDigest: digest,
      });
      const prepared = await Promise.all(parts.map((part) => ledger.prepare(told(part))));
      const writes = prepared.flatMap((one) => one.writes);
      await table.write([...(await cases.closeWrites(id, digest)), ...writes]);
      return { jws, page, record: idsOf(prepared.map(({ record }) => record)) };
    },

    key: async () => {
      // Anybody asks for it, and to open the signer reads the table and the store of keys. The key stays the same.
      publicKey ??= publicJwk(await deps.signer());
      return publicKey;
    },
  };
};
