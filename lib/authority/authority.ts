import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { PUBLIC_KEY_KINDS } from '../lint/lint.ts';
import { asDer, encodePem, formatName, rfc3339 } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Issuer } from '../status/status.ts';
import { describeSubject, type Profile } from '../trust-domain/trust-domain.ts';
import { openCas, signCrl } from './cas.ts';
import { holdCeremony } from './ceremony.ts';
import { type CertificateRow, readCertificate } from './certificates.ts';
import { openConsents } from './consent.ts';
import type { Authority, AuthorityWorks, CaView, Order } from './contract.ts';
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
import { assertMayAct, openRevoking, revocationOf } from './revoking.ts';
import { listSerials } from './serials.ts';
import { buildTbs } from './tbs.ts';
import { openTwoPersons } from './two-persons.ts';

export { type CertificateRow, certificateKey, readCertificate } from './certificates.ts';
export {
  type Authority,
  type AuthorityWorks,
  type AwaitedRevocation,
  type CaView,
  type CeremonyEvent,
  type CertificateView,
  type Order,
  type PrincipalKey,
  REVOCATION_REASONS,
  type Revocation,
  type RevocationOutcome,
  type RevocationReason,
  type SerialView,
} from './contract.ts';

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
