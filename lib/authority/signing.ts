import { hash } from 'node:crypto';
import { Fault, wentThrough } from '../fault.ts';
import { type Signer, verifySignature } from '../keys/keys.ts';
import { type CertificateContext, type LintedTbs, lintCertificate } from '../lint/lint.ts';
import { asDer, type Der, encodeSigned } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { Item } from '../store/store.ts';
import {
  type CertificateRow,
  certificateKey,
  finishedWrite,
  readCertificate,
  readIssuance,
} from './certificates.ts';
import type { AuthorityDeps } from './deps.ts';

/** The signer and the lint context for a TBS that was recorded before. */
export interface Signing {
  readonly signer: Signer;
  readonly context: CertificateContext;
}

/** Steps 5 and 6 of the issuance cycle: sign a recorded TBS and store the certificate. */
export const openSigning = ({ table, recorder }: Pick<AuthorityDeps, 'table' | 'recorder'>) => {
  /** The signed certificate of the row. `justLinted` is the TBS that this run has linted and recorded a moment ago. */
  const finish = async (
    ref: CertificateRef,
    item: Item<CertificateRow>,
    { signer, context }: Signing,
    justLinted?: LintedTbs,
  ): Promise<Der> => {
    if (item.value.der !== undefined) return asDer(Buffer.from(item.value.der, 'base64'));
    const recorded = Buffer.from(item.value.tbs, 'base64');
    // Only the bytes in the row are signed. Another run may have recorded them: then they are checked and linted now.
    const isOurs = justLinted !== undefined && recorded.equals(justLinted.der);
    if (!isOurs) await assertRecorded(ref, item.value);
    const tbs = isOurs ? justLinted : lintCertificate(asDer(recorded), context);
    return store(ref, item, await sign(signer, tbs));
  };

  /** Step 5. A crash leaves what step 4 left. The next run makes the signature again, over the same TBS. */
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

  /** Step 6. A crash leaves a whole certificate, which the next call for the order returns. */
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

  /**
   * A row alone is no reason to sign, because somebody who can write to the table can put one there. The record of the
   * issuance must confirm it. Fault: `issuance-not-recorded`.
   */
  const assertRecorded = async (ref: CertificateRef, row: CertificateRow): Promise<void> => {
    const { order } = row;
    const tbsDigest = hash('sha256', Buffer.from(row.tbs, 'base64'));
    if (await readIssuance(recorder, ref, row, { order, tbsDigest })) return;
    throw new Fault(
      'issuance-not-recorded',
      'The ledger lacks the issuance of this certificate; the certificate is not signed.',
      { order, ...ref },
    );
  };

  return { finish };
};
