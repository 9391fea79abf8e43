import { Fault } from '../fault.ts';
import { PUBLIC_KEY_KINDS } from '../lint/lint.ts';
import { formatName } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import { describeSubject, type Profile } from '../trust-domain/trust-domain.ts';
import type { Cas } from './cas.ts';
import type { CertificateRow } from './certificates.ts';
import type { AuthorityWorks, Order } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import type { IssuancePlan } from './issuing.ts';
import { CA_PROFILE, caContext, RESPONDER_PROFILE, responderContext } from './own-certificates.ts';
import type { Signing } from './signing.ts';
import { buildTbs } from './tbs.ts';

/** What the trust domain in force makes of an order: its profile, its CA and its subject. */
export interface Plans extends Pick<AuthorityWorks, 'describe'> {
  /** Faults: `unknown-profile`, `unknown-authority`, `clock-behind`, `invalid-field`. */
  planOf(order: Order): Promise<IssuancePlan>;
  /** What it takes to sign the TBS that was recorded in this row. */
  signingOf(ref: CertificateRef, row: CertificateRow): Promise<Signing>;
}

export const openPlans = (deps: Pick<AuthorityDeps, 'trustDomain' | 'keys' | 'clock'>, cas: Cas): Plans => {
  const { trustDomain, clock } = deps;

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

  return {
    planOf,
    signingOf,

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
  };
};
