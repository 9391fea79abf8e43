import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { PUBLIC_KEY_KINDS } from '../lint/lint.ts';
import { encodeTbsCertificate, formatName, type TbsCertificate } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import {
  describeSubject,
  type FieldValues,
  type Office,
  type Profile,
  type Subject,
} from '../trust-domain/trust-domain.ts';
import { type Cas, issuingCa } from './cas.ts';
import type { CertificateRow } from './certificates.ts';
import type { Application, AuthorityCore, Order } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { ownOrder } from './issuance-end.ts';
import type { IssuancePlan } from './issuing.ts';
import { CA_PROFILE, caContext, RESPONDER_PROFILE, responderContext } from './own-certificates.ts';
import type { Signing } from './signing.ts';
import { beginningOf, buildTbs, withoutNumberAndTimes } from './tbs.ts';

interface SubjectOf {
  readonly profile: Profile;
  readonly office: Office | undefined;
  readonly subject: Subject;
}

/** Plans an order by the trust domain in force: its profile, its CA and its subject. */
export interface Plans extends Pick<AuthorityCore, 'describe' | 'toExamine' | 'assertOpen'> {
  /** Fault: `unknown-profile`. */
  profileOf(application: Pick<Application, 'profile'>): Profile;
  /**
   * Faults: `unknown-profile`, `unknown-authority`, `clock-behind`, `invalid-field`, and those of `Closures.assertIssues`.
   */
  planOf(order: Order): Promise<IssuancePlan>;
  /** The signer and the lint context for the TBS that this row records. */
  signingOf(ref: CertificateRef, row: CertificateRow): Promise<Signing>;
}

export const openPlans = (
  deps: Pick<
    AuthorityDeps,
    | 'trustDomain'
    | 'keys'
    | 'issuers'
    | 'urlsOf'
    | 'clock'
    | 'closures'
    | 'openOffice'
    | 'servedOffice'
    | 'tenantOf'
  >,
  cas: Cas,
): Plans => {
  const { trustDomain, clock } = deps;

  /**
   * Subjects by their fields, as they were asked for and in the form that goes into the certificate. An application that was
   * just described or examined is planned with these very fields, and a subject is not built twice for it.
   */
  const subjects = new WeakMap<FieldValues, SubjectOf>();

  const describe: Plans['describe'] = async (application) => {
    const { profile, office, subject } = await described(application, deps.openOffice);
    return {
      profile,
      tenant: office.tenant,
      subject: formatName(subject.subject),
      subjectDigest: subject.digest,
      subjectAltNames: subject.subjectAltNames,
      fields: subject.fields,
      searched: profile.fields
        .filter(({ searched }) => searched)
        .flatMap(({ name }) => subject.fields[name] ?? []),
    };
  };

  const described = async (
    application: Application,
    read: (office: string) => Promise<Office | undefined>,
  ): Promise<{ readonly profile: Profile; readonly office: Office; readonly subject: Subject }> => {
    const profile = profileOf(application);
    const office = await read(application.office);
    assertServes(profile, office);
    if (!office?.profiles.includes(profile.id)) {
      throw new Fault(
        'profile-not-allowed',
        'This office may not apply for certificates of that profile; ask the operator which profiles it may use.',
        {
          profile: profile.id,
        },
      );
    }
    return { profile, office, subject: subjectOf(profile, office, application) };
  };

  /** An authority of a tenant serves that tenant's offices. To others its profiles do not exist. Fault: `unknown-profile`. */
  const assertServes = (profile: Profile, office: Office | undefined): void => {
    const { tenant } = definitionOf(profile);
    if (tenant !== undefined && office !== undefined && office.tenant !== tenant)
      throw unknownProfile(profile.id);
  };

  const toExamine: Plans['toExamine'] = async (application, salt) => {
    // Submitted already: another office may have taken the request over.
    const { profile, office, subject } = await described(application, deps.servedOffice);
    const { ca: id } = definitionOf(profile);
    await deps.closures.assertIssues(id);
    const issuer = await deps.issuers.byId(id);
    const ca = issuingCa(issuer, await deps.urlsOf(id));
    const { subjectPublicKeyInfo } = application;
    const tbs = withoutNumberAndTimes({ profile, ca, subject, subjectPublicKeyInfo });
    return {
      certificateDigest: examinedDigest(salt, issuer.certificate, tbs),
      officeApproval: profile.officeApproval || office.officeApproval === true,
    };
  };

  const planOf = async (order: Order): Promise<IssuancePlan> => {
    const profile = profileOf(order);
    const definition = definitionOf(profile);
    const { ca: id } = definition;
    await deps.closures.assertIssues(id);
    const ca = await cas.byId(id);
    // Lint would refuse this certificate too, but its fault would blame the certificate. A wrong clock will be set
    // right.
    if (clock() < ca.certificate.notBefore.getTime()) {
      throw new Fault(
        'clock-behind',
        'The clock is before the beginning of the CA; nothing is issued until it is right.',
        {
          ca: ca.definition.ca,
        },
      );
    }
    const office = order.office === undefined ? undefined : await deps.servedOffice(order.office);
    assertServes(profile, office);
    const principal = profile.kind === 'principal' ? String(order.fields.principal) : undefined;
    const tenant =
      office?.tenant ?? (principal === undefined ? definition.tenant : await deps.tenantOf(principal));
    const subject = subjectOf(profile, office, order);
    const { subjectPublicKeyInfo, examined } = order;
    if (examined) {
      const tbs = withoutNumberAndTimes({ profile, ca: ca.issuing, subject, subjectPublicKeyInfo });
      if (examinedDigest(examined.salt, ca.certificate, tbs) !== examined.digest) throw changed(profile);
    }
    return {
      order: order.order,
      closes: order.closes ?? ownOrder(order.order),
      ca: ca.definition.ca,
      serialPrefix: ca.definition.serialPrefix,
      signer: ca.signer,
      profile: profile.id,
      profileVersion: profile.version,
      sameKey: profile.sameKey,
      subjectPublicKeyInfo,
      ...(profile.kind !== 'service' && { apart: true }),
      // The profile's subject names the principal by this field (profile-checks.ts).
      ...(principal !== undefined && { keyHolder: principal }),
      ...(tenant !== undefined && { tenant }),
      ...(order.office !== undefined && { office: order.office }),
      ...(order.holder !== undefined && { holder: order.holder }),
      ...(order.issuedTo !== undefined && { issuedTo: order.issuedTo }),
      actor: order.actor,
      ...(order.basis && { basis: order.basis }),
      context: {
        kind: 'endEntity',
        issuer: ca.certificate,
        serialPrefix: ca.definition.serialPrefix,
        publicKeys: profile.publicKeys,
      },
      beginning: (now) => beginningOf(now, profile.backdate, ca.certificate),
      build: (serialNumber, notBefore) =>
        buildTbs({ profile, ca: ca.issuing, serialNumber, subject, subjectPublicKeyInfo, notBefore }),
    };
  };

  const profileOf = ({ profile: id }: Pick<Application, 'profile'>): Profile => {
    const profile = trustDomain.profiles.find((one) => one.id === id);
    if (!profile) throw unknownProfile(id);
    return profile;
  };

  const definitionOf = (profile: Profile) => {
    const definition = trustDomain.authorities.find(({ id }) => id === profile.authority);
    if (definition) return definition;
    throw new Fault('unknown-authority', 'The profile names no authority of the trust domain.');
  };

  /**
   * The only place where a subject is built. The submission builds it first and keeps its digest. The examinations bring that
   * digest, and the subject that they build must have it: nobody examines another subject than the one that is shown.
   */
  const subjectOf = (
    profile: Profile,
    office: Office | undefined,
    asked: Omit<Application, 'office' | 'profile'>,
  ): Subject => {
    const known = subjects.get(asked.fields);
    const subject =
      known?.profile === profile && known.office === office
        ? known.subject
        : describeSubject(profile, office, asked.fields);
    for (const fields of [asked.fields, subject.fields]) subjects.set(fields, { profile, office, subject });
    // A subject takes attributes from its office, which change without the profile.
    if (asked.subjectDigest !== undefined && asked.subjectDigest !== subject.digest) {
      throw changed(profile);
    }
    return subject;
  };

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
    // The kind of the key was checked when the certificate was recorded. The profile may have changed since.
    const profile = trustDomain.profiles.find(({ id }) => id === row.profile);
    const publicKeys = profile?.version === row.profileVersion ? profile.publicKeys : PUBLIC_KEY_KINDS;
    const { serialPrefix } = ca.definition;
    return { signer, context: { kind: 'endEntity', issuer: ca.certificate, serialPrefix, publicKeys } };
  };

  const assertOpen: Plans['assertOpen'] = (profile) =>
    deps.closures.assertNotClosed(definitionOf(profileOf({ profile })).ca);

  return { profileOf, describe, assertOpen, toExamine, planOf, signingOf };
};

const unknownProfile = (profile: string): Fault =>
  new Fault('unknown-profile', 'There is no such certificate profile.', { profile });

/** What both examinations bind. The salt keeps a reader of the records from finding out a person's fields by trying values. */
const examinedDigest = (
  salt: string,
  issuer: { readonly subjectPublicKeyInfo: Uint8Array },
  tbs: TbsCertificate,
): string =>
  hash(
    'sha256',
    JSON.stringify([
      salt,
      hash('sha256', issuer.subjectPublicKeyInfo),
      hash('sha256', encodeTbsCertificate(tbs)),
    ]),
  );

const changed = ({ id, version }: Profile): Fault =>
  new Fault(
    'unknown-profile',
    'The certificate would not be the one that was submitted and examined; the request has to be submitted again.',
    { profile: id, version },
  );
