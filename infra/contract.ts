/**
 * What one deployment is. Everything that differs between a municipality, a prefecture and a test is here; everything
 * else is the same for all of them. Paths are taken from the folder in which the synthesis runs.
 */
export interface AkashiSettings {
  /** Begins the names of what must have one: 2 to 21 of the characters a-z, 0-9 and "-". */
  readonly name: string;
  /** Path of the trust domain's file. */
  readonly trustDomain: string;
  readonly network: PublicNetworkSettings | PrivateNetworkSettings;
  /** A second address at which every CRL is published, for instance in the closed network. */
  readonly secondPublicationUrl?: string;
  readonly retention: {
    /** Days for which log lines are kept, which hold no personal data. */
    readonly logDays: 30 | 90 | 180 | 365 | 731 | 1096 | 1827 | 2557 | 3653;
    /** Days for which the CDN's access logs are kept: they hold addresses, and are counted within hours. 30 unless given. */
    readonly cdnLogDays?: number;
    /** For how long nobody can delete a published CRL, or a part of the log. */
    readonly objectLockYears: number;
    /** A person with the permission can lift `GOVERNANCE`; nobody can lift `COMPLIANCE`, not even the root user. */
    readonly objectLockMode: 'GOVERNANCE' | 'COMPLIANCE';
  };
  /** Whether witnesses cosign the log's checkpoints; without them this service alone signs the log. */
  readonly log: {
    /** The log's name (C2SP tlog-checkpoint), kept for ever; where not given, its place below the first address. */
    readonly origin?: string;
    readonly witnesses: readonly { readonly vkey: string; readonly url: string }[];
    /** How many of them a checkpoint needs before it is published. */
    readonly threshold: number;
  };
  /** Where alarms go. */
  readonly alarms: { readonly email: string };
  /**
   * The two persons of a ceremony: the opener consents to what is done and opens the function, the holder invokes it.
   * They are the first and the second of the trust domain's `ceremony.persons`, under whose ids the ledger has it.
   */
  readonly ceremony: { readonly opener: string; readonly holder: string };
  /** The two persons who can let a CA key be deleted: one says so, the other does it. */
  readonly keyDeletion: { readonly approver: string; readonly deleter: string };
}

/** Reached from the Internet: CDN, API Gateway, Cognito. */
export interface PublicNetworkSettings {
  readonly kind: 'public';
  /** Where CRLs, CA certificates and OCSP are, by plain HTTP too. */
  readonly publication: {
    readonly host: string;
    /** In us-east-1, for CloudFront. */
    readonly certificateArn: string;
    /** How many requests of one address the CDN lets through in a minute. 6,000 unless given. */
    readonly requestsPerMinute?: number;
  };
  /** The API for callers with a client certificate. */
  readonly certificates: {
    readonly host: string;
    readonly certificateArn: string;
    /** Path of the operations CA's PEM, which exists after the first ceremony; until then this door does not. */
    readonly clientCa?: string;
  };
  /** The API for callers with a token. */
  readonly tokens: { readonly host: string; readonly certificateArn: string };
}

/** Reached from a closed network alone, such as LGWAN: everything stands in one VPC without a way to the Internet. */
export interface PrivateNetworkSettings {
  readonly kind: 'private';
  readonly vpcCidr: string;
  readonly availabilityZones: readonly string[];
  /** The networks that may connect. */
  readonly clients: readonly string[];
  /** The networks in which witnesses of the log stand; who runs the closed network makes the routes to them. */
  readonly witnessNetworks?: readonly string[];
  /** One name for plain HTTP (CRLs, CA certificates, OCSP) and for mutual TLS (everything). */
  readonly host: string;
  readonly certificateArn: string;
  /** Path of the operations CA's PEM, which exists after the first ceremony; until then there is plain HTTP alone. */
  readonly clientCa?: string;
}

/** Where the stack is: an account and a Region that are said, and not left to the credentials of a deployment. */
export interface Place {
  readonly account: string;
  readonly region: string;
}
