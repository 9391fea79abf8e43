import { type Issuers, issuerTermsOf, openIssuers } from '../../lib/status/status.ts';
import type { Table } from '../../lib/store/store.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { PUBLIC_URL } from '../service.ts';

/** The directory of CAs for tests whose subject is neither a row's certificate nor an address. */
export const trustingIssuers = (
  table: Table,
  { authorities }: Pick<TrustDomain, 'authorities'>,
  clock: () => number,
): Issuers =>
  openIssuers({
    table,
    terms: authorities.map(issuerTermsOf),
    isCertificateOf: async () => true,
    clock,
    log: () => {},
  });

export const crlUrlsOf = async (ca: string): Promise<readonly string[]> => [
  `${PUBLIC_URL}/crl/${ca}/full.crl`,
];
