import { hash } from 'node:crypto';
import { Fault } from '../fault.ts';
import type { Concluded, Ledger } from '../ledger/ledger.ts';
import type { Certificate } from '../pki/pki.ts';
import type { CertificateRef } from '../principal.ts';
import type { AuthorityDefinition } from '../trust-domain/trust-domain.ts';
import type { Recorder } from './deps.ts';

/**
 * Which certificate is a CA's. The row with the certificate proves nothing; the ceremony names its digest in an object, put
 * once:
 *
 *   outcomes/ca.{ca}/1  the signed record (kind `ceremony`, step `authority`)
 */
const nameOf = (ca: string) => ({ act: `ca.${ca}`, number: 1 });

/** SHA-256, hex. */
const digestIn = ({ record }: Concluded): unknown =>
  record.kind === 'ceremony' && record.details.step === 'authority' ? record.details.digest : undefined;

/**
 * The object comes before the CA's row. Its record's writes are stored with the row. Fault: `authority-unreadable` where an
 * interrupted ceremony named another certificate, whose rows somebody has deleted since.
 */
export const nameCertificate = async (
  recorder: Pick<Recorder, 'conclude'>,
  { ca, algorithm }: AuthorityDefinition,
  ref: CertificateRef,
  der: Uint8Array,
  actor: string,
): Promise<Pick<Concluded, 'writes'>> => {
  const digest = hash('sha256', der);
  const details = { step: 'authority', ca, algorithm, digest };
  const concluded = await recorder.conclude(
    { kind: 'ceremony', actor, certificates: [ref], details },
    nameOf(ca),
  );
  if (digestIn(concluded) === digest) return concluded;
  throw new Fault(
    'authority-unreadable',
    'The ceremony made another certificate for this CA, which is not in the table; restore the table from a copy.',
    { ca },
  );
};

/** Whether the ceremony named this certificate. A digest that was read once is not read again. */
export const openCaCertificates = (
  recorder: Pick<Ledger, 'conclusion'>,
): ((ca: string, certificate: Certificate) => Promise<boolean>) => {
  const known = new Map<string, unknown>();
  return async (ca, { der }) => {
    if (!known.has(ca)) {
      const concluded = await recorder.conclusion(nameOf(ca));
      if (!concluded) return false;
      known.set(ca, digestIn(concluded));
    }
    return known.get(ca) === hash('sha256', der);
  };
};
