import { openCas } from '../../lib/authority/authority.ts';
import { verifySignature } from '../../lib/keys/keys.ts';
import { openCrls } from '../../lib/status/crls/crls.ts';
import { issuerTermsOf, issuerUrls, openIssuers, openRegister } from '../../lib/status/status.ts';
import type { Service } from '../service.ts';

/**
 * Publishes a CRL as a service would that believed its rows: somebody runs another program with the CA's key. The service's
 * own CRLs follow the acts, whatever rows say.
 */
export const publishByRows = async (service: Service, ca: string): Promise<void> => {
  const { table, bucket, keys, trustDomain, core } = service;
  const clock = () => service.now();
  const log = () => {};
  const register = openRegister(table);
  const terms = trustDomain.authorities.map(issuerTermsOf);
  const issuers = openIssuers({ table, terms, isCertificateOf: async () => true, clock, log });
  const urlsOf = async (id: string) => issuerUrls(id, ['http://127.0.0.1:1']);
  const { signCrl } = openCas({
    trustDomain,
    keys,
    issuers,
    urlsOf,
    standing: { assertMayAct: async () => {} },
  });
  const crls = openCrls({
    table,
    bucket,
    issuers,
    register,
    crlUrlsOf: async (id) => (await urlsOf(id)).crl,
    compromiseOf: async () => undefined,
    signCrl,
    verifySignature,
    proven: {
      closingOf: async (ref) => ({ closing: (await register.listed(ref)) ?? 'released', since: 0 }),
      endOf: async () => undefined,
      issued: async function* () {},
      follow: async () => true,
    },
    recorder: core.ledger,
    clock,
    log,
  });
  await crls.publish(ca, 'operator-noda');
};
