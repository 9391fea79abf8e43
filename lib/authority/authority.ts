import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { PUBLIC_KEY_KINDS } from '../lint/public-key.ts';
import {
  asDer,
  type CrlReason,
  type Der,
  encodePem,
  formatName,
  rfc3339,
  type TbsCertListDraft,
} from '../pki/pki.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { Issuer } from '../status/issuers.ts';
import type { Write } from '../store/store.ts';
import type { Profile } from '../trust-domain/trust-domain.ts';
import { openCas, signCrl } from './cas.ts';
import { holdCeremony, type Report } from './ceremony.ts';
import { type CertificateRow, readCertificate } from './certificates.ts';
import { type Consents, openConsents } from './consent.ts';
import type { AuthorityDeps } from './deps.ts';
import { forEvery } from './every.ts';
import { type IssuancePlan, openIssuing, type Signing } from './issuing.ts';
import {
  CA_PROFILE,
  caContext,
  RESPONDER_PROFILE,
  renewResponders,
  responderContext,
} from './own-certificates.ts';
import { bindKey } from './principal-keys.ts';
import { buildTbs, describeSubject, type FieldValues } from './profile.ts';
import { assertMayAct, openRevoking, revocationOf } from './revoking.ts';
import { listSerials, type SerialPage } from './serials.ts';
import { openTwoPersons } from './two-persons.ts';

/** What a relying party may know of a CA. */
export interface CaView {
  /** One per generation, e.g. `organisation-1`; CA generations share a DN and differ by key. */
  readonly id: string;
  readonly authority: string;
  readonly generation: number;
  readonly title: { readonly ja: string; readonly en: string };
  readonly subject: string;
  readonly algorithm: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string;
  readonly urls: { readonly certificate: string; readonly crl: readonly string[]; readonly ocsp: string };
}

/** Reasons that a caller may give; hold has its own call. */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const satisfies readonly CrlReason[];
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

export interface Revocation {
  readonly status: 'revoked' | 'hold';
  /** RFC 3339 UTC, whole seconds: the time of recording, which is when it takes effect. */
  readonly revocationTime: string;
  readonly reason: RevocationReason | 'certificateHold';
  readonly invalidityDate?: string;
}

/** A revocation or hold of one of the service's own certificates, asked for by one person, that takes a second one. */
export interface AwaitedRevocation {
  /** What the certificate will be. */
  readonly status: 'revoked' | 'hold';
  readonly reason: RevocationReason | 'certificateHold';
  readonly invalidityDate?: string;
  /** The operator who asked. */
  readonly askedBy: string;
  /** RFC 3339 UTC, whole seconds; from `lapsesAt` on it is as if nobody had asked. */
  readonly askedAt: string;
  readonly lapsesAt: string;
}

/**
 * Either it has taken effect, or it awaits a second person. `first` is false where the call changed nothing: the
 * certificate was revoked before, or this person had asked before.
 */
export type RevocationOutcome =
  | { readonly revocation: Revocation; readonly awaiting?: undefined; readonly first: boolean }
  | { readonly awaiting: AwaitedRevocation; readonly revocation?: undefined; readonly first: boolean };

export interface CertificateView extends CertificateRef {
  readonly profile: string;
  readonly profileVersion: number;
  /** Absent for what no sub-office asked for. */
  readonly office?: string;
  readonly request: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly status: 'good' | 'revoked' | 'hold' | 'expired';
  readonly revocation?: Revocation;
  /** Of the service's own certificates: what takes a second person. */
  readonly awaiting?: AwaitedRevocation;
  /** PEM; absent while the signature is still being finished. */
  readonly pem?: string;
}

/**
 * Officers act only on their own office's certificates (others are `unknown-certificate`); operators on all.
 */
export interface Authority {
  authorities(): Promise<readonly CaView[]>;
  /** DER of the CA's certificate. Faults: `unknown-authority`. */
  caCertificate(ca: string): Promise<Der>;
  /** Every serial number of the CA that the service knows; `limit` 1 to 1,000. Faults: `unknown-authority`, `cursor-invalid`. */
  serials(ca: string, page: { readonly limit: number; readonly cursor?: string }): Promise<SerialPage>;
  /** For officers of its office, operators and auditors. Faults: `unknown-certificate`. */
  certificate(actor: Principal, ref: CertificateRef): Promise<CertificateView>;
  /**
   * Takes effect when it resolves, but for certificates of CAs, OCSP responders and the service's own doors: for these
   * it awaits another operator who asks for the same (same reason, same invalidity date), for seven days at most, and
   * a call of the same person changes nothing. Revoking again gives the first revocation (`first` false). A certificate on
   * hold may be revoked; its revocation then begins with the hold. Compromises go into a CRL at once, or as soon as one
   * can be published. `invalidityDate` (RFC 5280 5.3.2) is RFC 3339 in UTC and not in the future, and counts in whole
   * seconds. Faults: `unknown-certificate`, `invalid-input`, `confirmation-differs`.
   */
  revoke(
    actor: Principal,
    ref: CertificateRef,
    revocation: { readonly reason: RevocationReason; readonly invalidityDate?: string },
  ): Promise<RevocationOutcome>;
  /**
   * Two persons as for `revoke`. Faults: `unknown-certificate`, `hold-not-allowed`, `already-revoked`,
   * `confirmation-differs`.
   */
  hold(actor: Principal, ref: CertificateRef): Promise<RevocationOutcome>;
  /** For operators: takes back what awaits its confirmation, whoever asked. Fault: `nothing-awaited`. */
  withdrawRevocation(actor: Principal, ref: CertificateRef): Promise<void>;
  /** Faults: `unknown-certificate`, `not-on-hold`, `hold-not-releasable`, `already-revoked`. */
  release(actor: Principal, ref: CertificateRef): Promise<void>;
}

/** An approved request for a certificate, bound to its profile version. */
export interface Order {
  /** The request's id: issuing the same order again gives the same certificate. */
  readonly order: string;
  readonly profile: string;
  readonly profileVersion: number;
  readonly office?: string;
  readonly fields: FieldValues;
  /** Whom the certificate is about, by a pseudonym. */
  readonly holder?: string;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly actor: string;
  /** Ids of the records of the acts that the certificate rests on. */
  readonly basis?: readonly string[];
}

/** What other rooms and the scheduler ask of the authority; no caller of the API reaches it. */
export interface AuthorityWorks {
  /** What a submission would become. Faults: `unknown-profile`, `profile-not-allowed`, `invalid-field`. */
  describe(
    profile: string,
    office: string,
    fields: FieldValues,
  ): { readonly profile: Profile; readonly subject: string; readonly fields: FieldValues };
  /**
   * Faults: `unknown-profile`, `invalid-field`, `lint-failed`, `authority-expired`, `clock-behind`, `wrong-state` once given
   * up, `duplicate-key` of a principal whose key is another principal's.
   */
  issue(order: Order): Promise<CertificateRef>;
  /** Writes after which no certificate can come of the order; undefined where one was recorded, and will be signed. */
  abandonWrites(order: string): Promise<readonly Write[] | undefined>;
  /** The certificate and its CA's, in PEM. Faults: `unknown-certificate`, `not-issued`. */
  chainPem(ref: CertificateRef): Promise<string>;
  signCrl(ca: string, tbs: TbsCertListDraft, previousNumber?: bigint): Promise<Der>;
  /**
   * Resolves with the CAs of which a delegated responder was renewed. A CA whose responder cannot be renewed is said in the
   * log and does not keep the others from it; the first of those faults is thrown when all were tried.
   */
  renewResponders(): Promise<readonly string[]>;
  /** Finishes what an interrupted run recorded and did not sign. Resolves with the orders; faults as `renewResponders`. */
  recover(): Promise<readonly string[]>;
  /** Faults: `trust-domain-changed`. Resolves with whether there was anything to do. */
  holdCeremony(report: Report): Promise<boolean>;
  /** Of two persons, for ceremonies that are held from afar. */
  readonly consents: Consents;
}

const caView = (issuer: Issuer): CaView => {
  const { certificate, urls } = issuer;
  return {
    id: issuer.id,
    authority: issuer.authority,
    generation: issuer.generation,
    title: issuer.title,
    subject: formatName(certificate.subject),
    algorithm: issuer.algorithm,
    notBefore: rfc3339(certificate.notBefore),
    notAfter: rfc3339(certificate.notAfter),
    fingerprint: hash('sha256', certificate.der),
    urls: { certificate: urls.certificate, crl: urls.crl, ocsp: urls.ocsp },
  };
};

export const openAuthority = (deps: AuthorityDeps): Authority & AuthorityWorks => {
  const { trustDomain, table, register, issuers, clock } = deps;
  const cas = openCas(deps);
  const issuing = openIssuing(deps);
  const twoPersons = openTwoPersons(deps);

  const profileOf = (id: string, version?: number): Profile => {
    const profile = trustDomain.profiles.find((one) => one.id === id);
    if (profile && (version === undefined || version === profile.version)) return profile;
    throw new Fault(
      'unknown-profile',
      'There is no such certificate profile, or that version is no longer in force.',
      {
        profile: id,
        ...(version !== undefined && { version }),
      },
    );
  };

  const caOf = (profile: Profile) => {
    const definition = trustDomain.authorities.find(({ id }) => id === profile.authority);
    if (!definition)
      throw new Fault('unknown-authority', 'The profile names no authority of the trust domain.');
    return cas.byId(definition.ca);
  };

  const officeOf = (id: string | undefined) => trustDomain.offices.find((office) => office.id === id);

  /** What it takes to sign again what was recorded under this row. */
  const signingOf = async (ref: CertificateRef, row: CertificateRow): Promise<Signing> => {
    if (row.profile === CA_PROFILE) {
      const definition = trustDomain.authorities.find(({ ca }) => ca === ref.ca);
      if (!definition)
        throw new Fault('unknown-authority', 'The trust domain has no such authority.', { ca: ref.ca });
      return { signer: await deps.keys.open(ref.ca), context: caContext(definition) };
    }
    const ca = await cas.byId(ref.ca);
    const { signer } = ca;
    if (row.profile === RESPONDER_PROFILE) return { signer, context: responderContext(ca) };
    // The kind of its key was judged when it was recorded; the profile may have changed since.
    const profile = trustDomain.profiles.find(({ id }) => id === row.profile);
    const publicKeys = profile?.version === row.profileVersion ? profile.publicKeys : PUBLIC_KEY_KINDS;
    const { serialPrefix } = ca.definition;
    return { signer, context: { kind: 'endEntity', issuer: ca.certificate, serialPrefix, publicKeys } };
  };

  const planOf = async (order: Order): Promise<IssuancePlan> => {
    const profile = profileOf(order.profile, order.profileVersion);
    const ca = await caOf(profile);
    // Lint would refuse it too, as a fault of the certificate; it is the clock's, and passes.
    if (clock() < ca.certificate.notBefore.getTime()) {
      throw new Fault(
        'clock-behind',
        'The clock is before the beginning of the CA; nothing is issued until it is right.',
        {
          ca: ca.definition.ca,
        },
      );
    }
    const subject = describeSubject(profile, officeOf(order.office), order.fields);
    const { subjectPublicKeyInfo } = order;
    return {
      order: order.order,
      ca: ca.definition.ca,
      serialPrefix: ca.definition.serialPrefix,
      signer: ca.signer,
      profile: profile.id,
      profileVersion: profile.version,
      ...(order.office !== undefined && { office: order.office }),
      ...(order.holder !== undefined && { holder: order.holder }),
      actor: order.actor,
      ...(order.basis && { basis: order.basis }),
      context: {
        kind: 'endEntity',
        issuer: ca.certificate,
        serialPrefix: ca.definition.serialPrefix,
        publicKeys: profile.publicKeys,
      },
      build: (serialNumber, notBefore) =>
        buildTbs({ profile, ca: ca.issuing, serialNumber, subject, subjectPublicKeyInfo, notBefore }),
    };
  };

  const works: AuthorityWorks = {
    describe: (profileId, officeId, fields) => {
      const profile = profileOf(profileId);
      const office = officeOf(officeId);
      if (!office?.profiles.includes(profileId)) {
        throw new Fault(
          'profile-not-allowed',
          'This office may not apply for certificates of that profile.',
          {
            profile: profileId,
          },
        );
      }
      const described = describeSubject(profile, office, fields);
      return { profile, subject: formatName(described.subject), fields: described.fields };
    },

    issue: async (order) => {
      let plan: IssuancePlan;
      try {
        plan = await planOf(order);
      } catch (error) {
        // What was recorded while its profile was in force is signed, whatever has become of the profile.
        const recorded = await issuing.resume(order.order, signingOf);
        if (recorded) return recorded.ref;
        throw error;
      }
      if (plan.profile === trustDomain.operations.principal.id) {
        // The profile's subject names the principal by this field (profile-checks.ts).
        const publicKeyDigest = hash('sha256', order.subjectPublicKeyInfo);
        await bindKey(table, { principal: String(order.fields.principal), publicKeyDigest });
      }
      return (await issuing.issue(plan)).ref;
    },

    abandonWrites: (order) => issuing.abandonWrites(order),

    chainPem: async (ref) => {
      const { value } = await readCertificate(table, ref);
      if (value.der === undefined)
        throw new Fault('not-issued', 'The certificate is not signed yet; ask again shortly.');
      const issuer = await issuers.byId(ref.ca);
      return (
        encodePem('CERTIFICATE', Buffer.from(value.der, 'base64')) +
        encodePem('CERTIFICATE', issuer.certificate.der)
      );
    },

    signCrl: async (ca, tbs, previousNumber) => signCrl(await cas.byId(ca), tbs, previousNumber),

    renewResponders: async () => {
      const renewed: string[] = [];
      await forEvery(
        await issuers.all(),
        async ({ id }) => {
          if ((await renewResponders(deps, issuing, await cas.byId(id))).length > 0) renewed.push(id);
        },
        ({ id }, error) =>
          deps.log('error', 'An OCSP responder certificate could not be renewed; it is tried again', {
            ca: id,
            error: Fault.is(error) ? error.code : 'internal',
          }),
      );
      return renewed;
    },

    recover: () => issuing.recover(signingOf),

    holdCeremony: (report) => holdCeremony(deps, { issuing, cas }, report),

    consents: openConsents(deps),
  };

  return {
    ...works,
    ...openRevoking(deps, twoPersons),

    authorities: async () => (await issuers.all()).map(caView),

    caCertificate: async (ca) => (await issuers.byId(ca)).certificate.der,

    serials: async (ca, page) => {
      const { certificate } = await issuers.byId(ca);
      return listSerials({ ...deps, caPublicKeyInfo: certificate.subjectPublicKeyInfo }, ca, page);
    },

    certificate: async (actor, ref) => {
      const { value: row } = await readCertificate(table, ref);
      if (actor.role !== 'auditor') assertMayAct(actor, row);
      const status = (await register.lookup(ref))?.value;
      const awaiting = row.office === undefined ? await twoPersons.awaited(ref) : undefined;
      const revoked = status?.state === 'revoked' || status?.state === 'hold' ? status : undefined;
      // The second named by notAfter still belongs to the validity (RFC 5280 4.1.2.5).
      const expired = Math.floor(clock() / 1000) > row.notAfter;
      return {
        ...ref,
        profile: row.profile,
        profileVersion: row.profileVersion,
        ...(row.office !== undefined && { office: row.office }),
        request: row.order,
        subject: row.subject,
        notBefore: rfc3339(new Date(row.notBefore * 1000)),
        notAfter: rfc3339(new Date(row.notAfter * 1000)),
        status: revoked?.state ?? (expired ? 'expired' : 'good'),
        ...(revoked && { revocation: revocationOf(revoked) }),
        ...(awaiting && { awaiting }),
        ...(row.der !== undefined && {
          pem: encodePem('CERTIFICATE', asDer(Buffer.from(row.der, 'base64'))),
        }),
      };
    },
  };
};
