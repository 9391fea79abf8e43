import { hash } from 'node:crypto';
import type { LedgerRecord } from '../../lib/ledger/ledger.ts';
import { OFFICE, TENANT } from '../personal/templates.ts';
import type { Drawn } from './drawn.ts';

/** The purposes of the demonstration's relying parties, with their legal bases. */
export const PURPOSES = [
  { recipient: 'tax-portal', purpose: 'tax-return', legalBasis: '公的個人認証法第17条第1項' },
  { recipient: 'tax-portal', purpose: 'tax-refund', legalBasis: '公的個人認証法第36条' },
  { recipient: 'procurement', purpose: 'tender', legalBasis: '電子入札運用規程第5条' },
] as const;

/** The officer who collects certificates and looks at requests. */
export const COLLECTOR = 'higashi-counter';

const DIGESTS = { requestDigest: hash('sha256', 'request'), responseDigest: hash('sha256', 'response') };

/**
 * The answer that was given about the n-th request: of twenty, twelve to the public and five to relying parties by OCSP, and three to an
 * officer. Answers about requests without a certificate are all to an officer.
 */
export const provisionOf = (
  n: number,
  { id, certificate, submittedAt, records, status }: Drawn,
): LedgerRecord => {
  const common = { ...records.provision, kind: 'provision', tenant: TENANT, count: 1 } as const;
  const certificates = certificate ? [certificate] : [];
  const place = n % 20;
  if (!certificate || place >= 17) {
    return {
      ...common,
      recipient: COLLECTOR,
      office: OFFICE,
      door: 'session',
      channel: certificate && place < 19 ? 'certificate' : 'requests',
      method: 'GET',
      certificates,
      requests: [id],
      provided: certificate && place < 19 ? {} : { state: 'issued' },
      responseDigest: DIGESTS.responseDigest,
    };
  }
  const { recipient, ...purpose } =
    place < 12 ? { recipient: 'public' } : (PURPOSES[n % PURPOSES.length] as (typeof PURPOSES)[number]);
  return {
    ...common,
    ...purpose,
    ...DIGESTS,
    recipient,
    channel: 'ocsp',
    method: 'POST',
    certificates,
    provided: {
      answers: [status === 'good' ? 'good' : 'revoked'],
      thisUpdate: new Date(submittedAt).toISOString(),
      nextUpdate: new Date(submittedAt + 900_000).toISOString(),
    },
  };
};
