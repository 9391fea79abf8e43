import * as z from 'zod';
import { ACT_KEY_KINDS } from '../act-kinds.ts';
import { Fault, type Phrase, phrase } from '../fault.ts';
import { isAbsoluteUri } from '../internet-names.ts';
import { ALGORITHMS, type AlgorithmName } from '../keys/keys.ts';
import { PUBLIC_KEY_KINDS } from '../lint/lint.ts';
import { KEY_USAGES, OID, type Oid, type PolicyInformation, parseOid } from '../pki/pki.ts';
import { WORDS_OF_RECORDS } from '../principal.ts';
import { isPublicationUrl } from '../public-url.ts';
import type { FieldKind, HoldRule, Period, ProfileKind, SameKeyRule } from './contract.ts';
import { FIELD_RULES } from './fields.ts';
import { longer, parsePeriod } from './period.ts';
import { buildShownName } from './shown-name.ts';

/*
 * The shape of a trust domain's file, member by member. checks.ts and profile-checks.ts check the members against each
 * other.
 */

/** A problem of ours among those that zod finds. */
const refusal = (why: Phrase, path: readonly string[] = []) => ({
  code: 'custom' as const,
  path: [...path],
  message: why.toString(),
  params: { phrase: why },
});

/** Turns a refusal by `read` into an issue at the value's own place. */
const parsed =
  <In, Out>(read: (value: In) => Out | undefined, what = phrase`The value is not well formed.`) =>
  (value: In, context: z.RefinementCtx): Out => {
    let why = what;
    try {
      const out = read(value);
      if (out !== undefined) return out;
    } catch (error) {
      if (!Fault.is(error)) throw error;
      why = error.phrase;
    }
    context.addIssue(refusal(why));
    return z.NEVER;
  };

const distinct = <T>(items: readonly T[]): boolean => new Set(items).size === items.length;

const id = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'An id is 1 to 40 of a-z, 0-9 and inner hyphens.');
const memberName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'A field name is a letter a-z and up to 39 letters and digits.');
const line = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'Control characters are not taken.');
const text = z.strictObject({ ja: line, en: line });

/** DER can write no year after 9999 (RFC 5280 4.1.2.5), and a notAfter beyond it would be found only after a key was made. */
const LONGEST: Period = { months: 12_000, seconds: 0 };
const period = z.string().transform(
  parsed((text: string) => {
    const found = parsePeriod(text);
    return found === undefined || longer(found, LONGEST) ? undefined : found;
  }, phrase`A length of time is written like P5Y, P14D or PT24H, and is 1,000 years at most.`),
);
const seconds = period.transform(
  parsed(
    ({ months, seconds: exact }: Period) => (months === 0 ? exact : undefined),
    phrase`This length of time is exact: weeks, days, hours, minutes, seconds.`,
  ),
);
/** The most seconds by which a beginning lies before the true time. */
const MAX_BACKDATE = 3_600;
/** Seconds, and none with PT0S. */
const backdate = z
  .string()
  .prefault('PT5M')
  .transform(
    parsed((text: string) => {
      const { months, seconds: exact } =
        text === 'PT0S' ? { months: 0, seconds: 0 } : (parsePeriod(text) ?? {});
      return months === 0 && exact !== undefined && exact <= MAX_BACKDATE ? exact : undefined;
    }, phrase`Times are backdated by an hour at most, written like PT5M; PT0S is not at all.`),
  );
const oid = z.string().transform(parsed((value: string): Oid => parseOid(value)));
const algorithm = z.enum(ALGORITHMS.map(({ name }) => name) as [AlgorithmName, ...AlgorithmName[]]);

const PURPOSES = {
  serverAuth: OID.serverAuth,
  clientAuth: OID.clientAuth,
  codeSigning: OID.codeSigning,
  emailProtection: OID.emailProtection,
  timeStamping: OID.timeStamping,
  documentSigning: OID.documentSigning,
} as const;
const isPurposeName = (name: string): name is keyof typeof PURPOSES => Object.hasOwn(PURPOSES, name);
const purpose = z
  .string()
  .transform(parsed((name: string): Oid => (isPurposeName(name) ? PURPOSES[name] : parseOid(name))))
  .refine((value) => value !== OID.OCSPSigning, 'Responders are certified by the service itself.');

const source = z.union(
  [z.string().min(1).max(200), z.strictObject({ field: memberName }), z.strictObject({ office: z.string() })],
  'Where a value comes from is fixed text, { "field": … } or { "office": … }.',
);
const subjectTemplate = z
  .array(z.tuple([z.string(), source]))
  .min(1)
  .max(20);

const alternativeName = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('otherName'), type: oid, source }),
  z.strictObject({
    kind: z.enum(['dNSName', 'rfc822Name', 'uniformResourceIdentifier', 'iPAddress']),
    source,
  }),
  z.strictObject({ kind: z.literal('directoryName'), name: subjectTemplate }),
]);

const policy = z
  .strictObject({
    oid,
    cps: z
      .url({ protocol: /^https?$/ })
      .regex(/^[\x21-\x7e]{1,200}$/, 'A URI here is at most 200 characters of ASCII.')
      .refine(isAbsoluteUri, 'The host of a URI is a domain name (other scripts as xn--) or an IP address.')
      .optional(),
  })
  .transform(
    ({ oid: policyIdentifier, cps }): PolicyInformation => ({ policyIdentifier, ...(cps && { cps: [cps] }) }),
  );

/** Seconds. The default where `maxAge` is not given and answers live at least twice as long. */
const USUAL_MAX_AGE = 300;
/** Ten years. */
const USUAL_RETENTION_INTERVAL = 3_652 * 86_400;

const ocsp = z
  .strictObject({
    algorithm,
    furtherAlgorithms: z.array(algorithm).max(5).default([]),
    validity: period,
    nextUpdate: seconds,
    maxAge: seconds.optional(),
    maxCertIds: z.int().min(1).max(1_000),
    neverIssued: z.enum(['unknown', 'revoked']).default('unknown'),
    signedRequests: z.enum(['optional', 'required']).default('optional'),
    retentionInterval: seconds.default(USUAL_RETENTION_INTERVAL),
    crlReferences: z.boolean().default(false),
  })
  .refine(({ algorithm: first, furtherAlgorithms }) => distinct([first, ...furtherAlgorithms]), {
    message: 'The algorithms of responders are distinct.',
    path: ['furtherAlgorithms'],
  })
  .transform(({ maxAge, ...rest }) => ({
    ...rest,
    maxAge: maxAge ?? Math.min(USUAL_MAX_AGE, Math.ceil(rest.nextUpdate / 2)),
  }));

export const authority = z
  .strictObject({
    // The keys of responders are kept beside those of CAs, under ids that begin with `ocsp-`.
    id: id.refine((value) => !value.startsWith('ocsp-'), 'Ids that begin with "ocsp-" are the responders\'.'),
    tenant: z.string().optional(),
    title: text,
    generation: z.int().min(1).max(99),
    subject: z
      .array(z.tuple([z.string(), z.string()]))
      .min(1)
      .max(20)
      .transform(parsed(buildShownName)),
    algorithm,
    validity: period,
    serialPrefix: z
      .string()
      .regex(
        /^(?:0[1-9a-f]|[1-7][0-9a-f])(?:[0-9a-f]{2}){0,2}$/,
        'One to three octets of hex, from 01 to 7f….',
      ),
    crl: z.strictObject({
      interval: seconds,
      nextUpdate: seconds,
      onlyContainsUserCerts: z.boolean().default(false),
    }),
    ocsp,
    backdate,
    stopped: z.boolean().default(false),
  })
  .transform((definition) => ({ ...definition, ca: `${definition.id}-${definition.generation}` }));

const FIELD_KINDS = Object.keys(FIELD_RULES) as [FieldKind, ...FieldKind[]];

const field = z
  .strictObject({
    name: memberName,
    label: text,
    kind: z.enum(FIELD_KINDS),
    required: z.boolean(),
    maxLength: z.int().min(1).optional(),
    maxItems: z.int().min(1).max(100).optional(),
    pattern: z
      .string()
      .max(200)
      .transform(
        parsed((pattern: string): RegExp | undefined => {
          try {
            return new RegExp(`^(?:${pattern})$`, 'u');
          } catch {
            return undefined;
          }
        }, phrase`The pattern is not a regular expression.`),
      )
      .optional(),
    rule: text.exactOptional(),
    choices: z
      .array(z.strictObject({ value: line, label: text }))
      .min(1)
      .max(100)
      .refine((choices) => distinct(choices.map(({ value }) => value)), 'Choices are distinct.')
      .optional(),
    searched: z.literal(true).exactOptional(),
  })
  .superRefine(({ kind, maxLength, choices }, context) => {
    const most = FIELD_RULES[kind].maxLength;
    if (maxLength !== undefined && maxLength > most)
      context.addIssue(refusal(phrase`At most ${most} for a ${kind}.`, ['maxLength']));
    if (kind === 'text' && maxLength === undefined)
      context.addIssue(refusal(phrase`A text field has a maxLength.`, ['maxLength']));
    if ((kind === 'choice') !== (choices !== undefined))
      context.addIssue(refusal(phrase`Choices belong to fields of kind choice.`, ['choices']));
  })
  .transform(({ maxLength, maxItems, pattern, choices, ...rest }) => ({
    ...rest,
    maxLength: maxLength ?? FIELD_RULES[rest.kind].maxLength,
    ...(maxItems !== undefined && { maxItems }),
    ...(pattern && { pattern }),
    ...(choices && { choices }),
  }));

export const profile = z.strictObject({
  id: id.refine((value) => value !== 'ca' && value !== 'ocsp-responder', "This id is the service's own."),
  version: z.int().min(1),
  authority: z.string(),
  title: text,
  kind: z.enum(['organisation', 'person', 'principal', 'service'] satisfies ProfileKind[]),
  validity: period,
  backdate,
  subject: subjectTemplate,
  subjectAltName: z.array(alternativeName).max(20).default([]),
  keyUsage: z.array(z.enum(KEY_USAGES)).min(1).refine(distinct, 'Usages are distinct.'),
  extKeyUsage: z.array(purpose).max(10).refine(distinct, 'Purposes are distinct.').default([]),
  certificatePolicies: z
    .array(policy)
    .min(1)
    .max(5)
    .refine((policies) => distinct(policies.map((one) => one.policyIdentifier)), 'Policies are distinct.'),
  publicKeys: z
    .array(
      z
        .enum(PUBLIC_KEY_KINDS as [string, ...string[]])
        .transform((kind) => kind as (typeof PUBLIC_KEY_KINDS)[number]),
    )
    .min(1)
    .refine(distinct, 'Kinds of keys are distinct.'),
  hold: z.enum(['notAllowed', 'final', 'releasable'] satisfies HoldRule[]),
  sameKey: z.enum(['refused', 'renewal'] satisfies SameKeyRule[]).default('refused'),
  signsIn: z.literal('holder').exactOptional(),
  revocationTerm: seconds.prefault('P1D'),
  officeApproval: z.boolean().default(false),
  fields: z.array(field).max(50),
});

export const tenant = z.strictObject({ id, title: text });

/** One of the first operators, who enrol everybody else. The person is the operator's own id where none is named. */
export const operator = z
  .strictObject({
    id: id.superRefine((value, context) => {
      if (WORDS_OF_RECORDS.some((word) => word === value)) {
        context.addIssue(
          refusal(phrase`Records and reports say ${value} of others; choose another id, such as ${value}-1.`),
        );
      }
    }),
    person: id.optional(),
    tenant: z.string().optional(),
    name: text,
  })
  .transform(({ person, tenant: within, ...rest }) => ({
    ...rest,
    role: 'operator' as const,
    person: person ?? rest.id,
    ...(within !== undefined && { tenant: within }),
  }));

const retention = z.strictObject({
  provision: period,
  issuanceAfterExpiry: period,
  crl: period,
  report: period,
  enrolment: period.prefault('P10Y'),
  request: period.prefault('P1Y'),
  dataKeyCopies: period.prefault('P30D'),
});

const LAPSE = 'P7D';

/** How long a complete approval waits for its use; and the generations of the keys that sign acts, 1 where none is said. */
const acts = z
  .strictObject({
    lapse: z
      .strictObject({
        request: period.prefault(LAPSE),
        amendment: period.prefault(LAPSE),
        revocation: period.prefault(LAPSE),
        ceremony: period.prefault(LAPSE),
        enrolment: period.prefault(LAPSE),
      })
      .prefault({}),
    keys: z.partialRecord(z.enum(ACT_KEY_KINDS), z.int().min(1).max(9_999)).default({}),
  })
  .prefault({});

/** Rows of a file that an examiner opens one by one before the others may be approved together. */
const bulkExamination = z
  .strictObject({
    percent: z.int().min(0).max(100).default(5),
    atLeast: z.int().min(0).max(1_000).default(5),
  })
  .prefault({});

/** Where certificates say that the service is; the rule is that of PUBLIC_URL. Where it is absent, the address in force stays. */
const addresses = z
  .array(
    z
      .string()
      .max(200)
      .refine(
        isPublicationUrl,
        'An address goes into certificates: http, in ASCII without spaces, the host a domain name in lower case (other scripts as xn--) or an IP address, no . or .. in the path, without query, user or slash at the end.',
      ),
  )
  .min(1)
  .max(10)
  .refine(distinct, 'Addresses are distinct.')
  .transform((urls) => urls as [string, ...string[]])
  .optional();

export const ceremony = z.strictObject({ persons: z.tuple([z.string(), z.string()]) });

export const trustDomain = z.strictObject({
  name: id,
  title: text,
  // The records of one answer about all of them fit into one write.
  tenants: z.array(tenant).min(1).max(64),
  authorities: z.array(authority).min(1).max(50),
  profiles: z.array(profile).min(1).max(200),
  operators: z.array(operator).min(2).max(100),
  retention,
  acts,
  bulkExamination,
  addresses,
  ceremony,
});
