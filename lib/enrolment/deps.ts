import type { Phrase } from '../fault.ts';
import type { PersonalData } from '../personal/personal.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { CertificateRef, Principal } from '../principal.ts';
import type { Objects, Table } from '../store/store.ts';
import type { Office } from '../trust-domain/trust-domain.ts';
import type { Recorder } from './chain.ts';
import type { TokenUsers } from './contract.ts';

/** What the trust domain's file says: who the first operators are, and the rules for everybody else. */
export interface Founders {
  /** Their ids are taken. */
  readonly operators: readonly Principal[];
  /** Ids. */
  readonly tenants: readonly string[];
  /** Ids of the profiles that the offices of a tenant may ask for. */
  readonly profilesFor: (tenant: string) => readonly string[];
  /** Why these attributes do not serve the profiles; empty where they do. */
  readonly officeIssues: (office: Office) => readonly Phrase[];
  /** Why the certificate of a principal cannot have this name; undefined where it can. */
  readonly nameIssue: (id: string, name: string) => Phrase | undefined;
  /** The kinds of keys that a principal's certificate takes. */
  readonly publicKeys: readonly string[];
  /** Whether an earlier file had an operator of this id. */
  readonly isWithdrawn: (id: string) => Promise<boolean>;
  /** When what one operator proposes at this time lapses; milliseconds since the epoch. */
  readonly lapsesAt: (proposedAt: number) => number;
}

/** The part of the authority that enrols. */
export interface Certifying {
  /** The same key of the same principal gives the same certificate. Fault: `duplicate-key`. */
  certify(asked: {
    readonly principal: string;
    readonly name: string;
    readonly subjectPublicKeyInfo: Uint8Array;
    readonly publicKeyDigest: string;
    readonly actor: string;
    readonly basis: readonly string[];
  }): Promise<CertificateRef>;
  /** By the objects: the certificate that was issued for this key of the principal. */
  certificateOf(principal: string, publicKeyDigest: string): Promise<CertificateRef | undefined>;
  /** By the objects: whether the principal has a certificate that signs in now, had others, or had none. */
  credentialOf(principal: string): Promise<'good' | 'over' | 'none'>;
  /** Undefined while the certificate is not signed yet. */
  chainPem(ref: CertificateRef): Promise<string | undefined>;
  /** The certificate of a principal that the actor may enrol and end. Does nothing where it is revoked already. */
  revoke(
    actor: Pick<Principal, 'id' | 'person' | 'name'>,
    ref: CertificateRef,
    reason: 'superseded' | 'cessationOfOperation',
  ): Promise<void>;
}

export interface DirectoryDeps {
  readonly table: Pick<Table, 'get' | 'query'>;
  readonly recorder: Recorder;
  readonly founders: Pick<Founders, 'operators'>;
  readonly clock: Clock;
}

export interface EnrolmentDeps extends DirectoryDeps {
  readonly table: Table;
  readonly founders: Founders;
  readonly certifying: Certifying;
  /** What names persons. */
  readonly personal: Pick<PersonalData, 'change' | 'find' | 'read' | 'remove'>;
  /** When the names of an enrolment end that is over then; both in milliseconds since the epoch. */
  readonly namesEnd: (overAt: number) => number;
  readonly objects: Pick<Objects, 'list'>;
  /** Absent where no other issuer's tokens are taken. */
  readonly tokenUsers?: TokenUsers | undefined;
  readonly random: Random;
  readonly log: Log;
}
