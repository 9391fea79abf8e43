import * as z from 'zod';
import type {
  AwaitedCorrection,
  AwaitedRevocation,
  CaView,
  CertificateView,
  Revocation,
} from '../../lib/authority/authority.ts';
import { CHANNELS, type LedgerRecord, RECORD_KINDS } from '../../lib/ledger/ledger.ts';
import { ENTRY_REASONS, parseSerial, REVOCATION_REASONS } from '../../lib/pki/pki.ts';
import { DOORS } from '../../lib/principal.ts';
import {
  EXAMINATION_STAGES,
  hasIndividualNumber,
  REQUEST_STATES,
  type RequestView,
} from '../../lib/registration/registration.ts';
import { AUTHORITY_CRL, FULL_CRL } from '../../lib/status/status.ts';

/* The schemas of several operations. Names in examples are those of the demonstration (domains/demonstration.json). `tsc` checks those of answers against the rooms' types. */

const id = z.string().regex(/^[a-z0-9-]{1,64}$/, 'Must be 1 to 64 lower-case letters, digits and hyphens.');

export const caId = id.meta({ description: "A CA's id, one per generation.", example: 'organisation-1' });
export const crlPartition = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'Must be the name of a partition.')
  .meta({
    description: `\`${FULL_CRL}\` for the CRL that certificates name. \`${AUTHORITY_CRL}\` for that of the CA's own certificate, where the CA has one.`,
    example: FULL_CRL,
  });
export const principalId = id.meta({ description: "A principal's id.", example: 'higashi-counter' });
export const officeId = id.meta({ description: "A sub-office's id.", example: 'mizusaki-higashi' });
export const tenantId = id.meta({ description: "A tenant's id.", example: 'tokiwa' });
export const profileId = id.meta({ description: "A profile's id.", example: 'official-position' });
export const purposeId = id.meta({
  description: "The id of a relying party's purpose.",
  example: 'tax-return',
});
export const requestId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'Must be the id of a request.')
  .meta({ description: "A request's id." });
export const recordId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'Must be the id of a record.')
  .meta({ description: "A record's id; ids sort as the records were written." });

const serialText = z.string().regex(/^[0-9a-fA-F]{1,40}$/, 'Must be 1 to 20 octets in hex.');
/** Turned into the rooms' form: lower case, whole octets. Fault: `malformed-serial` for hex that is no serial number. */
export const serial = serialText
  .transform((text): string => parseSerial(text))
  .meta({
    description: 'A serial number in hex; answers have it in lower case.',
    example: '1f00000000000000000000000000002a',
  });

export const certificateRef = z.strictObject({ ca: caId, serial: serialText });

/** RFC 3339, UTC, written with `Z`: times in answers. */
export const utc = z.iso.datetime({ error: 'Must be a time of RFC 3339 in UTC, ending in Z.' });

/** A time that a caller sends: RFC 3339 with `Z` or an offset. The rooms get it in UTC. */
export const time = z.iso
  .datetime({
    offset: true,
    error: 'Must be a time of RFC 3339, such as 2026-04-01T09:00:00+09:00; in an address, + is written %2B.',
  })
  .transform((text): string =>
    text.endsWith('Z') ? text : new Date(text).toISOString().replace('.000Z', 'Z'),
  )
  .pipe(utc)
  .meta({ description: 'RFC 3339, with `Z` or an offset.', example: '2026-04-01T09:00:00+09:00' });

/** A month of Japan Standard Time. */
export const month = z
  .string()
  .regex(/^2\d{3}-(?:0[1-9]|1[0-2])$/, 'Must be a month, such as 2026-04.')
  .meta({ example: '2026-04' });

export const pageLimit = (max: number, fallback: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/, `Must be a whole number from 1 to ${max}.`)
    .transform(Number)
    .pipe(z.int().max(max, `Must be at most ${max}.`))
    .meta({ type: 'integer', minimum: 1, maximum: max, description: 'Items on the page, at most.' })
    .default(fallback);

/** SHA-256. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/, 'Must be a SHA-256 digest in lower-case hex.');

export const cursor = z
  .string()
  .min(1)
  .max(4096)
  .meta({ description: 'From an earlier page of the same query; opaque.' });

/** What people write is kept, and an Individual Number must not be. */
const written = z
  .string()
  .refine(
    (text) => !hasIndividualNumber(text),
    "Twelve digits in it have the form of an Individual Number (My Number), which the law forbids to keep here; leave them out, or give a number of your office's own that has another length.",
  );

export const reason = written
  .trim()
  .min(1, 'Must say why.')
  .max(1000, 'Must have at most 1,000 characters.')
  .meta({ description: 'For people, in any language; more than spaces.', pattern: '\\S' });

export const fields = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, "Must be a field's name.")
      .refine((name) => !hasIndividualNumber(name), "Must be a field's name."),
    z.union([written.max(4096), z.array(written.max(4096)).max(64)]),
  )
  .meta({
    description:
      "Values of the profile's fields, by the field's name; `/api/v1/profiles` says which there are. What has the form of an Individual Number (twelve digits with the right check digit, however they are written) is refused in any of them.",
    example: { position: 'Mayor', positionJa: '市長' },
  });

/* Views -------------------------------------------------------------------------------------------------- */

export const bilingual = z.object({ ja: z.string(), en: z.string() });

export const caView = z
  .object({
    id: caId,
    authority: z.string(),
    tenant: tenantId.exactOptional().meta({
      description: 'The tenant whose offices it serves; absent where it serves those of all tenants.',
    }),
    generation: z.int().min(1),
    title: bilingual,
    subject: z.string(),
    algorithm: z.string(),
    notBefore: utc,
    notAfter: utc,
    fingerprint: z.string().meta({ description: 'SHA-256 of the certificate, hex.' }),
    urls: z.object({
      certificate: z.string(),
      crl: z.array(z.string()),
      authorityCrl: z
        .array(z.string())
        .exactOptional()
        .meta({ description: "Of the CRL of the CA's own certificate; absent where `crl` covers it." }),
      ocsp: z.string(),
    }),
  })
  .meta({ id: 'CertificationAuthority' }) satisfies z.ZodType<CaView>;

/** Why a name is not shown. */
export const personalDataState = z
  .union([
    z.object({ state: z.literal('ended'), month: z.string().exactOptional() }),
    z.object({ state: z.literal('unreadable'), code: z.string() }),
  ])
  .meta({
    description:
      'Why the personal data are not shown: their retention has ended (with `month`, at the end of that one; without, by an order), or they cannot be read now.',
  });

export const requestView = z
  .object({
    id: requestId,
    tenant: tenantId.meta({ description: "The tenant of the request's office." }),
    office: z.string(),
    profile: z.string(),
    profileVersion: z.int(),
    state: z.enum(REQUEST_STATES),
    fields: z
      .record(z.string(), z.union([z.string(), z.array(z.string())]))
      .exactOptional()
      .meta({
        description: 'Absent, as the subject is, where `personalData` says why.',
      }),
    subject: z
      .string()
      .exactOptional()
      .meta({ description: 'The subject that the certificate will have, for people.' }),
    searched: z
      .array(z.string())
      .exactOptional()
      .meta({ description: 'The values by which a search finds the request.' }),
    personalData: personalDataState.exactOptional(),
    holder: principalId.exactOptional().meta({ description: 'The pseudonym of whom it is about.' }),
    issuedTo: principalId
      .exactOptional()
      .meta({ description: 'The officer to whom the office gives the certificate.' }),
    newHolder: z.literal(true).exactOptional().meta({
      description:
        'No other request has led to a certificate for the holder, so the pseudonym may be mistyped. To officers, the requests of their own office count; to operators and auditors, those of all offices of their tenant. Requests that were rejected or withdrawn, or that failed, do not count. Said where a request is submitted, and where a request or a list of them is asked for.',
    }),
    ignored: z
      .array(
        z.object({
          part: z.enum(['subject', 'extension', 'attribute']),
          name: z.string().exactOptional().meta({ description: "The extension's name, or an OID." }),
          value: z.string().exactOptional().meta({ description: 'The subject, or one subjectAltName.' }),
        }),
      )
      .exactOptional()
      .meta({
        description:
          'The first 20 parts of the PKCS#10 request that the certificate will not have; the profile and the fields make it.',
      }),
    keyAlgorithm: z.string(),
    publicKeyDigest: z.string().meta({ description: 'SHA-256 of the DER SubjectPublicKeyInfo, hex.' }),
    submittedBy: principalId,
    submittedAt: utc,
    examinations: z.array(
      z.object({
        stage: z.enum(EXAMINATION_STAGES).meta({
          description: '`office-approval` is the second examination at the office.',
        }),
        by: principalId,
        at: utc,
        decision: z.enum(['approve', 'reject']),
        reason: z.string().exactOptional(),
      }),
    ),
    certificate: certificateRef.exactOptional(),
    withdrawal: z.object({ by: principalId, at: utc, reason: z.string().exactOptional() }).exactOptional(),
    failure: z
      .object({ at: utc, code: z.string(), reason: z.string() })
      .meta({ description: 'Why no certificate can be issued. Another request may use its public key.' })
      .exactOptional(),
    lapses: z
      .array(utc)
      .meta({ description: 'When approvals lapsed unused; each time the request has to be examined again.' })
      .exactOptional(),
  })
  .meta({ id: 'Request' }) satisfies z.ZodType<RequestView>;

export const revocationReason = z.enum(REVOCATION_REASONS).meta({ description: "RFC 5280's names (5.3.1)." });

export const revocation = z
  .object({
    status: z.enum(['revoked', 'hold']),
    revocationTime: utc,
    reason: z.enum(ENTRY_REASONS),
    invalidityDate: utc.exactOptional(),
  })
  .meta({ id: 'Revocation' }) satisfies z.ZodType<Revocation>;

export const revocationAnswer = z.object({
  revocation,
  first: z
    .boolean()
    .meta({ description: 'False if the certificate was revoked for the same before; nothing changed.' }),
  raised: z.literal(true).exactOptional().meta({
    description:
      'Present if the certificate was revoked before, and this raised the reason or gave an earlier invalidity date.',
  }),
  final: z.literal(true).exactOptional().meta({
    description: 'Present if the certificate is on hold, and by its profile the hold can never be released.',
  }),
});

export const awaitedRevocation = z
  .object({
    status: z.enum(['revoked', 'hold']).meta({ description: 'The status that the certificate will have.' }),
    reason: z.enum(ENTRY_REASONS),
    invalidityDate: utc.exactOptional(),
    raises: z.literal(true).exactOptional().meta({
      description:
        'Present if the certificate is revoked already, and this raises the reason or gives an earlier invalidity date.',
    }),
    askedBy: principalId,
    askedAt: utc,
    lapsesAt: utc.meta({ description: 'The pending revocation has no effect from then on.' }),
  })
  .meta({ id: 'AwaitedRevocation' }) satisfies z.ZodType<AwaitedRevocation>;

const firstAsked = z
  .boolean()
  .meta({ description: 'False if the same person asked before; nothing changed.' });

export const awaitingAnswer = z.object({ awaiting: awaitedRevocation, first: firstAsked });

export const awaitedCorrection = z
  .object({
    askedBy: principalId,
    askedAt: utc,
    lapsesAt: utc.meta({ description: 'The pending correction has no effect from then on.' }),
  })
  .meta({ id: 'AwaitedCorrection' }) satisfies z.ZodType<AwaitedCorrection>;

export const awaitingCorrectionAnswer = z.object({ awaiting: awaitedCorrection, first: firstAsked });

export const correctionAnswer = z.object({ corrected: z.literal(true), first: z.literal(true) });

export const certificateView = z
  .object({
    ca: caId,
    serial: serialText,
    profile: z.string(),
    profileVersion: z.int(),
    tenant: tenantId.exactOptional(),
    office: z.string().exactOptional(),
    holder: principalId.exactOptional().meta({ description: 'The pseudonym of whom it is about.' }),
    issuedTo: principalId
      .exactOptional()
      .meta({ description: 'The officer to whom the office gave the certificate.' }),
    request: z.string(),
    subject: z
      .string()
      .exactOptional()
      .meta({ description: 'Absent where `personalData` is present; so is `pem`.' }),
    personalData: personalDataState.exactOptional(),
    notBefore: utc,
    notAfter: utc,
    status: z.enum(['good', 'revoked', 'hold', 'expired']),
    revocation: revocation.exactOptional(),
    awaiting: awaitedRevocation.exactOptional(),
    pem: z.string().exactOptional(),
  })
  .meta({ id: 'Certificate' }) satisfies z.ZodType<CertificateView>;

/** A PKCS#10 of at most 64 KiB in PEM. */
export const csr = z
  .string()
  .max(96 * 1024)
  .meta({ description: 'PKCS#10 in PEM (RFC 2986, 7468). Its subject is not used.' });

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const recordedAt = {
  id: recordId,
  time: utc,
  salt: z.string().meta({ description: 'Random; part of the bytes under the leaf.' }),
  tenant: id.exactOptional().meta({
    description: 'The tenant whose affairs it is about. Absent where it concerns the service as a whole.',
  }),
  leaf: z.int().min(0).exactOptional().meta({ description: 'The index of its leaf in the log.' }),
};
/** What a record says in members of its own. */
export const content = z.record(z.string(), z.json().meta({ id: 'Json' }));

export const ledgerRecord = z
  .discriminatedUnion('kind', [
    z.object({
      ...recordedAt,
      kind: z.literal('provision'),
      recipient: z.string().meta({ description: 'A principal, or `public`.' }),
      unproven: z.string().exactOptional().meta({
        description: 'The code of the fault for which credentials in the request were not accepted.',
      }),
      repeats: z.string().exactOptional().meta({
        description:
          'The signature of the request names the recipient, and the same request was answered before: the id of the record of the first answer. Anybody who has seen the request may have sent it again.',
      }),
      door: z.enum(DOORS).exactOptional().meta({
        description:
          'By what the recipient has proven who it is; where credentials were refused, which those were.',
      }),
      channel: z.enum(CHANNELS),
      method: z.string().meta({
        description:
          'With HEAD only headers were sent; `responseDigest` is of the content that they describe.',
      }),
      office: z.string().exactOptional(),
      purpose: z.string().exactOptional(),
      legalBasis: z.string().exactOptional(),
      purposeAssumed: z.literal(true).exactOptional().meta({
        description: 'The recipient named no purpose. The trust domain assumes this one for the recipient.',
      }),
      day: z.string().exactOptional(),
      certificates: z.array(certificateRef),
      requests: z
        .array(z.string())
        .readonly()
        .exactOptional()
        .meta({ description: 'The ids of the requests that the answer shows.' }),
      provided: content.meta({
        description:
          'What was answered. For OCSP: `answers`, and `reasons` of those that are `revoked`, in the order of `certificates`; `unregistered`, the serial numbers that the status register did not have (`ca`, `serials`, and their common `answer` and `reason`), for which no index has a row; the times of the answer.',
      }),
      requestDigest: sha256.exactOptional(),
      responseDigest: sha256
        .exactOptional()
        .meta({ description: 'Absent where `shared` has the digests, and where credentials were refused.' }),
      shared: z
        .array(
          z.object({
            requestDigest: sha256.exactOptional(),
            responseDigest: sha256,
            count: z.int().meta({
              description:
                'Its items: the certificates, its part of the serial numbers (they are in the order of the answers), and `impossible`.',
            }),
            impossible: z.int().exactOptional().meta({
              description: 'Serial numbers that no certificate can have.',
            }),
          }),
        )
        .exactOptional()
        .meta({
          description:
            'Two or more answers to the public that left at the same time and said the same: the rest of the record is true of each.',
        }),
      count: z.int().meta({ description: 'How many items the record stands for.' }),
    }),
    z.object({
      ...recordedAt,
      kind: z.enum(RECORD_KINDS).exclude(['provision']),
      actor: z.string().meta({ description: 'A principal, or `service`.' }),
      certificates: z.array(certificateRef).exactOptional(),
      office: z.string().exactOptional(),
      holder: z.string().exactOptional(),
      details: content,
      signature: z
        .object({ key: z.string(), value: z.base64() })
        .exactOptional()
        .meta({ description: 'Over the record without `leaf` and `signature`; see `/log/act-keys`.' }),
    }),
  ])
  .meta({ id: 'Record' }) satisfies z.ZodType<LedgerRecord>;
