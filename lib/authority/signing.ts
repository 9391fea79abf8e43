import { Fault, wentThrough } from '../fault.ts';
import { type Signer, verifySignature } from '../keys/keys.ts';
import { type CertificateContext, type LintedTbs, lintCertificate } from '../lint/lint.ts';
import { asDer, type Der, encodeSigned } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Item } from '../store/store.ts';
import { type CertificateRow, certificateKey, finishedWrite, readCertificate } from './certificates.ts';
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
  readonly isStored: boolean;
}

/** Steps 5 to 7 of the issuance cycle: say that the rows are stored, sign the recorded TBS, store the certificate. */
export const openSigning = ({
  table,
  register,
  recorder,
  objects,
  assertNotBehind,
}: Pick<AuthorityDeps, 'table' | 'register' | 'recorder' | 'objects' | 'assertNotBehind'>) => {
  const issued = openIssuedObjects(objects);

  /** The signed certificate of the row, which must be the issuance's. `made` is what this run has just made of it. */
  const finish = async (
    issuance: IssuanceEnd,
    item: Item<CertificateRow>,
    { signer, context }: Signing,
    made?: Made,
  ): Promise<Der> => {
    if (item.value.der !== undefined) return asDer(Buffer.from(item.value.der, 'base64'));
    await assertNotBehind();
    const recorded = Buffer.from(item.value.tbs, 'base64');
    // Only the bytes in the row are signed. Another run may have recorded them: then they are checked and linted now.
    const isOurs = made !== undefined && recorded.equals(made.linted.der);
    if (!isOurs) assertRowOf(issuance, item.value);
    const tbs = isOurs ? made.linted : lintCertificate(asDer(recorded), context);
    await announce(issuance, made?.isStored === true);
    return store(issuance.ref, item, await sign(signer, tbs));
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

  /** Step 7. A crash leaves a whole certificate, which the next call for the order returns. */
  const store = async (ref: CertificateRef, item: Item<CertificateRow>, der: Der): Promise<Der> => {
    const value: CertificateRow = { ...item.value, der: Buffer.from(der).toString('base64') };
    const isStored = await wentThrough(
      table.write([
        { put: certificateKey(ref), value, if: { version: item.version } },
        finishedWrite(item.value.order, ref),
      ]),
    );
    if (isStored) return der;
    // Another run was first: its certificate counts.
    const stored = (await readCertificate(table, ref)).value.der;
    if (stored !== undefined) return asDer(Buffer.from(stored, 'base64'));
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
