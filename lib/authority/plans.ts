import { Fault } from '../fault.ts';
import { PUBLIC_KEY_KINDS } from '../lint/lint.ts';
import { formatName } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import { describeSubject, type Profile, type Subject } from '../trust-domain/trust-domain.ts';
import type { Cas } from './cas.ts';
import type { CertificateRow } from './certificates.ts';
import type { Application, AuthorityCore, Order } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import type { IssuancePlan } from './issuing.ts';
import { CA_PROFILE, caContext, RESPONDER_PROFILE, responderContext } from './own-certificates.ts';
import type { Signing } from './signing.ts';
import { buildTbs } from './tbs.ts';

/** Plans an order by the trust domain in force: its profile, its CA and its subject. */
export interface Plans extends Pick<AuthorityCore, 'describe'> {
  /** Faults: `unknown-profile`, `unknown-authority`, `clock-behind`, `invalid-field`. */
  planOf(order: Order): Promise<IssuancePlan>;
  /** The signer and the lint context for the TBS that this row records. */
  signingOf(ref: CertificateRef, row: CertificateRow): Promise<Signing>;
}

export const openPlans = (deps: Pick<AuthorityDeps, 'trustDomain' | 'keys' | 'clock'>, cas: Cas): Plans => {
  const { trustDomain, clock } = deps;

  const describe: Plans['describe'] = (application) => {
    const profile = profileOf(application);
    if (!officeOf(application.office)?.profiles.includes(profile.id)) {
      throw new Fault(
        'profile-not-allowed',
        'This office may not apply for certificates of that profile; ask the operator which profiles it may use.',
        {
          profile: profile.id,
        },
      );
    }
    const { subject, digest, fields } = subjectOf(profile, application);
    return { profile, subject: formatName(subject), subjectDigest: digest, fields };
  };

  const planOf = async (order: Order): Promise<IssuancePlan> => {
    const profile = profileOf(order);
    const ca = await caOf(profile);
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
    const subject = subjectOf(profile, order);
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

  const profileOf = ({
    profile: id,
    profileVersion: version,
  }: Pick<Application, 'profile' | 'profileVersion'>) => {
    const profile = trustDomain.profiles.find((one) => one.id === id);
    if (version !== undefined && profile?.version !== version) throw changed(id, version);
    if (!profile)
      throw new Fault('unknown-profile', 'There is no such certificate profile.', { profile: id });
    return profile;
  };

  const caOf = (profile: Profile) => {
    const definition = trustDomain.authorities.find(({ id }) => id === profile.authority);
    if (!definition)
      throw new Fault('unknown-authority', 'The profile names no authority of the trust domain.');
    return cas.byId(definition.ca);
  };

  const officeOf = (id: string | undefined) => trustDomain.offices.find((office) => office.id === id);

  /**
   * The only place where a subject is built. The submission builds it first and keeps its digest. Later calls bring that
   * digest, and the subject that they build must have it: no certificate has a subject that nobody examined.
   */
  const subjectOf = (
    profile: Profile,
    asked: Omit<Application, 'office'> & { readonly office?: string },
  ): Subject => {
    const subject = describeSubject(profile, officeOf(asked.office), asked.fields);
    // A subject takes attributes from its office, which change without the profile.
    if (asked.subjectDigest !== undefined && asked.subjectDigest !== subject.digest) {
      throw changed(profile.id, profile.version);
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

  return { describe, planOf, signingOf };
};

const changed = (profile: string, version: number): Fault =>
  new Fault(
    'unknown-profile',
    'The profile or the office has changed since the request was submitted; it has to be submitted again.',
    { profile, version },
  );
