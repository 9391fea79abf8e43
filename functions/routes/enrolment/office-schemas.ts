import * as z from 'zod';
import type { OfficeView } from '../../../lib/enrolment/enrolment.ts';
import { bilingual, officeId, principalId, profileId, tenantId, time, utc } from '../../http/schemas.ts';
import { kana, names, step } from './names.ts';

const code = z
  .string()
  .regex(/^\d{6}$/, 'Must be the six digits of a local government code.')
  .meta({
    description: 'The local government code (全国地方公共団体コード); its last digit is its check digit.',
    example: '131016',
  });

const attributes = z
  .record(
    z.string().regex(/^[A-Za-z0-9.]{1,40}$/, 'Must be 1 to 40 letters, digits and dots.'),
    z.string().max(400),
  )
  .meta({
    description: 'What the subjects of certificates take from the office; the profiles say which.',
    example: { O: 'Mizusaki City', organisationJa: '瑞崎市' },
  });

export const officeTerms = z
  .strictObject({
    name: names,
    kana: kana.exactOptional(),
    tenant: tenantId.exactOptional().meta({
      description:
        "Where it is left out: the operator's own tenant, or the only one that there is. It stays.",
    }),
    attributes,
    parent: officeId.exactOptional().meta({ description: 'The office above it.' }),
    code: code.exactOptional(),
    profiles: z.array(profileId).max(100).meta({ description: 'The profiles that the office may ask for.' }),
    officeApproval: z.boolean().default(false).meta({
      description:
        'Whether requests are examined twice at the office, by two persons of whom the second has the duty `approve`. With the one who submits that takes three officers. It counts from the confirmation on, also for requests that the centre has not examined yet.',
    }),
    from: time.exactOptional().meta({ description: 'Now, where it is left out.' }),
    until: time.exactOptional().meta({ description: 'Without it, no end is set.' }),
  })
  .meta({ id: 'OfficeTerms' });

const standing = z.enum(['open', 'ended']);
const profiles = z.array(profileId).readonly();
const shownAttributes = z.record(z.string(), z.string());

const shown = {
  kana: z.string().exactOptional(),
  parent: officeId.exactOptional(),
  code: z.string().exactOptional(),
  officeApproval: z
    .literal(true)
    .exactOptional()
    .meta({ description: 'Requests are examined twice at the office. Absent where they are not.' }),
  successor: officeId
    .exactOptional()
    .meta({ description: 'Of an ended office: the one that takes over what it leaves.' }),
  until: utc.exactOptional(),
};

export const officeView = z
  .object({
    id: officeId,
    number: z.int().min(1).meta({ description: 'The number of the newest act on the office.' }),
    changed: step.meta({ description: 'Who did the newest act, and when.' }),
    standing: standing.exactOptional().meta({ description: 'Absent while the office is not open yet.' }),
    name: bilingual.exactOptional().meta({
      description: 'Absent, too, where the table has lost the names, until somebody gives them again.',
    }),
    tenant: tenantId.exactOptional(),
    attributes: shownAttributes.exactOptional(),
    profiles: profiles.exactOptional(),
    from: utc.exactOptional(),
    ...shown,
    awaiting: z
      .object({
        by: principalId,
        at: utc,
        lapsesAt: utc,
        standing,
        name: bilingual.exactOptional(),
        tenant: tenantId,
        attributes: shownAttributes.exactOptional(),
        profiles,
        from: utc,
        ...shown,
      })
      .exactOptional()
      .meta({ description: 'What one operator proposed and another one has to confirm.' }),
  })
  .meta({ id: 'Office' }) satisfies z.ZodType<OfficeView>;
