import { type Certificate, decodeCertificate } from '../pki/pki.ts';
import type { Item, Table } from '../store/store.ts';
import type { Register } from './register.ts';

/**
 * The delegated responders (RFC 6960 4.2.2.2): for each CA, and each algorithm with which it answers, the newest key
 * and certificate. The authority issues and renews them; this room only uses them.
 *
 *   responders  {ca}/{algorithm}  ResponderRow
 */
export type ResponderRow = {
  readonly keyId: string;
  /** base64 of the DER certificate. */
  readonly certificate: string;
};

export const responderKey = (ca: string, algorithm: string) => ({
  pk: 'responders',
  sk: `${ca}/${algorithm}`,
});

export const responderCertificate = ({ value }: Item<ResponderRow>): Certificate =>
  decodeCertificate(Buffer.from(value.certificate, 'base64'));

/**
 * Relying parties do not ask for a responder's status (id-pkix-ocsp-nocheck), so only this check stops a revoked
 * responder.
 */
export const standingOf = async (
  register: Pick<Register, 'lookup'>,
  ca: string,
  { serialNumber }: Certificate,
): Promise<'good' | 'revoked' | 'unknown'> => {
  const state = (await register.lookup({ ca, serial: serialNumber }))?.value.state;
  if (state === 'good') return state;
  return state === 'revoked' || state === 'hold' ? 'revoked' : 'unknown';
};

/** The certificate that ends first among the CA's responders; undefined before the first one, and while one is revoked. */
export const firstResponderToEnd = async (
  table: Table,
  register: Pick<Register, 'lookup'>,
  ca: string,
  algorithms: readonly string[],
): Promise<Certificate | undefined> => {
  const items = await Promise.all(algorithms.map((name) => table.get<ResponderRow>(responderKey(ca, name))));
  const certificates = items.flatMap((item) => (item ? [responderCertificate(item)] : []));
  const standing = await Promise.all(certificates.map((one) => standingOf(register, ca, one)));
  if (standing.some((one) => one !== 'good')) return undefined;
  return certificates.reduce<Certificate | undefined>(
    (first, next) => (first && first.notAfter <= next.notAfter ? first : next),
    undefined,
  );
};
