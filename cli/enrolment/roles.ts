/** What the commands for officers, operators, auditors and relying parties differ in. */
export interface RoleCommand {
  readonly name: 'officers' | 'operators' | 'auditors' | 'relying-parties';
  readonly role: 'officer' | 'operator' | 'auditor' | 'relyingParty';
  /** In the help: "an officer", "officers". */
  readonly one: string;
  readonly many: string;
  readonly summary: string;
  /** Of the examples: who is enrolled, who is proposed in vain, and the terms of both. */
  readonly example: { readonly id: string; readonly other: string; readonly terms: string };
}

export const OFFICERS: RoleCommand = {
  name: 'officers',
  role: 'officer',
  one: 'an officer',
  many: 'officers',
  summary: 'officers of the offices: invite, enrol, suspend, end',
  example: {
    id: 'minami-chief',
    other: 'minami-deputy',
    terms: '--office minami --duty responsible --name-ja 責任者 --name-en Chief',
  },
};

export const OPERATORS: RoleCommand = {
  name: 'operators',
  role: 'operator',
  one: 'an operator',
  many: 'operators',
  summary: 'operators of the service: propose, enrol, suspend, end',
  example: {
    id: 'operator-ueda',
    other: 'operator-hayashi',
    terms: '--name-ja 上田 --name-en Ueda --until 2036-04-01',
  },
};

export const AUDITORS: RoleCommand = {
  name: 'auditors',
  role: 'auditor',
  one: 'an auditor',
  many: 'auditors',
  summary: 'auditors: propose, enrol, suspend, end',
  example: {
    id: 'auditor-kita',
    other: 'auditor-ishi',
    terms: '--name-ja 北監査法人 --name-en Kita --until 2036-04-01',
  },
};

export const RELYING_PARTIES: RoleCommand = {
  name: 'relying-parties',
  role: 'relyingParty',
  one: 'a relying party',
  many: 'relying parties',
  summary: 'relying parties and their purposes: propose, enrol, suspend, end',
  example: {
    id: 'pension-portal',
    other: 'pension-trial',
    terms:
      '--name-ja 年金ポータル --name-en Pensions --agreement 2026-12 --purpose pension=年金請求|Pensions|第17条',
  },
};
