import { openActs } from './acts/acts.ts';
import {
  type Authority,
  type AuthorityCore,
  type CertificateRow,
  certificateItem,
  certificateKey,
  certificateOfItem,
  isKeyOf,
  openAuthority,
  openCaCertificates,
  openCas,
  openCertificateEnd,
  openClosures,
  openHolderOf,
  openIssuedFor,
  openProvenStatus,
  ownOrder,
  readActedState,
  readCertificate,
} from './authority/authority.ts';
import { type Batches, type BatchWork, openBatches, type Work } from './batches/batches.ts';
import {
  type Certifying,
  type Enrolment,
  type Mending,
  openDirectory,
  openEnrolment,
  openLifetimes,
  openMending,
  type TokenUsers,
} from './enrolment/enrolment.ts';
import { Fault } from './fault.ts';
import { type KeyStore, LOG_KEY, type Signer, verifySignature } from './keys/keys.ts';
import {
  type CdnLogs,
  type Closes,
  type Disclosures,
  type Evidence,
  type Ledger,
  type Names,
  openBehindRow,
  openCdnLogs,
  openCosigning,
  openDisclosures,
  openEvidence,
  openLedger,
  openNames,
  openRecordedSettings,
  openRecoveries,
  openRecovery,
  openReporting,
  openRetention,
  openSequencer,
  openTableStanding,
  openTransparencyLog,
  type Reporting,
  type Retention,
  readOutcome,
  type Sequencer,
  type TableRecovery,
  type TableStanding,
  type TransparencyLog,
  unlessBehind,
  type Witness,
} from './ledger/ledger.ts';
import {
  type DataKeys,
  openPersonal,
  type PersonalData,
  type PersonalRetention,
  type RetentionOfPersonalDeps,
} from './personal/personal.ts';
import type { Clock, Log, Random } from './ports.ts';
import type { CertificateRef, Principal } from './principal.ts';
import {
  openCallers,
  openSessions,
  type Principals,
  requestorsBy,
  type SessionKeys,
  type Sessions,
  type TokenIssuers,
} from './principals/principals.ts';
import {
  type HolderData,
  openCertificateOfRequest,
  openRegistration,
  type Registration,
  requestItem,
  timeOfRequestId,
} from './registration/registration.ts';
import { openRetries } from './retries.ts';
import {
  askedByGetRequest,
  crlPath,
  type IssuerUrls,
  issuerTermsOf,
  issuerUrls,
  openCrlDue,
  openIssuers,
  openRegister,
  openResponders,
  openStatus,
  readCurrentCrl,
  type Status,
} from './status/status.ts';
import type { Bucket, Objects, Table } from './store/store.ts';
import {
  type Addresses,
  type Amendments,
  addPeriod,
  addressesInUse,
  assertSettings,
  digestOf,
  foundersOf,
  guarded,
  holderCasOf,
  type IsEnrolled,
  openAmendments,
  openInForce,
  openProfiles,
  openStanding,
  openStates,
  type Period,
  type Profiles,
  readTrustDomain,
  type TrustDomain,
} from './trust-domain/trust-domain.ts';

/** The composed service that the entries in functions/ call. */
export interface App {
  readonly authority: Authority;
  readonly amendments: Amendments;
  readonly profiles: Profiles;
  readonly registration: Registration;
  readonly batches: Batches;
  readonly enrolment: Enrolment;
  readonly status: Status;
  readonly ledger: Ledger;
  /** What queries of the ledger may name. */
  readonly names: Names;
  readonly transparencyLog: TransparencyLog;
  readonly personalRetention: PersonalRetention;
  /** Whether the table is older than the log. */
  readonly tableStanding: Pick<TableStanding, 'behind'>;
  readonly recovery: TableRecovery;
  readonly reporting: Reporting;
  readonly disclosures: Disclosures;
  readonly evidence: Evidence;
  readonly cdnLogs: CdnLogs;
  readonly principals: Principals;
  /** What begins and ends when people sign in to pages. */
  readonly sessions: Sessions;
  /** The origin of the host of the pages for roles, where the pages for everybody have another one. */
  readonly consoleUrl?: string | undefined;
  /** The space that is left for records; on one machine only. */
  readonly disk?: { readonly level: 'enough' | 'low' | 'lowest' };
}

/** Everything that differs between AWS, one process on one machine, and a test. */
export interface Ports {
  readonly trustDomain: TrustDomain;
  /** The text of the trust domain's file. */
  readonly trustDomainText: string;
  readonly publicUrls: readonly [string, ...string[]];
  readonly table: Table;
  /** What names persons: a table of its own. */
  readonly personal: Table;
  /** The keys under which it is encrypted, which no backup of the tables has. */
  readonly dataKeys: DataKeys;
  /** Goes on with work after the answer; absent where nothing runs then. */
  readonly background?: ((work: () => Promise<void>) => void) | undefined;
  /** Says that there is work on a file of requests; absent where its row is enough. */
  readonly wake?: ((work: Work) => Promise<void>) | undefined;
  /** Published objects and their archive. */
  readonly bucket: Bucket;
  /** Keys and ends of acts: objects that are put once. */
  readonly objects: Objects;
  /** Where the private keys of acts are. */
  readonly actKeys: KeyStore;
  readonly keys: KeyStore;
  readonly responderKeys: KeyStore;
  /** Absent where nobody signs in to pages. */
  readonly sessionKeys?: SessionKeys | undefined;
  readonly consoleUrl?: string | undefined;
  /** The users of another issuer's tokens; absent where only this service issues tokens. */
  readonly tokenUsers?: TokenUsers | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /**
   * The log's identity (C2SP tlog-checkpoint). Unless given, it is the place of the log's files below the first public
   * URL.
   */
  readonly logOrigin?: string | undefined;
  readonly witnesses?: readonly Witness[];
  /** How many witnesses a checkpoint needs before it is published. */
  readonly witnessThreshold?: number | undefined;
}

/** The key that signs disclosures to holders; Ed25519. */
const DISCLOSURE_KEY = { id: 'disclosure', algorithm: 'ed25519' } as const;
const TOKEN_ISSUER_KEY = { id: 'token-issuer', algorithm: 'ed25519' } as const;

const noSession = async (): Promise<never> => {
  throw new Fault('configuration-invalid', 'Nobody signs in to the console here.');
};
const NO_SESSIONS: SessionKeys = { create: noSession, open: noSession };

/**
 * Stands for the service itself when it reads certificates that it hands over. Nobody can sign in as this principal.
 */
export const SERVICE: Principal = {
  id: 'service',
  role: 'auditor',
  person: 'service',
  name: { ja: '証', en: 'Akashi' },
};

/** The service without its callers: enough to hold a ceremony, to recover and to run the scheduled tasks. */
export interface Core extends Omit<App, 'principals' | 'sessions' | 'consoleUrl'> {
  readonly retention: Retention;
  readonly batchWork: BatchWork;
  /** Moves what interrupted submissions left staged. */
  readonly personalData: Pick<PersonalData, 'recover'>;
  readonly authority: Authority & AuthorityCore;
  readonly mending: Pick<Mending, 'mend'>;
  readonly sequencer: Sequencer;
  /** The key that signs tokens, where the service is itself their issuer. */
  readonly tokenIssuerKey: () => Promise<Signer>;
  /**
   * Whether this process may act by its file and its addresses; the ceremony asks the same. Faults: `trust-domain-changed`,
   * `address-changed`.
   */
  readonly assertInForce: () => Promise<void>;
  /** The same service with callers, once it is known which issuers their tokens come from. */
  readonly open: (tokens: TokenIssuers) => App;
}

/** The single composition root: rooms are connected here and nowhere else. */
export const compose = (ports: Ports): Core => {
  const { table, bucket, trustDomain, trustDomainText, clock, random, log, logOrigin } = ports;
  const trustDomainDigest = digestOf(trustDomainText);
  const origin = logOrigin ?? originOf(ports.publicUrls[0]);
  const acts = openActs({ objects: ports.objects, keys: ports.actKeys, origin, clock });
  const records = openLedger({ ...ports, acts });
  const inForce = openInForce(table);
  const states = openStates(records, inForce);
  const standing = openStanding({ ...ports, trustDomainDigest, inForce, states, recorder: records });
  const recoveries = openRecoveries({ objects: ports.objects, bucket, conclusion: records.conclusion });
  const tableStanding = openTableStanding({ table, bucket, recoveries, clock });
  const ledger = unlessBehind(guarded(records, standing), tableStanding);
  const personal = openPersonal({ ...ports, recorder: ledger });
  const settings = openRecordedSettings({ table, recorder: ledger });
  const issuers = openIssuers({
    ...ports,
    terms: trustDomain.authorities.map(issuerTermsOf),
    isCertificateOf: openCaCertificates(records),
  });
  const addresses = async (): Promise<Addresses> => {
    const state = await standing.current();
    if (state) return state.addresses;
    throw new Fault('authority-not-ready', 'No ceremony has brought a trust domain into force.');
  };
  const urlsOf = async (ca: string): Promise<IssuerUrls> => issuerUrls(ca, (await addresses()).current);
  const register = openRegister(table);
  const responders = openResponders({ ...ports, register, keys: ports.responderKeys });

  const { operations } = trustDomain;
  const founders = foundersOf(trustDomain, { table, standing });
  const directory = openDirectory({ table, recorder: records, founders, clock });
  const isEnrolled: IsEnrolled = async (id) =>
    (await records.conclusion({ act: `principal.${id}`, number: 1 })) !== undefined;
  const operationsCa = operations.authority.ca;
  const outcome = (closes: Closes) => readOutcome({ objects: ports.objects, acts }, closes);
  const callers = openCallers({
    ...ports,
    ...standing,
    directory,
    operationsCa,
    issuers,
    register,
    provenStatusOf: async ({ ref, principal, keyIdentity }) => {
      if ((await tableStanding.behind()) === undefined) return undefined;
      // Whose a holder's certificate is says the act by which it was issued.
      const isOwn = principal === undefined || (await isKeyOf(ports.objects, { principal, keyIdentity }));
      return isOwn ? readActedState(records, ref) : 'unknown';
    },
    holderCas: holderCasOf(trustDomain),
    holderOf: openHolderOf({
      objects: ports.objects,
      outcome,
      trustDomain,
    }),
  });
  const cas = openCas({ ...ports, issuers, urlsOf, standing });
  const closures = openClosures({ recorder: ledger, register, issuers });
  const status = openStatus({
    ...ports,
    requestorOf: requestorsBy(callers),
    currentCrl: async (list) => (await readCurrentCrl(table, list))?.value,
    crlUrlOf: async (ca, partition) => `${(await addresses()).current[0]}${crlPath(ca, partition)}`,
    crlUrlsOf: async (ca) => issuerUrls(ca, addressesInUse(await addresses(), clock())).crl,
    issuers,
    register,
    responders,
    recorder: ledger,
    signCrl: cas.signCrl,
    verifySignature,
    proven: openProvenStatus({ ...ports, register, recorder: ledger }),
    compromiseOf: closures.compromise,
    ...openBehindRow({ table, clock }),
  });
  const { retention: periods } = trustDomain;
  const after = (period: Period) => (ms: number) => addPeriod(new Date(ms), period).getTime();
  const ofPersons = { personal: personal.data, namesEnd: after(periods.enrolment) };
  const mending = openMending({ ...ports, ...ofPersons, recorder: ledger });
  const dataEnd = after(periods.issuanceAfterExpiry);
  const tenantOfOffice = async (office: string) => (await directory.office(office))?.tenant;
  const authority = openAuthority({
    ...ports,
    personal: personal.data,
    dataEnd,
    followEnrolment: mending.follow,
    register,
    issuers,
    cas,
    closures,
    responders,
    recorder: ledger,
    recoveries,
    ...tableStanding,
    acts,
    origin,
    urlsOf,
    openOffice: directory.openOffice,
    servedOffice: directory.servedOffice,
    tenantOfOffice,
    certificateOfRequest: openCertificateOfRequest(table),
    tenantOf: async (principal) => (await directory.knownProven(principal))?.tenant,
    trustDomainDigest,
    inForce,
    states,
    standing,
    finishUnder: (text) => finishUnder(ports, text),
    isEnrolled,
    retries: openRetries(clock),
    publishCrls: (ref) => status.publishShowing(ref, 'service'),
    crlDueWrites: openCrlDue({ table, issuers }),
  });
  const recovery = openRecovery({
    table,
    bucket,
    recoveries,
    recorder: ledger,
    lapsesAt: (askedAt) => addPeriod(new Date(askedAt), trustDomain.acts.lapse.revocation).getTime(),
    clock,
  });
  const amendments = openAmendments({
    ...ports,
    inForce,
    states,
    recorder: ledger,
    compromiseOf: closures.compromise,
    isEnrolled,
  });
  const profiles = openProfiles(trustDomain, directory.office);
  const enrolment = openEnrolment({
    table,
    recorder: ledger,
    founders,
    directory,
    certifying: certifyingBy(authority, operations.principal.id, ledger),
    ...ofPersons,
    tokenUsers: ports.tokenUsers,
    objects: ports.objects,
    clock,
    random,
    log,
  });
  const certificateEnd = openCertificateEnd(ports.objects);
  const registration = openRegistration({
    table,
    personal: personal.data,
    dataEnds: {
      ofRequest: after(periods.request),
      ofCertificate: async (ref) => dataEnd((await certificateEnd(ref)) ?? clock()),
    },
    clock,
    random,
    log,
    ledger,
    issuing: authority,
    holders: enrolment.holders,
    officers: enrolment.officers,
    issuedFor: openIssuedFor(ports.objects, outcome),
    isRevoked: async (ref) => (await register.lookup(ref))?.value.state === 'revoked',
    succession: directory.succession,
    tenantOfOffice,
    retries: openRetries(clock),
    lapsesAt: (approvedAt) => addPeriod(new Date(approvedAt), trustDomain.acts.lapse.request).getTime(),
  });
  const { work: batchWork, ...batches } = openBatches({
    table,
    personal: personal.data,
    objects: ports.objects,
    recorder: ledger,
    registration,
    profileOf: async (actor, id) => (await profiles.list(actor)).find((profile) => profile.id === id),
    actorOf: directory.findProven,
    sampling: trustDomain.bulkExamination,
    wake: ports.wake ?? (async () => {}),
    clock,
    random,
    log,
  });
  const isHolder = async (id: string): Promise<boolean> =>
    (await directory.known(id))?.role === 'holder' || (await registration.knowsHolder(id));
  const names = openNames({
    ledger,
    directory,
    tenants: new Set(trustDomain.tenants.map(({ id }) => id)),
    authorities: new Map(trustDomain.authorities.map(({ ca, tenant }) => [ca, tenant])),
    isHolder,
  });
  const transparencyLog = openTransparencyLog({ table, bucket, actKeys: acts.keys });
  const sequencer = openSequencer({
    table,
    bucket,
    signer: async () => {
      await settings.record('witnesses', {
        threshold: ports.witnessThreshold ?? 0,
        witnesses: (ports.witnesses ?? []).map(({ vkey }) => vkey),
      });
      return settings.key(ports.keys, LOG_KEY.id, LOG_KEY.algorithm);
    },
    origin: { name: origin, chosen: logOrigin !== undefined },
    acts,
    recoveries,
    clock,
    elapsed: () => performance.now(),
    log,
    cosign: openCosigning({
      bucket,
      witnesses: ports.witnesses ?? [],
      threshold: ports.witnessThreshold ?? 0,
      log,
    }),
  });
  const disclosures = openDisclosures({
    table,
    ledger,
    clock,
    service: ports.publicUrls[0],
    directory,
    isHolder,
    certificateOf: (ref) => authority.certificate(SERVICE, ref),
    outlineOf: (ref) => authority.outline(SERVICE, ref),
    signer: () => settings.key(ports.responderKeys, DISCLOSURE_KEY.id, DISCLOSURE_KEY.algorithm),
  });
  const evidence = openEvidence({
    ledger,
    clock,
    trustDomain: { name: trustDomain.name, digest: trustDomainDigest },
    lintedOf: async (ref) => (await readCertificate(table, ref)).value.linted,
  });
  const cdnLogs = openCdnLogs({
    table,
    ledger,
    askedAbout: (path) => askedByGetRequest({ issuers, register }, path),
  });
  const retention = openRetention({
    table,
    bucket,
    ledger,
    clock,
    keptUntil: {
      provision: after(periods.provision),
      crl: after(periods.crl),
      report: after(periods.report),
      issuance: after(periods.issuanceAfterExpiry),
      latestNotAfter: (ms) =>
        Math.max(
          ...[...trustDomain.profiles, ...trustDomain.authorities].map(({ validity }) => after(validity)(ms)),
        ),
      notAfterOf: async (ref) => {
        const row = await table.get<CertificateRow>(certificateKey(ref));
        return row && row.value.notAfter * 1000;
      },
      enrolment: after(periods.enrolment),
      enrolmentOver: openLifetimes(ledger),
    },
  });
  const isOver = async (ref: CertificateRef): Promise<boolean> =>
    ((await certificateEnd(ref)) ?? Number.POSITIVE_INFINITY) < clock() ||
    (await readActedState(records, ref)) === 'revoked';
  const personalRetention = personal.openRetention({
    objects: ports.objects,
    log,
    ...holderData(registration.holderData, isOver),
    lapsesAt: after(trustDomain.acts.lapse.revocation),
    copiesEnd: after(periods.dataKeyCopies),
  });
  const reporting = openReporting({
    table,
    bucket: ports.bucket,
    ledger,
    clock,
    sources: {
      trustDomain: { name: trustDomain.name, ...trustDomain.title },
      known: directory.known,
    },
    tenants: trustDomain.tenants.map(({ id, title }) => ({ id, ...title })),
    keepReports: (madeAt) => addPeriod(new Date(madeAt), trustDomain.retention.report).getTime(),
  });

  const open = (tokens: TokenIssuers): App => {
    return {
      authority,
      amendments,
      profiles,
      registration,
      batches,
      enrolment,
      status,
      ledger,
      names,
      personalRetention,
      transparencyLog,
      tableStanding,
      recovery,
      reporting,
      disclosures,
      evidence,
      cdnLogs,
      principals: callers.withTokens(tokens),
      sessions: openSessions({ ...ports, keys: ports.sessionKeys ?? NO_SESSIONS, callers }),
      consoleUrl: ports.consoleUrl,
    };
  };

  return {
    authority,
    mending,
    amendments,
    profiles,
    registration,
    batches,
    batchWork,
    enrolment,
    status,
    ledger,
    names,
    personalRetention,
    personalData: personal.data,
    transparencyLog,
    tableStanding,
    recovery,
    sequencer,
    tokenIssuerKey: () => settings.key(ports.keys, TOKEN_ISSUER_KEY.id, TOKEN_ISSUER_KEY.algorithm),
    reporting,
    disclosures,
    evidence,
    cdnLogs,
    retention,
    assertInForce: async () => {
      await standing.assertMayAct();
      assertSettings(ports, await standing.current());
    },
    open,
  };
};

/** Where the data of holders are, and whether they may be erased. */
const holderData = (
  { ofHolder, open }: HolderData,
  isOver: (ref: CertificateRef) => Promise<boolean>,
): Pick<RetentionOfPersonalDeps, 'itemsOf' | 'openItems' | 'counts' | 'mayErase'> => ({
  mayErase: async (name) => {
    const ref = certificateOfItem(name);
    return ref === undefined || isOver(ref);
  },
  itemsOf: async function* (tenant, holder, until = Number.POSITIVE_INFINITY) {
    for await (const { request, certificate } of ofHolder(tenant, holder)) {
      if (timeOfRequestId(request) > until) continue;
      yield requestItem(request);
      if (certificate) yield certificateItem(certificate);
    }
  },
  openItems: async function* (tenant) {
    for await (const request of open(tenant)) yield requestItem(request);
  },
  counts: async (tenant, holder) => {
    for await (const { request, isOpen, certificate } of ofHolder(tenant, holder)) {
      if (isOpen)
        return new Fault('wrong-state', 'A request of this holder is open; reject or withdraw it first.', {
          request,
        });
      if (certificate && !(await isOver(certificate)))
        return new Fault(
          'wrong-state',
          'A certificate of this holder still counts; revoke it first, or wait for its end.',
          { ...certificate },
        );
    }
    return undefined;
  },
});

/**
 * A service composed of the earlier file finishes the requests that were approved under it and signs the certificates
 * that were recorded under it.
 */
const finishUnder = async (ports: Ports, text: string): Promise<void> => {
  const core = compose({ ...ports, trustDomain: readTrustDomain(text), trustDomainText: text });
  for (const finish of [core.authority.recover, core.registration.recover]) {
    try {
      await finish();
    } catch (error) {
      // The next file's service tries again, and succeeds where the profile has not changed.
      ports.log('error', 'What was begun under the trust domain in force could not be finished under it', {
        error: Fault.is(error) ? error.code : 'internal',
      });
    }
  }
};

/** Certifies and revokes for enrolment, which has decided who may ask for it. */
const certifyingBy = (
  authority: Authority & AuthorityCore,
  profile: string,
  { conclusion }: Pick<Ledger, 'conclusion'>,
): Certifying => ({
  certify: ({ principal, name, publicKeyDigest, ...asked }) =>
    authority.issue({
      ...asked,
      order: orderOf(principal, publicKeyDigest),
      profile,
      fields: { principal, name },
    }),
  certificateOf: async (principal, publicKeyDigest) =>
    (await conclusion(ownOrder(orderOf(principal, publicKeyDigest))))?.record.certificates?.[0],
  credentialOf: authority.credentialOf,
  chainPem: async (ref) => {
    try {
      return await authority.chainPem(ref);
    } catch (error) {
      if (Fault.is(error, 'not-issued')) return undefined;
      throw error;
    }
  },
  revoke: async ({ id, person, name }, ref, reason) => {
    try {
      // The certificate is the operations CA's, and no office's: the responsible person of an office could not name it.
      await authority.revoke({ id, person, name, role: 'operator' }, ref, { reason });
    } catch (error) {
      if (!Fault.is(error, 'already-revoked')) throw error;
    }
  },
});

const orderOf = (principal: string, publicKeyDigest: string): string =>
  `principal:${principal}:${publicKeyDigest.slice(0, 16)}`;

/** C2SP tlog-checkpoint: the URL of the log without its scheme. */
const originOf = (publicUrl: string): string => {
  const { host, pathname } = new URL(publicUrl);
  return `${host}${pathname.replace(/\/+$/, '')}/log`;
};
