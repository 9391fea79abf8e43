import { Fault, wentThrough } from '../fault.ts';
import { type Signer, verifySignature } from '../keys/keys.ts';
import { type CertificateContext, type LintedTbs, lintCertificate } from '../lint/lint.ts';
import { asDer, type Der, encodeSigned } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Item } from '../store/store.ts';
import type { CertificateBytes } from './certificate-bytes.ts';
import {
  type Bytes,
  type CertificateRow,
  certificateKey,
  finishedWrite,
  isSigned,
  readCertificate,
} from './certificates.ts';
import type { AuthorityDeps } from './deps.ts';
import { assertRowOf, type IssuanceEnd } from './issuance-end.ts';
import { openIssuedObjects } from './issued-objects.ts';
import { statusName } from './status-acts.ts';

/** The signer and the lint context for a TBS that was recorded before. */
export interface Signing {
  readonly signer: Signer;
  readonly context: CertificateContext;
}

/** The TBS that this run has linted, and whether it was this run that stored its rows. */
export interface Made {
  readonly linted: LintedTbs;
  readonly bytes: Bytes;
  readonly isStored: boolean;
}

const signedOf = ({ der = '' }: Bytes): Der => asDer(Buffer.from(der, 'base64'));

/** Steps 5 to 7 of the issuance cycle: say that the rows are stored, sign the recorded TBS, store the certificate. */
export const openSigning = ({
  table,
  register,
  recorder,
  objects,
  assertNotBehind,
  bytes,
}: Pick<AuthorityDeps, 'table' | 'register' | 'recorder' | 'objects' | 'assertNotBehind'> & {
  readonly bytes: CertificateBytes;
}) => {
  const issued = openIssuedObjects(objects);

  /** The signed certificate of the row, which must be the issuance's. `made` is what this run has just made of it. */
  const finish = async (
    issuance: IssuanceEnd,
    item: Item<CertificateRow>,
    { signer, context }: Signing,
    made?: Made,
  ): Promise<Der> => {
    const { ref } = issuance;
    const row = item.value;
    if (isSigned(row)) return signedOf(await bytes.read(ref, row));
    await assertNotBehind();
    const recorded = made?.isStored ? made.bytes : await bytes.read(ref, row);
    const toSign = Buffer.from(recorded.tbs, 'base64');
    // Only the recorded bytes are signed. Another run may have recorded them: then they are checked and linted now.
    const isOurs = made !== undefined && toSign.equals(made.linted.der);
    if (!isOurs) assertRowOf(issuance, row, recorded);
    // A run that stopped within step 7 had announced the certificate before.
    if (recorded.der !== undefined) return mark(ref, item, recorded);
    const tbs = isOurs ? made.linted : lintCertificate(asDer(toSign), context);
    await announce(issuance, made?.isStored === true);
    return store(issuance, item, recorded, await sign(signer, tbs));
  };

  /**
   * Step 5. The object says that the rows were stored, so a run that finds it and no rows knows that somebody deleted them.
   * A crash leaves an unsigned certificate, which the next run signs. Faults: `wrong-state` where another run has given the
   * certificate up; `issuance-rows-lost` where this run stored the rows a second time.
   */
  const announce = async (issuance: IssuanceEnd, isStored: boolean): Promise<void> => {
    const { ref, record, closes, order, notAfter, keyIdentity: key } = issuance;
    const found = await issued.put(ref, { record, key, givenUp: false, closes, order, notAfter });
    if (found.record !== record || found.givenUp) {
      // Nothing signs it any more. Its rows stay: the number may be revoked, and auditors know it.
      await wentThrough(table.write([finishedWrite(order, ref)]));
      throw givenUp(order);
    }
    if (isStored && !found.isOurs && (await isGoodAgain(issuance))) throw rowsLost(order, ref);
  };

  /** Whether the register calls a certificate good whose status was changed before: its rows were deleted in between. */
  const isGoodAgain = async ({ ref }: IssuanceEnd): Promise<boolean> =>
    (await recorder.conclusion({ act: statusName(ref), number: 1 })) !== undefined &&
    (await register.lookup(ref))?.value.state === 'good';

  /** Step 6. A crash leaves what step 5 left. The next run makes the signature again, over the same TBS. */
  const sign = async (signer: Signer, tbs: LintedTbs): Promise<Der> => {
    const { subjectPublicKeyInfo } = signer;
    const { signatureAlgorithm } = signer.algorithm;
    const signatureValue = await signer.sign(tbs.der);
    verifySignature({
      subjectPublicKeyInfo,
      signatureAlgorithm,
      message: tbs.der,
      signature: signatureValue,
    });
    const der = encodeSigned(tbs.der, signatureAlgorithm, signatureValue);
    // The certificate must hold exactly the linted bytes, right after the header of the outer SEQUENCE.
    const at = Buffer.from(der.buffer, der.byteOffset, der.length).indexOf(tbs.der);
    if (at < 2 || at > 6) {
      throw new Fault(
        'signed-bytes-differ',
        'The signed certificate does not hold the linted bytes; it is not stored.',
      );
    }
    return der;
  };

  /**
   * Step 7. Bytes that stand apart are stored before their row says that they are signed. A crash in between leaves a row that
   * is unfinished, and the next run marks it. A crash after it leaves a whole certificate, which the next call for the order
   * returns.
   */
  const store = async (
    issuance: IssuanceEnd,
    item: Item<CertificateRow>,
    { subject, tbs }: Bytes,
    signed: Der,
  ): Promise<Der> => {
    const made = { subject, tbs, der: Buffer.from(signed).toString('base64') };
    const der = item.value.apart ? await bytes.addSigned(issuance, made) : made.der;
    return mark(issuance.ref, item, { ...made, der });
  };

  const mark = async (ref: CertificateRef, item: Item<CertificateRow>, signed: Bytes): Promise<Der> => {
    const row = item.value;
    const value: CertificateRow = row.apart ? { ...row, signed: true as const } : { ...row, ...signed };
    const isStored = await wentThrough(
      table.write([
        { put: certificateKey(ref), value, if: { version: item.version } },
        finishedWrite(row.order, ref),
      ]),
    );
    if (isStored) return signedOf(signed);
    // Another run was first: its certificate counts.
    const stored = (await readCertificate(table, ref)).value;
    if (isSigned(stored)) return signedOf(await bytes.read(ref, stored));
    throw new Fault('condition-failed', 'The row of the certificate changed while it was signed; try again.');
  };

  return { finish, issued };
};

export const givenUp = (order: string): Fault =>
  new Fault('wrong-state', 'This order ended in another way; no certificate is issued for it.', { order });

export const rowsLost = (order: string, ref: CertificateRef): Fault =>
  new Fault(
    'issuance-rows-lost',
    'The table has lost the rows of a certificate that was issued; restore them from a backup. Its number is not admitted again.',
    { order, ...ref },
  );
