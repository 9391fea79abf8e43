import { Fault } from '../fault.ts';
import { clientCertificates } from './client-certificate.ts';
import type { CertificateCallers, CertificateCallersDeps, ClientCa } from './contract.ts';

/** Fault of every call: `configuration-invalid` where an operations CA's certificate is not that of a CA. */
export const openCertificateCallers = (deps: CertificateCallersDeps): CertificateCallers => {
  let known: readonly ClientCa[] | undefined;
  let certificates: ReturnType<typeof clientCertificates> | undefined;

  /**
   * Made anew when the list of CAs has changed, and kept otherwise: decoding the CAs' certificates takes most of the
   * time.
   */
  const current = async () => {
    const cas = await deps.clientCas();
    if (certificates === undefined || cas !== known) {
      [known, certificates] = [cas, clientCertificates(cas, deps.clock)];
    }
    return certificates;
  };

  return {
    namedBy: async (der) => (await current()).namedBy(der),

    byCertificate: async (der, by = 'rows', takesHolders = false) => {
      const shown = (await current()).judge(der);
      if (shown.principal === undefined && !takesHolders) {
        throw new Fault(
          'client-certificate-invalid',
          'The client certificate signs in a holder, and this operation is not for holders.',
        );
      }
      const proven = by === 'objects' ? await deps.provenStatusOf?.(shown) : undefined;
      const status = proven ?? (await deps.statusOf(shown.ref));
      if (status === 'revoked' || status === 'hold') {
        throw new Fault(
          'client-certificate-revoked',
          'The client certificate is revoked or on hold; ask an operator for a new one.',
        );
      }
      const id = status === 'good' ? (shown.principal ?? (await deps.holderOf?.(shown))) : undefined;
      const principal = id === undefined ? undefined : await deps.find(id, by);
      if (principal && (shown.principal !== undefined || principal.role === 'holder')) return principal;
      throw new Fault(
        'client-certificate-invalid',
        'The client certificate is not accepted: it is not one of a principal of this service.',
      );
    },
  };
};
