import * as z from 'zod';
import type { ProfileView } from '../../../lib/trust-domain/trust-domain.ts';
import { json } from '../../http/http.ts';
import { defineRoute } from '../../http/route.ts';
import { bilingual, caId, officeId, profileId } from '../../http/schemas.ts';

const field = z.object({
  name: z.string(),
  label: bilingual,
  kind: z.enum(['text', 'date', 'choice', 'dnsName', 'rfc822Name', 'iPAddress', 'uri']).meta({
    description: '`date` is `YYYY-MM-DD`; `choice` is one of `choices`.',
  }),
  required: z.boolean(),
  maxLength: z.int().meta({ description: 'Characters (code points) of one value, at most.' }),
  maxItems: z.int().exactOptional().meta({
    description: 'Present where the field has a list of values: how many there are, at most.',
  }),
  pattern: z
    .string()
    .exactOptional()
    .meta({ description: 'A regular expression that the whole value must match.' }),
  rule: bilingual
    .exactOptional()
    .meta({ description: 'What a value has to be like, in words and with an example.' }),
  certified: z.boolean().meta({
    description: 'Whether its value goes into the certificate. Other values are kept with the request alone.',
  }),
  choices: z.array(z.object({ value: z.string(), label: bilingual })).exactOptional(),
  searched: z.literal(true).exactOptional().meta({ description: 'Offices find requests by its value.' }),
});

const profileView = z
  .object({
    id: profileId,
    version: z.int(),
    title: bilingual,
    kind: z.enum(['organisation', 'person']),
    ca: caId,
    offices: z.array(officeId).exactOptional().meta({
      description:
        "The officer's own office. Absent for operators: the profiles that an office may ask for are among the members of that office, which the operations on offices give.",
    }),
    publicKeys: z
      .array(z.string())
      .meta({ description: 'The kinds of keys that are certified.', example: ['p-256', 'rsa3072'] }),
    sameKey: z.enum(['refused', 'renewal']).meta({
      description: '`renewal`: a key may be certified again for the holder whose key it is.',
    }),
    hold: z.enum(['notAllowed', 'final', 'releasable']).meta({
      description:
        'Whether a certificate may be put on hold. `final`: it may, and the hold can never be released.',
    }),
    officeApproval: z.boolean().meta({
      description:
        "Whether requests are examined twice at the office: an officer's own office may ask for it where the profile does not.",
    }),
    fields: z.array(field),
  })
  .meta({ id: 'Profile' }) satisfies z.ZodType<ProfileView>;

export const route = defineRoute({
  id: 'listProfiles',
  method: 'GET',
  path: '/api/v1/profiles',
  summary: 'The profiles that requests may name, and their fields',
  description:
    'Officers see the profiles that their own office may ask for, operators all that an office, or an office of their tenant, can be allowed to ask for. Two persons examine each request: another officer of the office than the one who submitted it, and then an operator at the centre. With office approval, a second officer examines it at the office in between.',
  lane: 'api',
  access: ['officer', 'operator'],
  responses: {
    200: { description: 'The profiles.', schema: z.object({ profiles: z.array(profileView) }) },
  },
  faults: [],
  handle: async ({ profiles }, _, caller) => json(200, { profiles: await profiles.list(caller) }),
});
