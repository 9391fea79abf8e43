import * as z from 'zod';

/**
 * What one deployment is, as the `akashi` object of cdk.json's context. Everything that differs between a municipality,
 * a prefecture and a test is here; everything else is the same for all of them.
 */

const host = z
  .string()
  .regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a DNS name in lower case');
const certificateArn = z
  .string()
  .regex(/^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate in ACM');
const principalArn = z
  .string()
  .regex(/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, 'the ARN of an IAM role or user');
const cidr = z.cidrv4();
const httpUrl = z.url({ protocol: /^https?$/ }).refine((url) => !url.endsWith('/'), 'no slash at the end');

/** PEM of the operations CA, which there is after the first ceremony: until then nobody shows a certificate. */
const clientCa = z.string().endsWith('.pem').exactOptional();

/** Reached from the Internet: CDN, API Gateway, Cognito. */
const PublicNetwork = z.strictObject({
  kind: z.literal('public'),
  /** Where CRLs, CA certificates and OCSP are, by plain HTTP too. The certificate is in us-east-1, for CloudFront. */
  publication: z.strictObject({ host, certificateArn }),
  /** The API for callers with a client certificate. */
  certificates: z.strictObject({ host, certificateArn, clientCa }),
  /** The API for callers with a token. */
  tokens: z.strictObject({ host, certificateArn }),
});

/** Reached from a closed network alone, such as LGWAN: everything stands in one VPC without a way to the Internet. */
const PrivateNetwork = z.strictObject({
  kind: z.literal('private'),
  vpcCidr: cidr,
  availabilityZones: z
    .array(z.string().regex(/^[a-z]{2}-[a-z]+-\d[a-z]$/, 'an availability zone'))
    .min(2)
    .max(3),
  /** The networks that may connect. */
  clients: z.array(cidr).min(1),
  /** The networks in which witnesses of the log stand; who runs the closed network makes the routes to them. */
  witnessNetworks: z.array(cidr).min(1).exactOptional(),
  /** One name for plain HTTP (CRLs, CA certificates, OCSP) and for mutual TLS (everything). */
  host,
  certificateArn,
  clientCa,
});

export const Settings = z.strictObject({
  /** Begins the names of what must have one. */
  name: z.string().regex(/^[a-z][a-z0-9-]{1,20}$/),
  account: z.string().regex(/^\d{12}$/, 'an account number of 12 digits'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region'),
  /** Path of the trust domain's file, from the project's folder. */
  trustDomain: z.string().endsWith('.json'),
  network: z.discriminatedUnion('kind', [PublicNetwork, PrivateNetwork]),
  /** A second address at which every CRL is published, for instance in the closed network. */
  secondPublicationUrl: httpUrl.exactOptional(),
  retention: z.strictObject({
    /** Of log lines, which hold no personal data. */
    logDays: z.literal([30, 90, 180, 365, 731, 1096, 1827, 2557, 3653]),
    /** Of the CDN's access logs, which hold addresses of clients and are counted within hours. */
    cdnLogDays: z.int().min(3).max(365).default(30),
    /** For how long nobody can delete a published CRL, or a part of the log. */
    objectLockYears: z.int().min(1).max(30),
    /** `GOVERNANCE` can be lifted by whoever has the permission; `COMPLIANCE` by nobody, the root user included. */
    objectLockMode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  }),
  /** Whether witnesses cosign the log's checkpoints; without them it is signed by this service alone. */
  log: z
    .strictObject({
      /** The log's name (C2SP tlog-checkpoint), kept for ever; where not given, its place below the first address. */
      origin: z.string().max(255).exactOptional(),
      witnesses: z.array(z.strictObject({ vkey: z.string().min(1), url: httpUrl })).max(16),
      /** How many of them a checkpoint needs before it is published. */
      threshold: z.int().min(0).max(16),
    })
    .refine(({ witnesses, threshold }) => threshold <= witnesses.length, 'more than there are witnesses'),
  /** Where alarms go. */
  alarms: z.strictObject({ email: z.email() }),
  /**
   * The two persons of a ceremony: the opener consents to what is done and opens the function, the holder invokes it. They
   * are the first and the second of the trust domain's `ceremony.persons`, under whose ids the ledger has it.
   */
  ceremony: z.strictObject({ opener: principalArn, holder: principalArn }),
  /** The two persons who can let a CA key be deleted: one says so, the other does it. */
  keyDeletion: z.strictObject({ approver: principalArn, deleter: principalArn }),
});

export type Settings = z.output<typeof Settings>;
export type PublicNetwork = z.output<typeof PublicNetwork>;
export type PrivateNetwork = z.output<typeof PrivateNetwork>;

/** Throws with every problem, a line each. */
export const readSettings = (value: unknown): Settings => {
  const result = Settings.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`The context "akashi" of cdk.json is not right:\n${problems.join('\n')}`);
  }
  const { ceremony, keyDeletion, network, log } = result.data;
  if (network.kind === 'private' && log.witnesses.length > 0 && network.witnessNetworks === undefined) {
    throw new Error(
      'log.witnesses in cdk.json: a private network has no way to the Internet, and so none to a witness there. Name witnesses that stand in the closed network, and in network.witnessNetworks the networks in which they do.',
    );
  }
  if (ceremony.opener === ceremony.holder || keyDeletion.approver === keyDeletion.deleter) {
    throw new Error('ceremony and keyDeletion in cdk.json each name two different principals.');
  }
  return result.data;
};

/** Where CRLs are published, the first also where OCSP answers. */
export const publicUrls = ({ network, secondPublicationUrl }: Settings): string => {
  const first = `http://${network.kind === 'public' ? network.publication.host : network.host}`;
  return [first, ...(secondPublicationUrl === undefined ? [] : [secondPublicationUrl])].join(' ');
};
