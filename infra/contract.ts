/**
 * The settings of one deployment. Municipalities, prefectures and tests differ in these settings and in nothing else.
 * Paths are relative to the folder in which the synthesis runs.
 */
export interface AkashiSettings {
  /**
   * The beginning of resource names, 2 to 21 of the characters a-z, 0-9 and "-"; in this project's own app the name of the
   * stack too. Two environments in one account and Region need two names.
   */
  readonly name: string;
  /** Path of the trust domain's file. */
  readonly trustDomain: string;
  readonly network: PublicNetworkSettings | PrivateNetworkSettings;
  /** A second address at which every CRL is published, for instance in the closed network. */
  readonly secondPublicationUrl?: string;
  readonly retention: {
    /** Days for which log lines are kept. They hold no personal data. */
    readonly logDays: 30 | 90 | 180 | 365 | 731 | 1096 | 1827 | 2557 | 3653;
    /**
     * Days for which the CDN's access logs are kept: 30 unless given. They hold IP addresses. The service counts them
     * within hours.
     */
    readonly cdnLogDays?: number;
    /** Years for which nobody can delete a published CRL or a part of the log. */
    readonly objectLockYears: number;
    /**
     * `GOVERNANCE` can be lifted by a person with the permission. `COMPLIANCE` cannot be lifted by anybody, not even
     * the root user.
     */
    readonly objectLockMode: 'GOVERNANCE' | 'COMPLIANCE';
  };
  /** Whether witnesses cosign the log's checkpoints; without them this service alone signs the log. */
  readonly log: {
    /**
     * The log's name (C2SP tlog-checkpoint), kept for ever. Unless given, it is the place of the log below the first
     * URL.
     */
    readonly origin?: string;
    readonly witnesses: readonly { readonly vkey: string; readonly url: string }[];
    /** How many witnesses a checkpoint needs before it is published. */
    readonly threshold: number;
  };
  /** The recipient of alarms. */
  readonly alarms: { readonly email: string };
  /**
   * The two persons of a ceremony: the opener consents to the event and opens the function, the holder invokes it. They
   * are the first and the second of the trust domain's `ceremony.persons`; the ledger records them under those ids.
   */
  readonly ceremony: { readonly opener: string; readonly holder: string };
  /** The two persons who can delete a CA key together: one allows it, the other does it. */
  readonly keyDeletion: { readonly approver: string; readonly deleter: string };
  /**
   * ARN of the role with which CloudFormation deploys, where it is not that of the stack's synthesizer. The policies of
   * the CA keys name this role.
   */
  readonly deploymentRole?: string;
}

/** Reached from the Internet: CDN, API Gateway, Cognito. */
export interface PublicNetworkSettings {
  readonly kind: 'public';
  /** The door for CRLs, CA certificates and OCSP, which also answers by plain HTTP. */
  readonly publication: {
    readonly host: string;
    /** In us-east-1, for CloudFront. */
    readonly certificateArn: string;
    /** How many requests a minute the CDN lets through from one address. 1,200 unless given. */
    readonly requestsPerMinute?: number;
    /**
     * How many requests a second reach the functions, on average and from all addresses together. 500 unless given:
     * what the ledger of one table sustains.
     */
    readonly requestsPerSecond?: number;
    /** The name at which the CDN reaches the API. Without it, it is API Gateway's own name. */
    readonly origin?: {
      readonly host: string;
      /** In the stack's Region. */
      readonly certificateArn: string;
      /** Mutual TLS between the CDN and the API: a connection without the CDN's certificate reaches no function. */
      readonly mutualTls?: {
        /** The certificate that the CDN shows, imported into ACM in us-east-1, for TLS client authentication. */
        readonly certificateArn: string;
        /**
         * Path of the PEM of the CA that issued it, a CA for this purpose alone. Without it the CDN shows the certificate,
         * and the API asks for none yet.
         */
        readonly clientCa?: string;
      };
      /** The domain is made, and nothing uses it: until its DNS name is there, in a service that runs. */
      readonly prepared?: true;
    };
    /** Which secret the CDN shows to the functions: 1 unless given. Raised by one, it is another one. */
    readonly originSecret?: number;
  };
  /** The API for callers with a client certificate. */
  readonly certificates: {
    readonly host: string;
    readonly certificateArn: string;
    /** Path of the operations CA's PEM, which exists after the first ceremony. Until then this door does not exist. */
    readonly clientCa?: string;
  };
  /** The API for callers with a token. */
  readonly tokens: { readonly host: string; readonly certificateArn: string };
}

/** Reached only from a closed network, such as LGWAN. Everything is in one VPC without a way to the Internet. */
export interface PrivateNetworkSettings {
  readonly kind: 'private';
  readonly vpcCidr: string;
  readonly availabilityZones: readonly string[];
  /** The networks that may connect. */
  readonly clients: readonly string[];
  /** The networks of the log's witnesses. The operator of the closed network makes the routes to them. */
  readonly witnessNetworks?: readonly string[];
  /** One name for plain HTTP (CRLs, CA certificates, OCSP) and for mutual TLS (everything). */
  readonly host: string;
  readonly certificateArn: string;
  /** Path of the operations CA's PEM, which exists after the first ceremony. Until then there is only plain HTTP. */
  readonly clientCa?: string;
}

/** The account and the Region of the stack. Both must be explicit, not left to the credentials of a deployment. */
export interface Place {
  readonly account: string;
  readonly region: string;
}
