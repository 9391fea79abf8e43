// Every function reads its environment as it starts. `zod/mini` takes a quarter of `zod`'s time and of its bytes.
import * as z from 'zod/mini';
import { Fault, joined, type Phrase, phrase } from './fault.ts';
import { type Network, readNetwork } from './network.ts';
import { isPlainUrl, isPublicationUrl } from './public-url.ts';

/** What a variable must be, by its schema. */
const descriptions = new WeakMap<z.core.$ZodType, Phrase>();
const described = <S extends z.core.$ZodType>(description: Phrase, schema: S): S => {
  descriptions.set(schema, description);
  return schema;
};

const matching = (pattern: RegExp) => z.string().check(z.regex(pattern));
const filled = () => z.string().check(z.minLength(1));

const port = (fallback: string) =>
  described(
    phrase`a port number from 0 to 65535, where 0 takes a free one`,
    z.prefault(
      z.pipe(z.pipe(matching(/^\d{1,5}$/), z.transform(Number)), z.int().check(z.maximum(65535))),
      fallback,
    ),
  );

const text = (fallback: string, description: Phrase) =>
  described(description, z.prefault(filled(), fallback));

const PUBLICATION_URL = phrase`an http address, which goes into certificates: in ASCII without spaces, the host a domain name in lower case (other scripts as xn--) or an IP address, no . or .. in the path, without query, user or slash at the end; with PORT=0 it must be given`;

/** The name of a log or of a witness in a signed note (C2SP signed-note): no space, no plus. */
export const LOG_NAME = /^[\x21-\x2a\x2c-\x7e]{1,255}$/;

/** The log's identity, and the witnesses that cosign its checkpoints. */
const LOG = {
  LOG_ORIGIN: described(
    phrase`the name of the log: a host and a path, without scheme, space and plus`,
    z.optional(matching(LOG_NAME)),
  ),
  LOG_WITNESSES: described(
    phrase`verifier keys of witnesses, each followed by a space and its address, separated by commas`,
    z.pipe(
      z.pipe(
        z.pipe(
          z.prefault(z.string(), ''),
          z.transform((text: string) => text.split(',').filter((pair) => pair.trim() !== '')),
        ),
        z.array(z.string().check(z.trim(), z.regex(/^\S+ https?:\/\/\S+$/))),
      ),
      z.transform((pairs: string[]) =>
        pairs.map((pair) => {
          const [vkey = '', url = ''] = pair.split(' ');
          return { vkey, url };
        }),
      ),
    ),
  ),
  LOG_WITNESS_THRESHOLD: described(
    phrase`how many witnesses a checkpoint needs before it is published`,
    z.prefault(z.pipe(matching(/^\d{1,2}$/), z.transform(Number)), '0'),
  ),
};

/** Elements between commas, each read by `read`, which gives undefined for one that is not as it must be. */
const listOf = <T>(description: Phrase, read: (element: string) => T | undefined) =>
  described(
    description,
    z.pipe(
      z.pipe(
        z.prefault(z.string(), ''),
        z.transform((text: string) =>
          text.split(',').flatMap((element) => (element.trim() === '' ? [] : [read(element.trim())])),
        ),
      ),
      z.array(z.custom<T>((element) => element !== undefined)),
    ),
  );

const MAX_RATE = 1_000_000;
const readRate = (text: string): { readonly network: Network; readonly rate: number } | undefined => {
  const [, at = '', digits = ''] = /^([^=]+)=([1-9]\d{0,6})$/.exec(text) ?? [];
  const [network, rate] = [readNetwork(at), Number(digits)];
  return network && rate <= MAX_RATE ? { network, rate } : undefined;
};

/** The passphrase of the sealed keys. In a file it does not stand in the environment, which other programs may show. */
const PASSPHRASE = {
  AKASHI_PASSPHRASE: described(phrase`a passphrase, not empty`, z.optional(filled())),
  AKASHI_PASSPHRASE_FILE: described(
    phrase`the path of a file with the passphrase, where AKASHI_PASSPHRASE is not set`,
    z.optional(filled()),
  ),
};

/** How many of the two are set. */
const passphrases = (
  env: {
    readonly [name in keyof typeof PASSPHRASE]?: string | undefined;
  },
): number =>
  Object.keys(PASSPHRASE).filter((name) => env[name as keyof typeof PASSPHRASE] !== undefined).length;

/** The environment of the one-machine service. */
export const LocalEnv = z
  .object({
    /** The address on which both doors listen: only this machine unless given. */
    HOST: text('127.0.0.1', phrase`an address of this machine to listen at`),
    PORT: port('8080'),
    TLS_PORT: port('8443'),
    DATA_DIR: text('./data', phrase`a folder for the data`),
    /** Where it is absent, the trust domain's file has the address, or it is `http://localhost:` and the port. */
    PUBLIC_URL: described(PUBLICATION_URL, z.optional(z.string().check(z.refine(isPublicationUrl)))),
    TRUST_DOMAIN: text('domains/demonstration.json', phrase`the path of a trust domain file`),
    ...PASSPHRASE,
    /** Requests of a second that one source may send to public routes without credentials. */
    SOURCE_RATE: described(
      phrase`a number of requests from 1 to ${MAX_RATE}`,
      z.prefault(
        z.pipe(z.pipe(matching(/^[1-9]\d{0,6}$/), z.transform(Number)), z.int().check(z.maximum(MAX_RATE))),
        '100',
      ),
    ),
    SOURCE_RATES: listOf(
      phrase`addresses or networks, each with its rate, such as 192.0.2.0/24=2000, separated by commas`,
      readRate,
    ),
    TRUSTED_PROXIES: listOf(
      phrase`addresses or networks of proxies, such as 127.0.0.1 or 2001:db8::/64, separated by commas`,
      readNetwork,
    ),
    /** Free bytes below which the disk is kept for revocations. */
    DISK_FLOOR: described(
      phrase`a number of bytes, or 0 for no floor`,
      z.prefault(z.pipe(matching(/^\d{1,15}$/), z.transform(Number)), '1073741824'),
    ),
    ...LOG,
  })
  .check(
    z.refine(({ PORT, PUBLIC_URL }) => PORT !== 0 || PUBLIC_URL !== undefined, { path: ['PUBLIC_URL'] }),
    z.refine((env) => passphrases(env) <= 1, { path: ['AKASHI_PASSPHRASE_FILE'] }),
  );

export type LocalEnv = z.output<typeof LocalEnv>;

/** The environment of a witness. */
export const WitnessEnv = z
  .object({
    HOST: text('127.0.0.1', phrase`an address of this machine to listen at`),
    PORT: port('8090'),
    DATA_DIR: text('./witness', phrase`a folder for the data`),
    ...PASSPHRASE,
    WITNESS_NAME: described(
      phrase`the name of the witness: a host and a path, without scheme, space and plus`,
      matching(LOG_NAME),
    ),
    WITNESS_LOGS: described(
      phrase`verifier keys of the logs that it cosigns, separated by commas`,
      z.pipe(
        z.pipe(
          z.string(),
          z.transform((keys: string) => keys.split(',').map((key) => key.trim())),
        ),
        z.array(filled()),
      ),
    ),
  })
  .check(z.refine((env) => passphrases(env) === 1, { path: ['AKASHI_PASSPHRASE_FILE'] }));

/* On AWS: one schema for each kind of function, which infra/ writes and the function reads. --------------------- */

const name = (description: Phrase) => described(description, filled());

const FUNCTION = name(phrase`the function's name in logs and metrics`);
const TABLE = name(phrase`the name of a DynamoDB table`);
const BUCKET = name(phrase`the name of an S3 bucket`);
const SEALING_KEY = name(
  phrase`the alias or the ARN of the KMS key that seals the keys of responders and of acts`,
);
const KEY_ALIAS_PREFIX = name(
  phrase`what the aliases of the CA keys begin with, between "alias/" and the id of the CA`,
);
const PUBLIC_URLS = described(
  phrase`http addresses in ASCII without query, user or slash at the end, separated by a space`,
  z.string().check(z.refine((value) => value.split(' ').every(isPublicationUrl))),
);

/**
 * Tokens come from an issuer that publishes its keys at `/.well-known/jwks.json` below its name. Without one no token
 * is taken.
 */
const TOKENS = {
  TOKEN_ISSUER: described(
    phrase`the address of a token issuer`,
    z.optional(z.string().check(z.refine(isPlainUrl))),
  ),
  TOKEN_AUDIENCE: described(phrase`the audience of the tokens`, z.optional(filled())),
};

/** The place where files that are too large for an answer are handed over. */
const HAND_OVER = {
  HAND_OVER_BUCKET: name(phrase`the name of the S3 bucket for files that are handed over`),
};
/** In a closed network callers outside the VPC reach S3 under another host name than functions inside it. */
const S3_ADDRESS = {
  S3_ADDRESS: described(
    phrase`the address at which callers reach S3, where it is not its own`,
    z.optional(z.string().check(z.refine(isPlainUrl))),
  ),
};

/** A function that is granted personal data has these as well. */
export const PersonalEnv = z.object({
  PERSONAL_TABLE: name(phrase`the name of the DynamoDB table of personal data`),
  DATA_KEY_TABLE: name(phrase`the name of the DynamoDB table of data keys`),
  PERSONAL_KEY: name(phrase`the ARN of the KMS key that seals the data keys`),
});
/** A function that asks for work on files of requests, or does it, has these as well. */
export const BatchQueuesEnv = z.object({
  SUBMISSION_QUEUE: name(phrase`the address of the queue of submissions`),
  EXAMINATION_QUEUE: name(phrase`the address of the queue of examinations`),
});
/** A function that has pages has this as well. */
export const PagesEnv = z.object({
  CONSOLE_URL: described(
    phrase`the https address of the host of the pages for roles, where there is one`,
    z.optional(z.string().check(z.refine(isPlainUrl))),
  ),
});
/** Needs neither rows nor objects nor keys. */
export const BareEnv = z.object({ FUNCTION, TABLE });
/** Answers everybody, and so only what comes through the CDN. */
export const OriginEnv = z.object({
  ORIGIN_SECRETS: name(phrase`the ARNs of the secrets of the CDN, separated by spaces`),
});
/** Answers OCSP. */
export const ResponderEnv = z.object({ FUNCTION, TABLE, BUCKET, SEALING_KEY, ...TOKENS });
/** Measures ages, such as that of the newest CRL. */
export const GaugesEnv = z.object({ FUNCTION, TABLE });
/** Reads and writes rows, and the objects that prove acts. */
export const RowsEnv = z.object({
  FUNCTION,
  TABLE,
  BUCKET,
  SEALING_KEY,
  PUBLIC_URLS,
  LOG_ORIGIN: LOG.LOG_ORIGIN,
  ...TOKENS,
});
/** Reads and writes rows, and reads published objects. */
export const PublishedEnv = z.object({ ...RowsEnv.shape, ...S3_ADDRESS });
/** Reads and writes rows, and hands files over. */
export const HandingEnv = z.object({ ...RowsEnv.shape, ...HAND_OVER, ...S3_ADDRESS });
/** Reads reports, and hands them over. */
export const ReportingEnv = z.object({ ...PublishedEnv.shape, ...HAND_OVER });
/** Reads and writes rows, and signs with CA keys. */
export const IssuingEnv = z.object({ ...RowsEnv.shape, KEY_ALIAS_PREFIX });
/** The pool whose users follow the acts on principals. Absent where no tokens are taken. */
const TOKEN_USERS = { USER_POOL: described(phrase`the id of a Cognito user pool`, z.optional(filled())) };
/** Reads and writes rows, and brings users of tokens to the acts. */
export const FollowingEnv = z.object({ ...RowsEnv.shape, ...TOKEN_USERS });
/** Signs with CA keys, and brings users of tokens to the acts. */
export const EnrollingEnv = z.object({ ...IssuingEnv.shape, ...TOKEN_USERS });
/** Makes leaves of records. It needs the rows, the log's key, and the bucket in which the log is published. */
export const SequencingEnv = z.object({ ...IssuingEnv.shape, ...LOG });
/** Counts the answers that a CDN gave, by the access logs that the CDN delivers. */
export const CdnLogsEnv = z.object({
  ...RowsEnv.shape,
  LOG_BUCKET: name(phrase`the name of the S3 bucket to which the CDN delivers its access logs`),
  LOG_PREFIX: name(phrase`what the keys of these logs begin with`),
});
/** Variables whose values no message shows. */
const SECRET: ReadonlySet<string> = new Set(['AKASHI_PASSPHRASE']);

/**
 * The environment, checked whole. Fault: `configuration-invalid` with every problem, a line each, in the message and in
 * `facts.problems`.
 */
export const readEnv = (source: Source): LocalEnv => read(LocalEnv, LocalEnv.shape, source);

/** The environment of a function on AWS. Faults as `readEnv`. */
export const readFunctionEnv = <S extends z.ZodMiniObject>(schema: S, source: Source): z.output<S> =>
  read(schema, schema.shape, source);

/** The address without its user and password. */
const shown = (value: string | undefined): string | undefined =>
  value?.replaceAll(/(?<=\/\/)[^/?#\s]*@/g, '…@');

type Source = Readonly<Record<string, string | undefined>>;

const read = <S extends z.ZodMiniType>(
  schema: S,
  shape: Readonly<Record<string, z.core.$ZodType>>,
  source: Source,
): z.output<S> => {
  const result = schema.safeParse(source);
  if (result.success) return result.data;
  const names = [...new Set(result.error.issues.map(({ path }) => String(path[0])))];
  const problems = names.map((name) => {
    const must = descriptions.get(shape[name] as z.core.$ZodType) as Phrase;
    const was = JSON.stringify(shown(source[name])) ?? 'undefined';
    return SECRET.has(name)
      ? phrase`${name} must be ${must}.`
      : phrase`${name} must be ${must}; it was ${was}.`;
  });
  throw new Fault('configuration-invalid', joined(problems, '\n'), { problems });
};
