/**
 * The kinds of keys that sign acts. Each function holds the keys of the acts that it takes, so the function that takes
 * submissions cannot forge an examination.
 */
export const ACT_KEY_KINDS = [
  'submission',
  'examination',
  'issuance',
  'revocation',
  'hold',
  'release',
  'confirmation',
  'publication',
  'trust-domain',
  'key-list',
  'setting',
  'retention',
  'consent',
  'ceremony',
  'recovery',
  'export',
  'report',
  'disclosure',
  'enrolment',
  'invitation',
  'holder',
  'personal-data',
  'data-key',
] as const;

export type ActKeyKind = (typeof ACT_KEY_KINDS)[number];
