import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as z from 'zod';
import { LOG_NAME } from '../lib/env.ts';
import { isDnsName } from '../lib/internet-names.ts';
import { isPublicationUrl } from '../lib/public-url.ts';
import type { AkashiSettings, Place } from './contract.ts';
import { refusal } from './refusal.ts';

/** The settings, validated as a whole, with their defaults. contract.ts says what each of them means. */

const host = z
  .string()
  .regex(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
    'a DNS name in lower case',
  )
  .refine(isDnsName, 'a DNS name whose labels in other scripts are A-labels (xn--)');
const certificateArn = z
  .string()
  .regex(/^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate in ACM');
const principalArn = z
  .string()
  .regex(/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, 'the ARN of an IAM role or user');
const roleArn = z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'the ARN of an IAM role');
const cidr = z.cidrv4();
const httpUrl = z.url({ protocol: /^https?$/ }).refine((url) => !url.endsWith('/'), 'no slash at the end');
/** These addresses go into certificates, and a function refuses them otherwise. */
const publicationUrl = z
  .string()
  .refine(
    isPublicationUrl,
    'an http address in ASCII, the host a domain name (other scripts as xn--) or an IP address, without query, user or slash at the end',
  );
const clientCa = z.string().endsWith('.pem').exactOptional();

/** What one table sustains (docs/cost-model.md). */
export const REQUESTS_PER_SECOND = 500;

const PublicNetwork = z.strictObject({
  kind: z.literal('public'),
  publication: z.strictObject({
    host,
    certificateArn,
    // WAF's limits for rates: 10 to two thousand million.
    requestsPerMinute: z.int().min(10).max(2_000_000_000).default(1_200),
    // API Gateway's default quota for an account is 10,000 a second, of which officers need some.
    requestsPerSecond: z.int().min(1).max(8_000).default(REQUESTS_PER_SECOND),
    origin: z
      .strictObject({
        host,
        certificateArn,
        mutualTls: z.strictObject({ certificateArn, clientCa }).exactOptional(),
        prepared: z.literal(true).exactOptional(),
      })
      .exactOptional(),
    originSecret: z.int().min(1).max(1_000_000).default(1),
  }),
  certificates: z.strictObject({ host, certificateArn, clientCa }),
  tokens: z.strictObject({ host, certificateArn }),
});

const PrivateNetwork = z.strictObject({
  kind: z.literal('private'),
  // A VPC has 16 to 28 bits, and three subnets of it need four more of at least 16 addresses.
  vpcCidr: cidr.refine((network) => /\/(1[6-9]|2[0-4])$/.test(network), 'a network of 16 to 24 bits'),
  availabilityZones: z
    .array(z.string().regex(/^[a-z]{2}-[a-z]+-\d[a-z]$/, 'an availability zone'))
    .min(2)
    .max(3),
  clients: z.array(cidr).min(1),
  witnessNetworks: z.array(cidr).min(1).exactOptional(),
  host,
  certificateArn,
  clientCa,
});

const Schema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,20}$/, '2 to 21 of the characters a-z, 0-9 and "-", a letter first'),
  trustDomain: z.string().endsWith('.json'),
  network: z.discriminatedUnion('kind', [PublicNetwork, PrivateNetwork]),
  secondPublicationUrl: publicationUrl.exactOptional(),
  retention: z.strictObject({
    logDays: z.literal([30, 90, 180, 365, 731, 1096, 1827, 2557, 3653]),
    cdnLogDays: z.int().min(3).max(365).default(30),
    objectLockYears: z.int().min(1).max(30),
    objectLockMode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  }),
  log: z.strictObject({
    origin: z.string().regex(LOG_NAME, 'a host and a path, without scheme, space and plus').exactOptional(),
    witnesses: z.array(z.strictObject({ vkey: z.string().min(1), url: httpUrl })).max(16),
    threshold: z.int().min(0).max(16),
  }),
  alarms: z.strictObject({ email: z.email() }),
  ceremony: z.strictObject({ opener: principalArn, holder: principalArn }),
  keyDeletion: z.strictObject({ approver: principalArn, deleter: principalArn }),
  deploymentRole: roleArn.exactOptional(),
});

export type Settings = z.output<typeof Schema>;
export type PublicNetwork = z.output<typeof PublicNetwork>;
export type PrivateNetwork = z.output<typeof PrivateNetwork>;

/** Compiles only if the schema takes every value that the contract lets an importer write. */
export type ContractIsTaken = Holds<
  AkashiSettings extends ReadonlyDeep<z.input<typeof Schema>> ? true : false
>;
type Holds<T extends true> = T;
type ReadonlyDeep<T> = T extends readonly (infer Item)[]
  ? readonly ReadonlyDeep<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> }
    : T;

const PlaceSchema = z.object({
  account: z.string().regex(/^\d{12}$/, 'an account number of 12 digits'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region'),
});

/** Every problem, named by its place in the settings. */
const problemsOf = ({ issues }: z.core.$ZodError): readonly string[] =>
  issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);

/**
 * The settings of a deployment and the place that stands among them. `where` names them for a person. Fault:
 * `configuration-invalid`.
 */
export const readPlaced = (
  value: unknown,
  where: string,
): { readonly place: Place; readonly settings: Settings } => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal([
      `${where} is no object; infra/contract.ts says what belongs in it, beside the account and the Region`,
    ]);
  }
  const { account, region, ...settings } = value as Record<string, unknown>;
  const place = PlaceSchema.safeParse({ account, region });
  if (!place.success) throw refusal(problemsOf(place.error));
  return { place: place.data, settings: readSettings(settings, place.data) };
};

/** The settings of a deployment in that account and Region. Fault: `configuration-invalid`. */
export const readSettings = (value: unknown, place: Place): Settings => {
  const result = Schema.safeParse(value);
  if (!result.success) throw refusal(problemsOf(result.error));
  const problems = contradictions(result.data, place);
  if (problems.length > 0) throw refusal(problems);
  return result.data;
};

/**
 * The account and Region of a construct's stack. Fault: `configuration-invalid` where the stack leaves one of them
 * open.
 */
export const placeOf = (scope: Construct): Place => {
  const { account, region, stackName } = Stack.of(scope);
  const open = [
    ...(Token.isUnresolved(account) ? ['account'] : []),
    ...(Token.isUnresolved(region) ? ['region'] : []),
  ];
  if (open.length > 0) {
    throw refusal([
      `the stack ${stackName} leaves its ${open.join(' and its ')} open; give its props \`env: { account: '…', region: '…' }\``,
    ]);
  }
  return { account, region };
};

/** The absolute path of a file in the settings. Fault: `configuration-invalid` where there is no such file. */
export const fileOf = (setting: string, path: string): string => {
  const found = resolve(path);
  if (statSync(found, { throwIfNoEntry: false })?.isFile()) return found;
  throw refusal([`${setting}: there is no file ${found}; put it there, or correct the path`]);
};

const contradictions = (settings: Settings, place: Place): readonly string[] => {
  const { ceremony, keyDeletion, deploymentRole, network, log, secondPublicationUrl } = settings;
  const two = (setting: string, first: string, second: string): readonly string[] =>
    first === second ? [`${setting} names two different principals; it names ${first} twice`] : [];
  return [
    ...(log.threshold > log.witnesses.length
      ? [
          `log.threshold: ${log.threshold} is more than the ${log.witnesses.length} witnesses in log.witnesses`,
        ]
      : []),
    ...(deploymentRole !== undefined && !deploymentRole.includes(`:${place.account}:`)
      ? [`deploymentRole: it is not in the account ${place.account}, where the stack is`]
      : []),
    ...two('ceremony', ceremony.opener, ceremony.holder),
    ...two('keyDeletion', keyDeletion.approver, keyDeletion.deleter),
    ...(network.kind === 'public'
      ? publicContradictions(network, place)
      : privateContradictions(network, log, place)),
    ...(secondPublicationUrl !== undefined && secondPublicationUrl === firstUrl(settings)
      ? ['secondPublicationUrl: it is the first address again; leave it out']
      : []),
  ];
};

/** CloudFront takes certificates, those of a server and those of a client, from this Region alone. */
const CLOUDFRONT_REGION = 'us-east-1';

const publicContradictions = (network: PublicNetwork, place: Place): readonly string[] => {
  const { publication, certificates, tokens } = network;
  const { origin } = publication;
  const hosts = [
    publication.host,
    certificates.host,
    tokens.host,
    ...(origin === undefined ? [] : [origin.host]),
  ];
  return [
    ...(origin === undefined
      ? []
      : certificateElsewhere('network.publication.origin', origin.certificateArn, place)),
    ...(origin?.mutualTls === undefined
      ? []
      : certificateElsewhere('network.publication.origin.mutualTls', origin.mutualTls.certificateArn, {
          ...place,
          region: CLOUDFRONT_REGION,
        })),
    ...certificateElsewhere('network.publication', publication.certificateArn, {
      ...place,
      region: CLOUDFRONT_REGION,
    }),
    ...certificateElsewhere('network.certificates', certificates.certificateArn, place),
    ...certificateElsewhere('network.tokens', tokens.certificateArn, place),
    ...(new Set(hosts).size < hosts.length
      ? ['network: publication, its origin, certificates and tokens need a host of their own each']
      : []),
  ];
};

const privateContradictions = (
  { availabilityZones, certificateArn: arn, witnessNetworks }: PrivateNetwork,
  { witnesses }: Settings['log'],
  place: Place,
): readonly string[] => [
  ...certificateElsewhere('network', arn, place),
  ...availabilityZones
    .filter((zone) => zone.slice(0, -1) !== place.region)
    .map((zone) => `network.availabilityZones: ${zone} is not in ${place.region}, where the stack is`),
  ...(witnesses.length > 0 && witnessNetworks === undefined
    ? [
        'log.witnesses: a private network has no way to the Internet; name witnesses in the closed network, and their networks in network.witnessNetworks',
      ]
    : []),
];

/** ACM gives certificates to services of its own account and Region. */
const certificateElsewhere = (
  setting: string,
  arn: string,
  { account, region }: Place,
): readonly string[] => {
  const [, , , foundRegion, foundAccount] = arn.split(':');
  return [
    ...(foundRegion === region
      ? []
      : [`${setting}.certificateArn: the certificate is in ${foundRegion}; ask ACM for one in ${region}`]),
    ...(foundAccount === account
      ? []
      : [
          `${setting}.certificateArn: the certificate is in the account ${foundAccount}; ask ACM for one in ${account}`,
        ]),
  ];
};

const firstUrl = ({ network }: Settings): string =>
  `http://${network.kind === 'public' ? network.publication.host : network.host}`;

/** The URLs under which CRLs are published. OCSP answers under the first. */
export const publicUrls = (settings: Settings): string => {
  const { secondPublicationUrl } = settings;
  return [firstUrl(settings), ...(secondPublicationUrl === undefined ? [] : [secondPublicationUrl])].join(
    ' ',
  );
};

/** The host of the pages for roles: the door for client certificates. There is none before the ceremony, and none in a closed network. */
export const consoleUrl = ({ network }: Settings): string | undefined =>
  network.kind === 'public' && network.certificates.clientCa !== undefined
    ? `https://${network.certificates.host}`
    : undefined;
