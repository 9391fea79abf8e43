import * as z from 'zod';
import type { Invited, PrincipalView } from '../../../lib/enrolment/enrolment.ts';
import { DUTIES, ROLES } from '../../../lib/principal.ts';
import { bilingual, officeId, principalId, purposeId, sha256, time, utc } from '../../http/schemas.ts';
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
    office: officeId.exactOptional(),
    duties: z.array(z.enum(DUTIES)).max(DUTIES.length).exactOptional().meta({
      description:
        'Of an officer. `receive` submits requests, `examine` examines them, `responsible` enrols the officers of the office.',
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

const standing = z.enum(['invited', 'active', 'suspended', 'ended']);

export const shownPurpose = z.object({ id: purposeId, title: bilingual, legalBasis: z.string() });

const shown = {
  kana: z.string().exactOptional(),
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
    name: bilingual.exactOptional().meta({ description: 'Absent, too, where the table has lost the name.' }),
    from: utc.exactOptional(),
    ...shown,
    awaiting: z
      .object({
        by: principalId,
        at: utc,
        lapsesAt: utc,
        standing,
        role,
        person,
        name: bilingual,
        from: utc,
        ...shown,
      })
      .exactOptional()
      .meta({ description: 'What one operator proposed and another one has to confirm.' }),
    invitedUntil: utc.exactOptional().meta({ description: 'When the newest invitation lapses.' }),
    fingerprint: sha256.exactOptional().meta({
      description: 'SHA-256 of the SubjectPublicKeyInfo that was brought and that nobody has confirmed yet.',
    }),
    key: sha256.exactOptional().meta({ description: 'The fingerprint of the key that was confirmed last.' }),
  })
  .meta({ id: 'Principal' }) satisfies z.ZodType<PrincipalView>;

export const invited = z
  .object({
    principal: principalView,
    invitation: z.string().meta({
      description:
        'For the invited person alone. It is shown this once, opens once, and is good for seven days.',
    }),
  })
  .meta({ id: 'Invited' }) satisfies z.ZodType<Invited>;
