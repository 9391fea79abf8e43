import * as z from 'zod';
import type {
  Confirmed,
  Invited,
  Notice,
  PrincipalView,
  Transfer,
} from '../../../lib/enrolment/enrolment.ts';
import { DUTIES, ROLES } from '../../../lib/principal.ts';
import {
  bilingual,
  officeId,
  personalDataState,
  principalId,
  purposeId,
  sha256,
  tenantId,
  time,
  utc,
} from '../../http/schemas.ts';
import { kana, names, step, text } from './names.ts';

const role = z.enum(ROLES);
const person = principalId.meta({
  description: 'Who stands behind the principal. Two steps of one request always take two persons.',
  example: 'chief-tanabe',
});

const purpose = z.strictObject({ id: purposeId, title: names, legalBasis: text });

export const principalTerms = z
  .strictObject({
    role,
    name: names,
    kana: kana.exactOptional(),
    person: person.exactOptional(),
    tenant: tenantId.exactOptional().meta({
      description:
        "The tenant of an operator, auditor or relying party; an officer has that of the office. If it is left out, it is the operator's own tenant. Principals of the service have none. It cannot change.",
    }),
    office: officeId.exactOptional(),
    duties: z.array(z.enum(DUTIES)).max(DUTIES.length).exactOptional().meta({
      description:
        'Of an officer. `receive` submits requests, `examine` examines them, `approve` examines them a second time where the profile or the office asks for that, `responsible` enrols the officers of the office.',
    }),
    purposes: z
      .array(purpose)
      .max(20)
      .exactOptional()
      .meta({ description: 'Of a relying party: what it may name as the purpose of a call.' }),
    assumedPurpose: purposeId.exactOptional(),
    agreement: text
      .exactOptional()
      .meta({ description: 'The number of the agreement with a relying party.' }),
    from: time.exactOptional().meta({ description: 'Now, where it is left out.' }),
    until: time.exactOptional().meta({ description: 'Without it, no end is set.' }),
  })
  .meta({ id: 'PrincipalTerms' });

export const effectiveFrom = time.meta({
  description: 'A moment to come, at most 400 days ahead, from which on it is in force.',
  example: '2027-04-01T00:00:00+09:00',
});

/** A change at once, or from a moment on. */
export const principalChange = principalTerms
  .extend({ effectiveFrom: effectiveFrom.exactOptional() })
  .meta({ id: 'PrincipalChange' });

export const principalProposal = principalTerms
  .extend({
    effectiveFrom: effectiveFrom
      .exactOptional()
      .meta({ description: 'Of a change without an invitation: the moment from which on it is in force.' }),
    invites: z
      .boolean()
      .exactOptional()
      .meta({ description: 'Asks for a new key. Whoever has none yet is invited in any case.' }),
  })
  .meta({ id: 'PrincipalProposal' });

export const principalTransfer = z
  .strictObject({
    office: officeId.meta({ description: 'The office to which the officer goes.' }),
    duties: z.array(z.enum(DUTIES)).min(1).max(DUTIES.length),
    until: time.exactOptional().meta({ description: 'Without it, no end is set.' }),
    effectiveFrom: effectiveFrom.exactOptional(),
  })
  .meta({ id: 'PrincipalTransfer' }) satisfies z.ZodType<Transfer>;

export const standing = z.enum(['invited', 'active', 'suspended', 'ended']);

export const shownPurpose = z.object({ id: purposeId, title: bilingual, legalBasis: z.string() });

const shown = {
  kana: z.string().exactOptional(),
  personalData: personalDataState.exactOptional(),
  tenant: tenantId.exactOptional().meta({ description: 'Absent for principals of the service.' }),
  office: officeId.exactOptional(),
  duties: z.array(z.enum(DUTIES)).readonly().exactOptional(),
  purposes: z.array(shownPurpose).readonly().exactOptional(),
  assumedPurpose: purposeId.exactOptional(),
  agreement: z.string().exactOptional(),
  until: utc.exactOptional(),
};

export const principalView = z
  .object({
    id: principalId,
    number: z.int().min(1).meta({ description: 'The number of the newest act on the principal.' }),
    changed: step.meta({ description: 'Who did the newest act, and when.' }),
    standing: standing
      .exactOptional()
      .meta({ description: 'Absent while nobody has confirmed the first proposal.' }),
    role: role.exactOptional(),
    person: person.exactOptional(),
    name: bilingual.exactOptional().meta({
      description:
        'Absent where `personalData` says why, and where the table has lost the name of a relying party, until somebody gives it again.',
    }),
    from: utc.exactOptional(),
    ...shown,
    awaiting: z
      .object({
        by: principalId,
        at: utc,
        lapsesAt: utc,
        effectiveFrom: utc
          .exactOptional()
          .meta({ description: 'Where it is to be in force later than at its confirmation.' }),
        invites: z
          .literal(true)
          .exactOptional()
          .meta({ description: 'With the confirmation the person is invited to bring a key.' }),
        standing,
        role,
        person,
        name: bilingual.exactOptional(),
        from: utc,
        ...shown,
      })
      .exactOptional()
      .meta({ description: 'What one person proposed and another one has to confirm.' }),
    prepared: z
      .object({
        by: principalId,
        at: utc,
        effectiveFrom: utc,
        standing,
        role,
        person,
        name: bilingual.exactOptional(),
        from: utc,
        ...shown,
      })
      .exactOptional()
      .meta({
        description:
          'What is in force from `effectiveFrom` on, unless another act on the principal comes before.',
      }),
    invitedUntil: utc.exactOptional().meta({ description: 'When the newest invitation lapses.' }),
    fingerprint: sha256.exactOptional().meta({
      description: 'SHA-256 of the SubjectPublicKeyInfo that was brought and that nobody has confirmed yet.',
    }),
    key: sha256.exactOptional().meta({ description: 'The fingerprint of the key that was confirmed last.' }),
  })
  .meta({ id: 'Principal' }) satisfies z.ZodType<PrincipalView>;

const invitation = z.string().meta({
  description: 'For the invited person alone. It is shown this once, opens once, and is good for seven days.',
});

export const invited = z
  .object({ principal: principalView, invitation })
  .meta({ id: 'Invited' }) satisfies z.ZodType<Invited>;

export const confirmed = z
  .object({ principal: principalView, invitation: invitation.exactOptional() })
  .meta({ id: 'Confirmed' }) satisfies z.ZodType<Confirmed>;

export const notice = z
  .object({
    effectiveFrom: utc.meta({ description: 'When it was to be in force.' }),
    principal: principalId,
    prepared: z.string().meta({ description: 'The record of the act that prepared it.' }),
    instead: z
      .string()
      .exactOptional()
      .meta({ description: 'The record of the act that came after that one.' }),
    why: z.enum(['other-act', 'office-not-open']),
  })
  .meta({ id: 'Notice' }) satisfies z.ZodType<Notice>;
