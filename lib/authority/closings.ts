import { Fault } from '../fault.ts';
import type { Closing } from '../ledger/ledger.ts';
import type { CertificateRef } from '../principal.ts';
import type { AuthorityCore } from './contract.ts';
import type { AuthorityDeps } from './deps.ts';
import { type IssuedAs, readIssuedAs } from './issued-as.ts';
import { openIssuedObjects } from './issued-objects.ts';
import { openStatusRows } from './status-rows.ts';

/**
 * Brings erased revocations and holds back. Each stands in the bucket before its rows, so a row that somebody deleted or put
 * back, and a record that was erased before it had its leaf, are made again from there.
 *
 * A compromise that comes back makes the CRL due; the task that publishes follows soon.
 */
export const openClosings = (
  deps: Pick<
    AuthorityDeps,
    'table' | 'objects' | 'register' | 'recorder' | 'crlDueWrites' | 'random' | 'log'
  >,
): Pick<AuthorityCore, 'followClosings'> => {
  const { recorder, log } = deps;
  const issued = openIssuedObjects(deps.objects);
  const { follow } = openStatusRows({ ...deps, publishCrl: async () => {} });

  /** The end of the certificate is in the bucket too, for the case that all of its rows are gone. */
  const issuedAsOf = async (ref: CertificateRef): Promise<IssuedAs | undefined> => {
    try {
      return await readIssuedAs(deps, ref);
    } catch (error) {
      if (!Fault.is(error, 'unknown-certificate')) throw error;
    }
    const object = await issued.read(ref);
    return object && { request: object.order, notAfter: object.notAfter };
  };

  /** Resolves with whether rows or records were missing. Log lines name the act: a serial number names a person. */
  const restore = async (ref: CertificateRef, { record }: Closing): Promise<boolean> => {
    const issuedAs = await issuedAsOf(ref);
    if (issuedAs === undefined) {
      const message = 'A closed certificate has lost all its rows; restore the table from a backup';
      log('error', message, { record });
      return false;
    }
    let isMended = false;
    await follow(ref, issuedAs, () => {
      isMended = true;
    });
    if (isMended)
      log('error', 'A revocation or a hold was missing in the table, and was restored', { record });
    return isMended;
  };

  /** The certificate that the closing is about; undefined where the act never became the end. */
  const certificateOf = async ({ record, closes }: Closing): Promise<CertificateRef | undefined> => {
    const end = await recorder.conclusion(closes);
    return end?.record.id === record ? end.record.certificates?.[0] : undefined;
  };

  return {
    followClosings: async () => {
      const looked = new Set<string>();
      const restored: string[] = [];
      await recorder.followClosings(async (closing) => {
        const ref = await certificateOf(closing);
        if (ref === undefined) return;
        const name = `${ref.ca}/${ref.serial}`;
        // One look follows all acts on the certificate.
        if (looked.has(name)) return;
        looked.add(name);
        if (await restore(ref, closing)) restored.push(closing.record);
      });
      return restored;
    },
  };
};
