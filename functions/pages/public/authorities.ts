import type { CaView } from '../../../lib/authority/authority.ts';
import { type Certificate, decodeCertificate } from '../../../lib/pki/pki.ts';
import { route as getAuthorityCertificate } from '../../routes/public/get-authority-certificate.ts';
import { route as listAuthorities } from '../../routes/public/list-authorities.ts';
import type { Visit } from '../visit.ts';

/** A public answer: asking for it leaves no record. */
export const authoritiesFor = async (visit: Visit): Promise<readonly CaView[]> =>
  (await visit.ask<{ readonly authorities: readonly CaView[] }>(listAuthorities)).authorities;

export const certificateOf = async (visit: Visit, ca: string): Promise<Certificate> => {
  const { body } = await visit.perform(getAuthorityCertificate, { params: { ca } });
  return decodeCertificate(Buffer.from(body));
};
