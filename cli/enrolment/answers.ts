import { z } from 'zod';
import { personalDataAnswer } from '../answers.ts';

/* The members of the service's answers about offices and principals that the command line uses. */

const text = z.string();
const bilingual = z.looseObject({ ja: text, en: text });
const step = { by: text, at: text };

const term = { from: text.exactOptional(), until: text.exactOptional() };

const office = {
  name: bilingual.exactOptional(),
  kana: text.exactOptional(),
  tenant: text.exactOptional(),
  attributes: z.record(text, text).exactOptional(),
  parent: text.exactOptional(),
  code: text.exactOptional(),
  profiles: z.array(text).exactOptional(),
  officeApproval: z.boolean().exactOptional(),
  successor: text.exactOptional(),
  ...term,
};

export const officeAnswer = z.looseObject({
  id: text,
  number: z.int(),
  changed: z.looseObject(step),
  standing: text.exactOptional(),
  ...office,
  awaiting: z.looseObject({ ...step, lapsesAt: text, ...office }).exactOptional(),
});
export type OfficeAnswer = z.output<typeof officeAnswer>;
export type OfficeStateAnswer = Pick<OfficeAnswer, keyof typeof office>;

const purpose = z.looseObject({ id: text, title: bilingual, legalBasis: text });

const principal = {
  role: text.exactOptional(),
  person: text.exactOptional(),
  name: bilingual.exactOptional(),
  personalData: personalDataAnswer.exactOptional(),
  kana: text.exactOptional(),
  tenant: text.exactOptional(),
  office: text.exactOptional(),
  duties: z.array(text).exactOptional(),
  purposes: z.array(purpose).exactOptional(),
  assumedPurpose: text.exactOptional(),
  agreement: text.exactOptional(),
  ...term,
};

export const principalAnswer = z.looseObject({
  id: text,
  number: z.int(),
  changed: z.looseObject(step),
  standing: text.exactOptional(),
  ...principal,
  awaiting: z
    .looseObject({ ...step, lapsesAt: text, effectiveFrom: text.exactOptional(), ...principal })
    .exactOptional(),
  prepared: z
    .looseObject({ ...step, effectiveFrom: text, standing: text.exactOptional(), ...principal })
    .exactOptional(),
  invitedUntil: text.exactOptional(),
  fingerprint: text.exactOptional(),
  key: text.exactOptional(),
});
export type PrincipalAnswer = z.output<typeof principalAnswer>;
export type PrincipalStateAnswer = Pick<PrincipalAnswer, keyof typeof principal>;

export const invitedAnswer = z.looseObject({ principal: principalAnswer, invitation: text });

export const confirmedAnswer = invitedAnswer.extend({ invitation: text.exactOptional() });

export const noticePage = z.looseObject({
  notices: z.array(
    z.looseObject({
      effectiveFrom: text,
      principal: text,
      prepared: text,
      instead: text.exactOptional(),
      why: text,
    }),
  ),
  cursor: text.exactOptional(),
});
export type NoticeAnswer = z.output<typeof noticePage>['notices'][number];

export const broughtAnswer = z.looseObject({
  id: text,
  fingerprint: text,
  certificate: text.exactOptional(),
});
