import * as z from 'zod';
import { DUTIES, ROLES } from '../principal.ts';
import type { OfficeState, PrincipalState } from './contract.ts';

/*
 * States as the records of acts have them. A record is signed and stands in an object, and is read strictly all the same: what
 * was written by a later version must not be taken for less than it says.
 */

const time = z.iso.datetime({ precision: 3 });
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().min(1);

const term = { from: time, until: time.exactOptional() };

export const officeState: z.ZodType<OfficeState> = z.strictObject({
  standing: z.enum(['open', 'ended']),
  ...term,
  parent: id.exactOptional(),
  code: z
    .string()
    .regex(/^\d{6}$/)
    .exactOptional(),
  profiles: z.array(id),
  successor: id.exactOptional(),
  contents: digest,
});

const broughtKey = z.strictObject({ publicKeyDigest: digest, keyIdentity: z.string(), invitation: digest });

const purpose = z.strictObject({
  id,
  title: z.strictObject({ ja: z.string(), en: z.string() }),
  legalBasis: z.string(),
});

export const principalState: z.ZodType<PrincipalState> = z.strictObject({
  standing: z.enum(['invited', 'active', 'suspended', 'ended']),
  ...term,
  role: z.enum(ROLES),
  person: id,
  office: id.exactOptional(),
  duties: z.array(z.enum(DUTIES)).exactOptional(),
  purposes: z.array(purpose).exactOptional(),
  assumedPurpose: id.exactOptional(),
  agreement: z.string().exactOptional(),
  invitation: z.strictObject({ secret: digest, until: time, person: id }).exactOptional(),
  brought: broughtKey.exactOptional(),
  key: broughtKey.exactOptional(),
  contents: digest,
});
