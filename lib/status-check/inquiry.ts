import type { Certificate } from '../pki/pki.ts';
import type { Held, Silence } from './contract.ts';
import type { CrlAtHand } from './crl-file.ts';
import type { Fetcher } from './fetcher.ts';
import type { Clock } from './finding.ts';
import type { PathSearch } from './path.ts';

/** Everything that the judgement of one path works with. */
export interface Inquiry {
  readonly clock: Clock;
  readonly fetcher: Fetcher;
  /** Certificates at hand. */
  readonly search: Omit<PathSearch, 'deadEnds'>;
  /** CRLs at hand: those that were given, and every one that was fetched. */
  readonly crls: CrlAtHand[];
  /** 32 octets (RFC 9654 2.1), fresh. */
  readonly nonce: () => Uint8Array;
  /** How many more signers of CRLs are judged: certificates can be made so that every one rests on all others. */
  readonly signers: { left: number };
  /** The path's trust anchor. */
  readonly root: Held;
  /** In place of the addresses in the certificate in question. */
  readonly instead: {
    readonly of: Certificate;
    readonly ocsp?: URL;
    readonly crls?: readonly CrlAtHand[];
    /** Why an address that was given for its CRL was of no use. */
    readonly silence?: Silence;
  };
}
