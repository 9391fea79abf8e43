import { hash } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import { type LintedTbs, lintCertificate } from '../lint/lint.ts';
import { type Der, formatName, type SerialHex, serialFromOctets, type TbsCertificate } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Item, Write } from '../store/store.ts';
import {
  type CertificateRow,
  certificateKey,
  type IssuanceRow,
  issuanceKey,
  readCertificate,
  readUnfinished,
  unfinishedWrite,
} from './certificates.ts';
import type { AuthorityDeps } from './deps.ts';
import { openSigning, type Signing } from './signing.ts';

/** A certificate that is to be issued, for a sub-office or for the service itself. */
export interface IssuancePlan extends Signing {
  /** Planning the same order again gives the same certificate. */
  readonly order: string;
  readonly ca: string;
  readonly serialPrefix: string;
  readonly profile: string;
  readonly profileVersion: number;
  readonly office?: string;
  readonly holder?: string;
  readonly actor: string;
  /** Ids of the records of the acts that the certificate rests on. Absent where no sub-office applied. */
  readonly basis?: readonly string[];
  readonly build: (serialNumber: SerialHex, notBefore: Date) => TbsCertificate;
}

export interface Issued {
  readonly ref: CertificateRef;
  readonly der: Der;
}

type SigningOf = (ref: CertificateRef, row: CertificateRow) => Promise<Signing>;

export interface Issuing {
  /**
   * Faults: `lint-failed`; `wrong-state` where the order was given up; `issuance-not-recorded` where the table has the
   * order's certificate and the ledger lacks its issuance; and the faults of the key store and the table.
   */
  issue(plan: IssuancePlan): Promise<Issued>;
  /** The certificate that an earlier run recorded for the order; signs it where it is not signed yet. Undefined without one. */
  resume(order: string, signingOf: SigningOf): Promise<Issued | undefined>;
  /**
   * Writes after which no process can issue a certificate for the order. They fail where a certificate is recorded first.
   * Undefined where one is recorded already.
   */
  abandonWrites(order: string): Promise<readonly Write[] | undefined>;
  /**
   * Signs the certificates that interrupted runs recorded and did not sign. Resolves with the orders that it finished. A
   * certificate that cannot be signed becomes an error in the log and does not keep the rest from being signed; the first
   * such fault is thrown at the end. The certificate is tried again after pauses that grow, and its fault is logged and
   * thrown again only when the reason changes or a day has passed.
   */
  recover(signingOf: SigningOf): Promise<readonly string[]>;
}

interface RecordedCertificate {
  readonly ref: CertificateRef;
  readonly item: Item<CertificateRow>;
  readonly linted: LintedTbs;
}

/** Octets of chance in a serial number: 128 bits, more than the 64 of the CA/Browser Forum's requirements (7.1). */
const CHANCE_OCTETS = 16;

/**
 * The issuance cycle. Its steps are numbered as in docs/issuance-cycle.md; the comment at each step says what a crash right
 * after it leaves. Registration does step 1, which binds the approved request to its profile version. signing.ts has steps
 * 5 and 6.
 */
export const openIssuing = (
  deps: Pick<AuthorityDeps, 'table' | 'register' | 'recorder' | 'retries' | 'clock' | 'random' | 'log'>,
): Issuing => {
  const { table, register, recorder, retries, clock, random, log } = deps;
  const { finish } = openSigning(deps);

  const issue: Issuing['issue'] = async (plan) => {
    for (;;) {
      const earlier = await certificateOf(plan.order);
      if (earlier) {
        // One write puts both rows. Where the certificate's row is gone the table is damaged: `unknown-certificate`.
        const item = await readCertificate(table, earlier);
        return { ref: earlier, der: await finish(earlier, item, plan) };
      }
      const recorded = await record(plan);
      if (!recorded) continue;
      const { ref, item, linted } = recorded;
      return { ref, der: await finish(ref, item, plan, linted) };
    }
  };

  const newSerial = (prefix: string): SerialHex =>
    serialFromOctets(Buffer.concat([Buffer.from(prefix, 'hex'), random(CHANCE_OCTETS)]));

  /** The order's certificate. Fault: `wrong-state` where the order was given up. */
  const certificateOf = async (order: string): Promise<CertificateRef | undefined> => {
    const row = (await table.get<IssuanceRow>(issuanceKey(order)))?.value;
    if (!row) return undefined;
    if (row.abandoned) {
      throw new Fault('wrong-state', 'This order was given up; no certificate is issued for it.', { order });
    }
    return { ca: row.ca, serial: row.serial };
  };

  /**
   * Steps 2 to 4: draw a serial number, build and lint the certificate, record it. One write gives the order its number
   * and stores the certificate's row, its status (good) and the ledger's record. The key is not used before that write,
   * so every certificate that it may have signed can be revoked and is known to auditors. A crash leaves nothing at
   * all, or a certificate without a signature that is listed as unfinished. Undefined where the order or the number was
   * taken meanwhile; then nothing was stored.
   */
  const record = async (plan: IssuancePlan): Promise<RecordedCertificate | undefined> => {
    const serial = newSerial(plan.serialPrefix);
    const ref = { ca: plan.ca, serial };
    const tbs = plan.build(serial, new Date(clock()));
    const linted = lintCertificate(tbs, plan.context);
    const row: Omit<CertificateRow, 'record'> = {
      order: plan.order,
      profile: plan.profile,
      profileVersion: plan.profileVersion,
      ...(plan.office !== undefined && { office: plan.office }),
      subject: formatName(tbs.subject),
      notBefore: tbs.notBefore.getTime() / 1000,
      notAfter: tbs.notAfter.getTime() / 1000,
      tbs: Buffer.from(linted.der).toString('base64'),
      linted: linted.rules,
    };
    const { record: recorded, writes } = await recorder.prepare({
      kind: 'issuance',
      actor: plan.actor,
      certificates: [ref],
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
        ...(plan.basis && { basis: plan.basis }),
        linted: linted.rules.length,
      },
    });
    const value: CertificateRow = { ...row, record: recorded.id };
    const isStored = await wentThrough(
      table.write([
        // Fails where another run has recorded the order meanwhile, or has given it up.
        { put: issuanceKey(plan.order), value: { ...ref } satisfies IssuanceRow, if: 'absent' },
        { put: certificateKey(ref), value, if: 'absent' },
        unfinishedWrite(plan.order, ref),
        ...register.admitWrites(ref, plan.order, row.notAfter),
        ...writes,
      ]),
    );
    // The first version of a row is 1.
    return isStored ? { ref, item: { ...certificateKey(ref), version: 1, value }, linted } : undefined;
  };

  return {
    issue,

    resume: async (order, signingOf) => {
      const row = (await table.get<IssuanceRow>(issuanceKey(order)))?.value;
      if (!row || row.abandoned) return undefined;
      const ref = { ca: row.ca, serial: row.serial };
      const item = await table.get<CertificateRow>(certificateKey(ref));
      return item && { ref, der: await finish(ref, item, await signingOf(ref, item.value)) };
    },

    abandonWrites: async (order) => {
      const key = issuanceKey(order);
      const row = (await table.get<IssuanceRow>(key))?.value;
      // A run that is about to record the order finds this row, and stores nothing.
      if (!row) return [{ put: key, value: { abandoned: true } satisfies IssuanceRow, if: 'absent' }];
      return row.abandoned ? [] : undefined;
    },

    recover: async (signingOf) => {
      const due = (await readUnfinished(table)).filter(({ order }) => retries.isDue(order));
      const finished: string[] = [];
      const failures: unknown[] = [];
      for (const { order, ref } of due) {
        try {
          const item = await readCertificate(table, ref);
          await finish(ref, item, await signingOf(ref, item.value));
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
