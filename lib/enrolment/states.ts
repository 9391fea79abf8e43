// The OCSP function reads enrolments as it answers, and `zod/mini` is all that it carries.
import * as z from 'zod/mini';
import { DUTIES, ROLES } from '../principal.ts';
import type { OfficeState, PrincipalState } from './contract.ts';

/*
 * States as the records of acts have them. A record is signed and stands in an object, and is read strictly all the same: what
 * was written by a later version must not be taken for less than it says.
 */

export type StateShape<S> = z.ZodMiniType<S>;

const time = z.iso.datetime({ precision: 3 });
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const id = z.string().check(z.minLength(1));

const term = { from: time, until: z.exactOptional(time) };

export const officeState: StateShape<OfficeState> = z.strictObject({
  standing: z.enum(['open', 'ended']),
  ...term,
  tenant: id,
  parent: z.exactOptional(id),
  code: z.exactOptional(z.string().check(z.regex(/^\d{6}$/))),
  profiles: z.array(id),
  officeApproval: z.exactOptional(z.literal(true)),
  successor: z.exactOptional(id),
  contents: digest,
});

const broughtKey = z.strictObject({ publicKeyDigest: digest, keyIdentity: z.string(), invitation: digest });

const purpose = z.strictObject({
  id,
  title: z.strictObject({ ja: z.string(), en: z.string() }),
  legalBasis: z.string(),
});

const anyPrincipalState = z.strictObject({
  standing: z.enum(['invited', 'active', 'suspended', 'ended']),
  ...term,
  role: z.enum(ROLES),
  person: id,
  tenant: z.exactOptional(id),
  office: z.exactOptional(id),
  duties: z.exactOptional(z.array(z.enum(DUTIES))),
  purposes: z.exactOptional(z.array(purpose)),
  assumedPurpose: z.exactOptional(id),
  agreement: z.exactOptional(z.string()),
  invitation: z.exactOptional(z.strictObject({ secret: digest, until: time, person: id })),
  brought: z.exactOptional(broughtKey),
  key: z.exactOptional(broughtKey),
  contents: z.exactOptional(digest),
});

export const principalState: StateShape<PrincipalState> = anyPrincipalState.check(
  z.refine(({ role, contents }) => role === 'holder' || contents !== undefined),
);
