import { authorityOf } from './compromises.ts';
import type { Report } from './contract.ts';

/** A time in which certificates with an address were valid; milliseconds since the epoch. */
interface Span {
  from: number;
  to: number;
  /** One of them. */
  readonly certificate: string;
}

/** Every process knows a change of the service's addresses within this time. */
const SLACK_MS = 120_000;

/**
 * Compares the scope of CRLs with the addresses that certificates carry in their cRLDistributionPoints. A verifier takes a
 * CRL with an issuingDistributionPoint only if an address in it is one of the certificate's (RFC 5280 6.3.3). There may be
 * any number of certificates, so only the times are kept in which some certificate with an address was valid.
 */
export interface CrlAddressCheck {
  list(
    certificate: string,
    addresses: readonly string[],
    valid: { readonly from: number; readonly to: number },
  ): void;
  /** `addresses` are those of the CRL; `madeAt` is when it was made, in milliseconds. */
  judge(
    ca: string,
    crl: { readonly digest: string; readonly addresses: readonly string[]; readonly madeAt: number },
  ): void;
}

export const openCrlAddressCheck = ({ report }: { readonly report: Report }): CrlAddressCheck => {
  /** By CA, by address. */
  const spans = new Map<string, Map<string, Span[]>>();

  const add = (own: Span[], { from, to, certificate }: Span): void => {
    const touching = own.filter((span) => span.from <= to && span.to >= from);
    const [first] = touching;
    if (!first) {
      own.push({ from, to, certificate });
      return;
    }
    first.from = Math.min(from, ...touching.map((span) => span.from));
    first.to = Math.max(to, ...touching.map((span) => span.to));
    for (const span of touching.slice(1)) own.splice(own.indexOf(span), 1);
  };

  return {
    list: (certificate, addresses, { from, to }) => {
      const ca = authorityOf(certificate);
      const byAddress = spans.get(ca) ?? new Map<string, Span[]>();
      spans.set(ca, byAddress);
      for (const address of addresses) {
        const own = byAddress.get(address) ?? [];
        byAddress.set(address, own);
        add(own, { from, to, certificate });
      }
    },

    judge: (ca, { digest, addresses, madeAt }) => {
      for (const [address, own] of spans.get(ca) ?? []) {
        const span = own.find(({ from, to }) => from < madeAt - SLACK_MS && madeAt < to);
        if (!span || addresses.includes(address)) continue;
        report('crl-address-missing', { ca, crl: digest, address, certificate: span.certificate });
      }
    },
  };
};
