import { z } from 'zod';
import { ACT_KEY_KINDS } from '../lib/act-kinds.ts';

/*
 * The members of the service's answers that the command line uses. Other members are kept, so that --json shows the
 * whole answer, and a newer service can add members.
 */

const text = z.string();
const bilingual = z.looseObject({ ja: text, en: text });
const certificateRef = z.looseObject({ ca: text, serial: text });

export const problemAnswer = z.looseObject({
  type: text,
  title: text,
  detail: text.default(''),
  code: text,
  status: z.int().exactOptional(),
  facts: z.record(text, z.unknown()).exactOptional(),
  requestId: text.exactOptional(),
});

/** Why names are not shown. */
export const personalDataAnswer = z.looseObject({
  state: text,
  month: text.exactOptional(),
  code: text.exactOptional(),
});
export type PersonalDataAnswer = z.output<typeof personalDataAnswer>;

export const requestAnswer = z.looseObject({
  id: text,
  tenant: text.exactOptional(),
  office: text,
  profile: text,
  profileVersion: z.int(),
  state: text,
  fields: z.record(text, z.union([text, z.array(text)])).exactOptional(),
  subject: text.exactOptional(),
  searched: z.array(text).exactOptional(),
  personalData: personalDataAnswer.exactOptional(),
  holder: text.exactOptional(),
  issuedTo: text.exactOptional(),
  newHolder: z.literal(true).exactOptional(),
  ignored: z
    .array(z.looseObject({ part: text, name: text.exactOptional(), value: text.exactOptional() }))
    .exactOptional(),
  keyAlgorithm: text,
  publicKeyDigest: text,
  submittedBy: text,
  submittedAt: text,
  examinations: z.array(
    z.looseObject({ stage: text, by: text, at: text, decision: text, reason: text.exactOptional() }),
  ),
  certificate: certificateRef.exactOptional(),
  withdrawal: z.looseObject({ by: text, at: text, reason: text.exactOptional() }).exactOptional(),
  failure: z.looseObject({ at: text, code: text, reason: text }).exactOptional(),
  lapses: z.array(text).exactOptional(),
});
export type RequestAnswer = z.output<typeof requestAnswer>;

export const profilesAnswer = z.looseObject({
  profiles: z.array(
    z.looseObject({
      id: text,
      version: z.int(),
      title: bilingual,
      kind: text.exactOptional(),
      ca: text,
      offices: z.array(text).exactOptional(),
      publicKeys: z.array(text),
      sameKey: text,
      hold: text,
      officeApproval: z.boolean().exactOptional(),
      fields: z.array(
        z.looseObject({
          name: text,
          label: bilingual,
          kind: text,
          required: z.boolean(),
          maxLength: z.int(),
          maxItems: z.int().exactOptional(),
          pattern: text.exactOptional(),
          rule: bilingual.exactOptional(),
          // A service of an earlier version does not say it.
          certified: z.boolean().exactOptional(),
          searched: z.literal(true).exactOptional(),
          choices: z.array(z.looseObject({ value: text, label: bilingual })).exactOptional(),
        }),
      ),
    }),
  ),
});
export type ProfileAnswer = z.output<typeof profilesAnswer>['profiles'][number];

export const requestPage = z.looseObject({
  requests: z.array(requestAnswer),
  cursor: text.exactOptional(),
  total: z.int().exactOptional(),
  more: z.literal(true).exactOptional(),
  predecessors: z.array(text).exactOptional(),
});

const awaiting = z.looseObject({
  status: z.enum(['revoked', 'hold']),
  reason: text,
  invalidityDate: text.exactOptional(),
  raises: z.literal(true).exactOptional(),
  askedBy: text,
  askedAt: text,
  lapsesAt: text,
});

/** The answer to an action that needs a second person. */
export const awaitingAnswer = z.looseObject({ awaiting, first: z.boolean() });

export const revocationAnswer = z.looseObject({
  revocation: z.looseObject({
    status: z.enum(['revoked', 'hold']),
    revocationTime: text,
    reason: text,
    invalidityDate: text.exactOptional(),
  }),
  first: z.boolean(),
  raised: z.literal(true).exactOptional(),
  final: z.literal(true).exactOptional(),
});

const recovery = {
  table: z.int(),
  published: z.int(),
  lost: z.array(z.tuple([z.int(), z.int()])),
  awaiting: z.looseObject({ askedBy: text, askedAt: text, lapsesAt: text }).exactOptional(),
};

export const recoveryOutcomeAnswer = z.looseObject({ ...recovery, first: z.boolean() });

export const recoveryStandingAnswer = z.union([
  z.looseObject({ state: z.literal('level') }),
  z.looseObject({ state: z.enum(['behind', 'recovering']), ...recovery }),
]);

export const outcomeAnswer = z.union([awaitingAnswer, revocationAnswer]);

/** A correction is done, or awaits a second person. */
export const correctionAnswer = z.looseObject({
  awaiting: z.looseObject({ askedBy: text, askedAt: text, lapsesAt: text }).exactOptional(),
  first: z.boolean(),
});

export const certificateAnswer = z.looseObject({
  ca: text,
  serial: text,
  profile: text,
  request: text,
  tenant: text.exactOptional(),
  office: text.exactOptional(),
  subject: text.exactOptional(),
  personalData: personalDataAnswer.exactOptional(),
  notBefore: text,
  notAfter: text,
  status: text,
  revocation: revocationAnswer.shape.revocation.exactOptional(),
  awaiting: awaiting.exactOptional(),
});

export const certificatePage = z.looseObject({
  certificates: z.array(certificateAnswer.extend({ holder: text.exactOptional() })),
  cursor: text.exactOptional(),
  total: z.int().exactOptional(),
  more: z.literal(true).exactOptional(),
  predecessors: z.array(text).exactOptional(),
});
export type ListedCertificateAnswer = z.output<typeof certificatePage>['certificates'][number];

export const authoritiesAnswer = z.looseObject({
  authorities: z.array(
    z.looseObject({
      id: text,
      authority: text,
      generation: z.int(),
      title: bilingual,
      subject: text,
      algorithm: text,
      notBefore: text,
      notAfter: text,
      fingerprint: text,
      urls: z.looseObject({
        certificate: text,
        crl: z.array(text),
        authorityCrl: z.array(text).exactOptional(),
        ocsp: text,
      }),
    }),
  ),
});

export const publicationAnswer = z.looseObject({
  ca: text,
  partition: text,
  number: text,
  thisUpdate: text,
  nextUpdate: text,
  sha256: text,
  bytes: z.int(),
});

export const tokenAnswer = z.looseObject({ token: text, expiresAt: text });

export const recordAnswer = z.looseObject({
  id: text,
  time: text,
  kind: text,
  recipient: text.exactOptional(),
  actor: text.exactOptional(),
  channel: text.exactOptional(),
  method: text.exactOptional(),
  repeats: text.exactOptional(),
  purpose: text.exactOptional(),
  purposeAssumed: z.literal(true).exactOptional(),
  // As they came: an audit compares the digest of the whole record.
  provided: z.unknown().optional(),
  details: z.unknown().optional(),
  certificates: z.array(certificateRef).exactOptional(),
  requests: z.array(text).exactOptional(),
  responseDigest: text.exactOptional(),
  shared: z.array(z.looseObject({ responseDigest: text, count: z.int() })).exactOptional(),
  count: z.int().exactOptional(),
});
export type RecordAnswer = z.output<typeof recordAnswer>;

export const recordPage = z.looseObject({ records: z.array(recordAnswer), cursor: text.exactOptional() });

const accessAnswer = z.looseObject({
  id: text,
  time: text,
  who: text,
  door: text.exactOptional(),
  channel: text.exactOptional(),
  method: text.exactOptional(),
  result: text,
  code: text.exactOptional(),
  requests: z.array(text),
  certificates: z.array(certificateRef),
  shown: z.unknown().optional(),
  count: z.int(),
});
export type AccessAnswer = z.output<typeof accessAnswer>;

export const accessPage = z.looseObject({
  accesses: z.array(accessAnswer),
  cursor: text.exactOptional(),
});

export const serialPage = z.looseObject({
  serials: z.array(
    z.looseObject({
      serial: text,
      state: text.exactOptional(),
      notAfter: text.exactOptional(),
      revocationTime: text.exactOptional(),
      reason: text.exactOptional(),
      invalidityDate: text.exactOptional(),
      order: text.exactOptional(),
      profile: text.exactOptional(),
      office: text.exactOptional(),
      holder: text.exactOptional(),
      issuedTo: text.exactOptional(),
      tbsDigest: text.exactOptional(),
      digest: text.exactOptional(),
      crlAddresses: z.array(text).exactOptional(),
      differs: z.array(text).exactOptional(),
      ended: z.looseObject({ key: text.exactOptional(), record: text.exactOptional() }).exactOptional(),
      unreadable: text.exactOptional(),
    }),
  ),
  cursor: text.exactOptional(),
});

/** An office or a principal, as far as an audit compares it. */
const enrolmentAnswer = z.looseObject({
  id: text,
  number: z.int(),
  changed: z.looseObject({ at: text }),
  standing: text.exactOptional(),
  name: bilingual.exactOptional(),
  personalData: personalDataAnswer.exactOptional(),
});
export const officePage = z.looseObject({
  offices: z.array(enrolmentAnswer),
  cursor: text.exactOptional(),
});
export const principalPage = z.looseObject({
  principals: z.array(enrolmentAnswer),
  cursor: text.exactOptional(),
});

export const holderPage = z.looseObject({
  holders: z.array(enrolmentAnswer),
  cursor: text.exactOptional(),
});

export const usedKeyPage = z.looseObject({
  keys: z.array(
    z.looseObject({ identity: text, record: text.exactOptional(), request: text.exactOptional() }),
  ),
  cursor: text.exactOptional(),
});

export const archivePage = z.looseObject({
  crls: z.array(
    z.looseObject({
      partition: text.exactOptional(),
      number: z.int().exactOptional(),
      name: text,
      digest: text,
    }),
  ),
  cursor: text.exactOptional(),
});

export const annualReportsAnswer = z.looseObject({
  reports: z.array(
    z.looseObject({
      tenant: text.exactOptional(),
      fiscalYear: z.int(),
      version: z.int(),
      digest: text,
    }),
  ),
});

export const totalsAnswer = z.looseObject({
  counts: z.array(z.looseObject({ month: text, kind: text, records: z.int(), items: z.int() })),
  setAside: z.array(z.looseObject({ digest: text, time: text, what: text, why: text })).default([]),
});

export const actKeysAnswer = z.object({
  keys: z.array(
    z.object({
      kind: z.enum(ACT_KEY_KINDS),
      generation: z.int(),
      origin: text,
      publicKey: text,
      digest: text,
      predecessor: text.exactOptional(),
      closedAt: z.int().exactOptional(),
    }),
  ),
});
