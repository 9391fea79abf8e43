import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Fault, wentThrough } from '../fault.ts';
import type { ActDraft, Closes, Concluded } from '../ledger/ledger.ts';
import { type LintedTbs, lintCertificate } from '../lint/lint.ts';
import {
  type Der,
  formatName,
  type SerialHex,
  serialFromOctets,
  type TbsCertificate,
  unixSeconds,
} from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Item } from '../store/store.ts';
import type { SameKeyRule } from '../trust-domain/trust-domain.ts';
import type { KeyClaim } from '../used-key.ts';
import type { CertificateBytes } from './certificate-bytes.ts';
import { listingWrites } from './certificate-listings.ts';
import {
  type Bytes,
  type CertificateRow,
  certificateKey,
  readCertificate,
  readUnfinished,
  unfinishedWrite,
} from './certificates.ts';
import type { AuthorityDeps } from './deps.ts';
import { type IssuanceEnd, issuanceOf, issuanceOfRow } from './issuance-end.ts';
import { givenUp, type Made, openSigning, rowsLost, type Signing } from './signing.ts';
import { statusName } from './status-acts.ts';
import { type AskedKey, keyHolderOf, type UsedKeys } from './used-keys.ts';

/** A certificate that is to be issued, for a sub-office or for the service itself. */
export interface IssuancePlan extends Signing {
  readonly order: string;
  /** The end that the issuance is. Planning the same end again gives the same certificate. */
  readonly closes: Closes;
  readonly ca: string;
  readonly serialPrefix: string;
  readonly profile: string;
  readonly profileVersion: number;
  /** That of the office or of the principal. The certificates of a CA and of its responders have that of the CA. */
  readonly tenant?: string;
  readonly office?: string;
  readonly holder?: string;
  /** Present where the certificate is about somebody outside: its bytes stand apart. */
  readonly apart?: true;
  /** The officer to whom the office gives the certificate. */
  readonly issuedTo?: string;
  /** The principal whose key it is; absent where the key belongs to an office, to its holder, or to the order alone. */
  readonly keyHolder?: string;
  readonly sameKey: SameKeyRule;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly actor: string;
  /** Ids of the records of the acts that the certificate rests on. Absent where no sub-office applied. */
  readonly basis?: readonly string[];
  /** When the certificate begins that is issued now (milliseconds). Fault: `authority-expired`. */
  readonly beginning: (now: number) => Date;
  readonly build: (serialNumber: SerialHex, notBefore: Date) => TbsCertificate;
}

export interface Issued {
  readonly ref: CertificateRef;
  readonly der: Der;
}

type SigningOf = (ref: CertificateRef, row: CertificateRow) => Promise<Signing>;

export interface Issuing {
  /**
   * Faults: `lint-failed`; `wrong-state` where the order ended in another way; `issuance-not-recorded` where the table has
   * another certificate than the order's; `issuance-rows-lost` and `issuance-not-rebuilt`, as in `Order`; and the faults of
   * the key store and the stores.
   */
  issue(plan: IssuancePlan): Promise<Issued>;
  /**
   * The certificate that ended the order before; signs it where it is not signed yet. `plan` is needed only where a crash
   * left no rows. Undefined where no issuance ended the order.
   */
  resume(closes: Closes, signingOf: SigningOf, plan?: IssuancePlan): Promise<Issued | undefined>;
  /**
   * The end by which an order may fail, after which no process issues a certificate for it. Undefined where it ended in
   * another way, or where its certificate is recorded and will be signed.
   */
  giveUp(closes: Closes): Promise<Closes | undefined>;
  /**
   * Signs the certificates that interrupted runs recorded and did not sign. Resolves with the orders that it finished. A
   * certificate that cannot be signed becomes an error in the log and does not keep the rest from being signed; the first
   * such fault is thrown at the end. The certificate is tried again after pauses that grow, and its fault is logged and
   * thrown again only when the reason changes or a day has passed.
   */
  recover(signingOf: SigningOf): Promise<readonly string[]>;
}

interface Built {
  readonly tbs: TbsCertificate;
  readonly linted: LintedTbs;
}

/** Octets of chance in a serial number: 128 bits, more than the 64 of the CA/Browser Forum's requirements (7.1). */
const CHANCE_OCTETS = 16;

/**
 * While an amendment is being applied, processes with two files run side by side, and one may rebuild what the other cannot.
 * Nothing is given up for so long after it was begun.
 */
const REBUILDING_MS = 3_600_000;

/**
 * The issuance cycle. Its steps are numbered as in docs/issuance-cycle.md; the comment at each step says what a crash right
 * after it leaves. Registration does step 1, which binds the approvals to the certificate. signing.ts has steps 5 to 7.
 */
export const openIssuing = (
  deps: Pick<
    AuthorityDeps,
    'table' | 'objects' | 'register' | 'recorder' | 'assertNotBehind' | 'retries' | 'clock' | 'random' | 'log'
  > & { readonly bytes: CertificateBytes },
  usedKeys: UsedKeys,
): Issuing => {
  const { table, bytes, register, recorder, retries, clock, random, log } = deps;
  const { finish, issued } = openSigning(deps);

  const issue: Issuing['issue'] = async (plan) => {
    let built: Built;
    let claim: KeyClaim;
    try {
      built = build(plan, newSerial(plan.serialPrefix), plan.beginning(clock()));
      claim = await usedKeys.claim(keyOf(plan));
    } catch (error) {
      // A certificate that was begun earlier is finished, even if it could not be begun now.
      const earlier = await recorder.conclusion(plan.closes);
      if (earlier === undefined) throw error;
      return takeUp(earlier, async () => plan, plan);
    }
    const end = await recorder.conclude(draftOf(plan, built, claim), plan.closes);
    if (!end.isOurs) return takeUp(end, async () => plan, plan);
    const issuance = issuanceOf(end.record) as IssuanceEnd;
    const { item, made } = await storeRows(end, issuance, built, plan);
    return { ref: issuance.ref, der: await finish(issuance, item, plan, made) };
  };

  /** Step 2. A crash leaves nothing. */
  const newSerial = (prefix: string): SerialHex =>
    serialFromOctets(Buffer.concat([Buffer.from(prefix, 'hex'), random(CHANCE_OCTETS)]));

  /** Step 3. A crash leaves nothing. */
  const build = (plan: IssuancePlan, serial: SerialHex, notBefore: Date): Built => {
    const tbs = plan.build(serial, notBefore);
    return { tbs, linted: lintCertificate(tbs, plan.context) };
  };

  /**
   * Step 4, after the end was put: one write stores the certificate's row, its lists, its status (good) and the ledger's record. The
   * key is not used before that write, so every certificate that it may have signed can be revoked and is known to auditors.
   * A crash before it leaves an end without rows, and `takeUp` builds the same certificate from the end. A crash after it
   * leaves a certificate without a signature that is listed as unfinished.
   *
   * Bytes that stand apart are put first. A crash in between leaves an item that no row names, and never a row without its
   * bytes: `takeUp` finds no row, builds the same bytes, and keeps the item.
   */
  const storeRows = async (
    end: Concluded,
    issuance: IssuanceEnd,
    { tbs, linted }: Built,
    { apart }: IssuancePlan,
  ): Promise<{ readonly item: Item<CertificateRow>; readonly made: Made }> => {
    const { ref, order, tenant } = issuance;
    const own: Bytes = {
      subject: formatName(tbs.subject),
      tbs: Buffer.from(linted.der).toString('base64'),
    };
    if (apart) await bytes.keep(issuance, own);
    const value: CertificateRow = {
      ...rowOf(issuance, tbs, linted),
      ...(apart ? { apart } : own),
    };
    for (let key = await usedKeys.issuedWrite(issuance.keyIdentity, issuance); ; ) {
      const isStored = await wentThrough(
        table.write([
          { put: certificateKey(ref), value, if: 'absent' },
          unfinishedWrite(order, ref),
          ...listingWrites(ref, value),
          ...register.admitWrites(ref, {
            request: order,
            notAfter: value.notAfter,
            since: unixSeconds(issuance.time),
            ...(tenant !== undefined && { tenant }),
          }),
          key,
          ...end.writes,
        ]),
      );
      // The first version of a row is 1.
      if (isStored)
        return {
          item: { ...certificateKey(ref), version: 1, value },
          made: { linted, bytes: own, isStored },
        };
      const item = await table.get<CertificateRow>(certificateKey(ref));
      if (item) return { item, made: { linted, bytes: own, isStored } };
      // The process that gave the certificate up has set its key free.
      if ((await issued.read(ref))?.givenUp) throw givenUp(order);
      const before = key;
      key = await usedKeys.issuedWrite(issuance.keyIdentity, issuance);
      // Without another run's row, and with the key's row as it was, somebody has deleted a part of the rows.
      if (isDeepStrictEqual(key.if, before.if)) throw rowsLost(order, ref);
    }
  };

  const takeUp = async (end: Concluded, signingOf: SigningOf, plan?: IssuancePlan): Promise<Issued> => {
    const issuance = issuanceOf(end.record);
    if (issuance === undefined) throw givenUp(plan?.order ?? '');
    const { ref } = issuance;
    const found = await table.get<CertificateRow>(certificateKey(ref));
    const { item, made } = found ? { item: found } : await storeAgain(end, issuance, plan);
    return { ref, der: await finish(issuance, item, await signingOf(ref, item.value), made) };
  };

  /** A crash between the end and the rows: the same certificate is built again, or none. */
  const storeAgain = async (
    end: Concluded,
    issuance: IssuanceEnd,
    plan: IssuancePlan | undefined,
  ): ReturnType<typeof storeRows> => {
    const { ref, record, order } = issuance;
    const standing = await issued.read(ref);
    if (standing?.record === record && !standing.givenUp) throw rowsLost(order, ref);
    if (standing) throw givenUp(order);
    // Only a certificate that had its rows can have changed its status.
    if (await recorder.conclusion({ act: statusName(ref), number: 1 })) throw rowsLost(order, ref);
    if (plan === undefined) throw notRebuilt(issuance);
    const rebuilt = rebuild(issuance, plan);
    // The key may have been compromised since the end was put.
    await usedKeys.assertUsable(rebuilt.tbs.subjectPublicKeyInfo);
    return storeRows(end, issuance, rebuilt, plan);
  };

  const rebuild = (issuance: IssuanceEnd, plan: IssuancePlan): Built => {
    let built: Built;
    try {
      built = build(plan, issuance.ref.serial as SerialHex, new Date(issuance.notBefore));
    } catch (cause) {
      throw notRebuilt(issuance, cause);
    }
    if (hash('sha256', built.linted.der) !== issuance.tbsDigest) throw notRebuilt(issuance);
    return built;
  };

  return {
    issue,

    resume: async (closes, signingOf, plan) => {
      const end = await recorder.conclusion(closes);
      return end?.record.kind === 'issuance' ? takeUp(end, signingOf, plan) : undefined;
    },

    giveUp: async (closes) => {
      const end = await recorder.conclusion(closes);
      if (end === undefined) return closes;
      const issuance = issuanceOf(end.record);
      if (issuance === undefined || clock() < Date.parse(issuance.time) + REBUILDING_MS) return undefined;
      const { ref, record, order, notAfter } = issuance;
      if (await table.get(certificateKey(ref))) return undefined;
      // From here on no run signs it: each puts the same object before it signs.
      const standing = await issued.put(ref, { record, givenUp: true, closes, order, notAfter });
      const isFree = standing.givenUp || standing.record !== record;
      return isFree ? { act: closes.act, number: closes.number + 1 } : undefined;
    },

    recover: async (signingOf) => {
      const due = (await readUnfinished(table)).filter(({ order }) => retries.isDue(order));
      const finished: string[] = [];
      const failures: unknown[] = [];
      for (const { order, ref } of due) {
        try {
          const item = await readCertificate(table, ref);
          const issuance = await issuanceOfRow(recorder, ref, item.value, await bytes.read(ref, item.value));
          await finish(issuance, item, await signingOf(ref, item.value));
          retries.done(order);
          finished.push(order);
        } catch (error) {
          const code = Fault.is(error) ? error.code : 'internal';
          if (!retries.failed(order, code)) continue;
          failures.push(error);
          log('error', 'A recorded certificate is not signed yet; it is taken up again', {
            order,
            ...ref,
            error: code,
          });
        }
      }
      if (failures.length > 0) throw failures[0];
      return finished;
    },
  };
};

/** The key, its holder, and the rule of the profile. */
const keyOf = (plan: IssuancePlan): AskedKey => ({
  subjectPublicKeyInfo: plan.subjectPublicKeyInfo,
  holder: keyHolderOf({ keyHolder: ownKeyHolder(plan), ...plan }),
  sameKey: plan.sameKey,
  order: plan.order,
});

const ownKeyHolder = ({ keyHolder, order }: IssuancePlan): string => keyHolder ?? order;

const draftOf = (plan: IssuancePlan, { tbs, linted }: Built, { identity, renews }: KeyClaim): ActDraft => ({
  kind: 'issuance',
  actor: plan.actor,
  certificates: [{ ca: plan.ca, serial: tbs.serialNumber }],
  ...(plan.tenant !== undefined && { tenant: plan.tenant }),
  ...(plan.office !== undefined && { office: plan.office }),
  ...(plan.holder !== undefined && { holder: plan.holder }),
  details: {
    order: plan.order,
    profile: plan.profile,
    profileVersion: plan.profileVersion,
    notBefore: tbs.notBefore.toISOString(),
    notAfter: tbs.notAfter.toISOString(),
    tbsDigest: hash('sha256', linted.der),
    publicKeyDigest: hash('sha256', tbs.subjectPublicKeyInfo),
    keyIdentity: identity,
    ...(plan.issuedTo !== undefined && { issuedTo: plan.issuedTo }),
    ...(plan.office === undefined && { keyHolder: ownKeyHolder(plan) }),
    ...(renews && { renews: renews.record }),
    ...(plan.basis && { basis: plan.basis }),
    linted: linted.rules.length,
  },
});

/** The row without the bytes. */
const rowOf = (issuance: IssuanceEnd, tbs: TbsCertificate, linted: LintedTbs) => {
  const { order, profile, profileVersion, tenant, office, holder, issuedTo, record } = issuance;
  return {
    order,
    profile,
    profileVersion,
    ...(tenant !== undefined && { tenant }),
    ...(office !== undefined && { office }),
    ...(holder !== undefined && { holder }),
    ...(issuedTo !== undefined && { issuedTo }),
    notBefore: tbs.notBefore.getTime() / 1000,
    notAfter: tbs.notAfter.getTime() / 1000,
    linted: linted.rules,
    record,
  };
};

const notRebuilt = ({ order, ref }: IssuanceEnd, cause?: unknown): Fault =>
  new Fault(
    'issuance-not-rebuilt',
    'The certificate that was begun for this order cannot be built again as it was; it is not signed. The request has to be submitted again.',
    { order, ...ref },
    { cause },
  );
