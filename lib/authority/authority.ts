import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import { keyIdentity } from '../keys/keys.ts';
import type { Closes } from '../ledger/ledger.ts';
import { encodePem, formatName, rfc3339 } from '../pki/pki.ts';
import type { Issuer, IssuerUrls } from '../status/status.ts';
import { tryEach } from '../try-each.ts';
import { holdCeremony, readCeremonyKeys } from './ceremony.ts';
import { openCertificateBytes } from './certificate-bytes.ts';
import { openCertificateLists } from './certificate-lists.ts';
import { openCertificateViews } from './certificate-views.ts';
import { isSigned, readCertificate, unknownCertificate } from './certificates.ts';
import { openClosings } from './closings.ts';
import { openConsents } from './consent.ts';
import type { Authority, AuthorityCore, CaView, Order } from './contract.ts';
import { openCorrecting } from './correcting.ts';
import type { AuthorityDeps } from './deps.ts';
import { issuanceOf, ownOrder } from './issuance-end.ts';
import { readIssuedAs } from './issued-as.ts';
import { type IssuancePlan, openIssuing } from './issuing.ts';
import { openKeyLists } from './key-lists.ts';
import { renewResponders } from './own-certificates.ts';
import { openPlans } from './plans.ts';
import { credentialOf } from './principal-certificates.ts';
import { bindKey } from './principal-keys.ts';
import { openRevoking } from './revoking.ts';
import { listSerials } from './serials.ts';
import { readActedState } from './status-acts.ts';
import { openTwoPersons } from './two-persons.ts';
import { keyHolderOf, openUsedKeys } from './used-keys.ts';

export { openCaCertificates } from './ca-certificates.ts';
export { type Cas, openCas } from './cas.ts';
export { openCertificateEnd } from './certificate-end.ts';
export {
  type CertificateRow,
  certificateItem,
  certificateKey,
  certificateOfItem,
  readCertificate,
} from './certificates.ts';
export { openClosures } from './closures.ts';
export { digestOfEvent } from './consent.ts';
export type {
  Authority,
  AuthorityCore,
  AwaitedCorrection,
  AwaitedRevocation,
  CaView,
  CeremonyEvent,
  CeremonyKey,
  CertificatePage,
  CertificateQuery,
  CertificateView,
  CorrectionOutcome,
  KeyLists,
  KeyListView,
  ListedCertificate,
  Order,
  Revocation,
  RevocationOutcome,
  SerialView,
  UsedConsent,
  UsedKeyView,
} from './contract.ts';
export { openHolderOf } from './holder-of.ts';
export { ownOrder } from './issuance-end.ts';
export { openIssuedFor } from './issued-for.ts';
export { assertOneOwnerEach, isKeyOf } from './principal-keys.ts';
export { openProvenStatus } from './proven-status.ts';
export { readActedState } from './status-acts.ts';

const closesOf = ({ closes, order }: Order): Closes => closes ?? ownOrder(order);

const caView = (issuer: Issuer, { authorityCrl, ...urls }: IssuerUrls): CaView => {
  const { certificate } = issuer;
  return {
    id: issuer.id,
    authority: issuer.authority,
    ...(issuer.tenant !== undefined && { tenant: issuer.tenant }),
    generation: issuer.generation,
    title: issuer.title,
    subject: formatName(certificate.subject),
    algorithm: issuer.algorithm,
    notBefore: rfc3339(certificate.notBefore),
    notAfter: rfc3339(certificate.notAfter),
    fingerprint: hash('sha256', certificate.der),
    urls: { ...urls, ...(issuer.crl.onlyContainsUserCerts && { authorityCrl }) },
  };
};

export const openAuthority = (deps: AuthorityDeps): Authority & AuthorityCore => {
  const { trustDomain, table, recorder, issuers, cas } = deps;
  const keyLists = openKeyLists(deps);
  const usedKeys = openUsedKeys(deps, keyLists);
  const bytes = openCertificateBytes(deps);
  const issuing = openIssuing({ ...deps, bytes }, usedKeys);
  const plans = openPlans(deps, cas);
  const twoPersons = openTwoPersons(deps);
  const views = openCertificateViews({ ...deps, bytes }, twoPersons);

  const core: AuthorityCore = {
    describe: plans.describe,

    claimKey: async ({ profile, subjectPublicKeyInfo, ...application }) =>
      usedKeys.claim({
        subjectPublicKeyInfo,
        holder: keyHolderOf(application),
        sameKey: plans.profileOf({ profile }).sameKey,
      }),
    assertOpen: plans.assertOpen,

    toExamine: plans.toExamine,

    issue: async (order) => {
      let plan: IssuancePlan;
      try {
        plan = await plans.planOf(order);
      } catch (error) {
        // A certificate that was recorded while its profile was in force is signed, even if the profile has changed since.
        const recorded = await issuing.resume(closesOf(order), plans.signingOf);
        if (recorded) return recorded.ref;
        throw error;
      }
      if (plan.profile === trustDomain.operations.principal.id) {
        const { subjectPublicKeyInfo } = order;
        await bindKey(deps.objects, {
          principal: String(order.fields.principal),
          publicKeyDigest: hash('sha256', subjectPublicKeyInfo),
          keyIdentity: keyIdentity(subjectPublicKeyInfo),
        });
      }
      return (await issuing.issue(plan)).ref;
    },

    resume: async ({ examined: _, ...order }) => {
      // Without a plan, only a certificate that has its rows can be finished.
      const plan = await plans.planOf(order).catch((error: unknown) => {
        if (Fault.is(error) && !Fault.is(error, 'store-unavailable')) return undefined;
        throw error;
      });
      const issued = await issuing.resume(closesOf(order), plans.signingOf, plan);
      if (issued) return issued.ref;
      throw new Fault('wrong-state', 'No certificate was issued for this order.', { order: order.order });
    },

    issuedFor: async (order) => {
      const end = await recorder.conclusion(ownOrder(order));
      return end && issuanceOf(end.record)?.ref;
    },

    giveUp: issuing.giveUp,

    chainPem: async (ref, { withRoot = true, order } = {}) => {
      // A request's row could name another request's certificate.
      if (order !== undefined && (await readIssuedAs(deps, ref)).request !== order)
        throw unknownCertificate();
      const { value } = await readCertificate(table, ref);
      const { der = '' } = isSigned(value) ? await bytes.read(ref, value) : {};
      if (der === '') throw new Fault('not-issued', 'The certificate is not signed yet; ask again shortly.');
      const own = encodePem('CERTIFICATE', Buffer.from(der, 'base64'));
      const { certificate } = await issuers.byId(ref.ca);
      // Every CA of this service is a root: its certificate is self-signed.
      return withRoot ? own + encodePem('CERTIFICATE', certificate.der) : own;
    },

    renewResponders: async () => {
      const renewed: string[] = [];
      await tryEach(
        // A stopped key certifies nobody: OCSP goes on until the present responder's end.
        (await issuers.all()).filter(({ stopped }) => !stopped),
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

    recover: () => issuing.recover(plans.signingOf),

    holdCeremony: (report, keysFor) => holdCeremony(deps, { issuing, cas }, report, keysFor),

    ceremonyKeys: () => readCeremonyKeys(deps.states),

    actedState: (ref) => readActedState(recorder, ref),

    credentialOf: (principal) => credentialOf(deps, principal),

    consents: openConsents(deps),

    ...openClosings(deps),
  };

  return {
    ...core,
    ...openRevoking(deps, twoPersons),
    ...openCorrecting(deps),

    authorities: async () =>
      Promise.all((await issuers.all()).map(async (issuer) => caView(issuer, await deps.urlsOf(issuer.id)))),

    caCertificate: async (ca) => (await issuers.byId(ca)).certificate.der,

    serials: async (ca, { tenant, ...page }) => {
      const issuer = await issuers.byId(ca);
      const { subjectPublicKeyInfo: caPublicKeyInfo } = issuer.certificate;
      // A CA of a tenant is the tenant's with everything that its rows say.
      const only = issuer.tenant === undefined ? tenant : undefined;
      return listSerials({ ...deps, bytes, caPublicKeyInfo }, ca, page, only);
    },

    usedKeys: usedKeys.list,

    keyLists,

    certificate: views.certificate,

    outline: views.outline,

    list: openCertificateLists(deps, views),
  };
};
