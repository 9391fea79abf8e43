import { Fault } from '../../fault.ts';
import { type CrlOutline, encodeName, readCrlOutline } from '../../pki/pki.ts';
import { AUTHORITY_CRL } from '../contract.ts';
import type { CrlList } from '../crl-lists.ts';
import type { CrlDeps } from '../deps.ts';
import type { Alarm } from './alarms.ts';
import { archiveKey } from './archive.ts';
import { archivedNumbers } from './newest.ts';

/**
 * The base of a new CRL is the newest CRL of that list in the archive. The CA's signature on it is verified, so each of its
 * entries was judged by the acts once, whether or not that CRL ever became the current one. A row only says where to look
 * for it.
 *
 * A file that the CA did not sign, or signed for another list, is passed over with an alarm, and the one before it is the base. Somebody who writes to the
 * bucket can withhold CRLs in any case. If such a file stopped publications, one damaged file would withhold every later
 * revocation as well. What the file before it lacks is judged by the acts once more; what is lost is only the entry whose
 * rows somebody has deleted too.
 */
export interface Base {
  readonly number: number;
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** See `CertListEntries`. */
  readonly entries: Uint8Array;
  /** Unix seconds. */
  readonly thisUpdate: number;
  /** Whether it covers everything: it has no issuingDistributionPoint. */
  readonly isWhole: boolean;
}

export interface Bases {
  /** Undefined where the archive has no CRL that the CA signed for the list. */
  newest(list: CrlList, hint: number): Promise<Base | undefined>;
  /** This process made and archived that CRL. */
  keep(list: CrlList, number: number, bytes: Uint8Array): void;
}

/** A base is kept in memory: 64 MiB, 1.3 million entries. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** This many files are read for one base. Beyond them every entry is judged by the acts. */
const MAX_FILES = 100;

export const openBases = ({
  bucket,
  verifySignature,
  alarm,
}: Pick<CrlDeps, 'bucket' | 'verifySignature'> & { readonly alarm: Alarm }): Bases => {
  const kept = new Map<string, Base>();

  const keep = ({ id }: CrlList, base: Base): void => {
    const known = kept.get(id);
    if (known !== undefined && known.number > base.number) return;
    if (base.bytes.length <= MAX_KEPT_BYTES) kept.set(id, base);
    else kept.delete(id);
  };

  const isSignedFor = (
    { issuer: { certificate, signatureAlgorithm }, partition }: CrlList,
    number: number,
    crl: CrlOutline,
  ): boolean => {
    if (crl.number !== BigInt(number)) return false;
    // Lists of one CA have the same numbers. An earlier one of `full` may have had another scope than it has now.
    const isOfAuthority = crl.issuingDistributionPoint?.onlyContainsCACerts === true;
    if (isOfAuthority !== (partition === AUTHORITY_CRL)) return false;
    if (Buffer.compare(crl.issuer, encodeName(certificate.subject)) !== 0) return false;
    if (Buffer.compare(crl.signatureAlgorithm, signatureAlgorithm) !== 0) return false;
    verifySignature({
      subjectPublicKeyInfo: certificate.subjectPublicKeyInfo,
      signatureAlgorithm: crl.signatureAlgorithm,
      message: crl.tbs,
      signature: crl.signatureValue,
    });
    return true;
  };

  /** Undefined where the file is not a CRL of that number for that list. */
  const read = async (list: CrlList, number: number): Promise<Base | undefined> => {
    const object = await bucket.get(archiveKey(list.id, number));
    if (object === undefined) return undefined;
    try {
      const crl = readCrlOutline(object.body);
      if (!isSignedFor(list, number, crl)) return undefined;
      return baseOf(number, object.body, crl);
    } catch (error) {
      if (Fault.is(error)) return undefined;
      throw error;
    }
  };

  return {
    newest: async (list, hint) => {
      const known = kept.get(list.id);
      let files = 0;
      for await (const number of archivedNumbers(bucket, list.id, Math.max(hint, known?.number ?? 0))) {
        if (known !== undefined && known.number >= number) return known;
        const base = await read(list, number);
        if (base !== undefined) {
          keep(list, base);
          return base;
        }
        await alarm('A file in the archive of CRLs is not one that the CA signed', {
          list: list.id,
          number,
        });
        if (++files === MAX_FILES) return undefined;
      }
      return known;
    },

    keep: (list, number, bytes) => keep(list, baseOf(number, bytes, readCrlOutline(bytes))),
  };
};

const baseOf = (
  number: number,
  bytes: Uint8Array,
  { entries, thisUpdate, issuingDistributionPoint }: CrlOutline,
): Base => ({
  isWhole: issuingDistributionPoint === undefined,
  number,
  bytes,
  entries,
  thisUpdate: thisUpdate.getTime() / 1000,
});
