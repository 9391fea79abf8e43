import type { Guide } from '../guide.ts';
import type { RoleCommand } from './roles.ts';

/** What the help of each step says. */

const SERVICE = 'a running service, and';
const OPERATOR = `${SERVICE} an operator: --as or --token`;
const CLOSER = `${SERVICE} an operator, or the responsible person of the officer's office: --as or --token`;

const isOfficers = ({ role }: RoleCommand): boolean => role === 'officer';

/** Whose steps take one person at the office, and otherwise an operator. */
const closer = (of: RoleCommand): string => (isOfficers(of) ? CLOSER : OPERATOR);

/** In the examples: who is suspended and ended, and by whom. */
const closed = (of: RoleCommand): { readonly id: string; readonly by: string } =>
  isOfficers(of) ? { id: 'minami-counter', by: 'minami-chief' } : { id: of.example.id, by: 'operator-sakai' };

const INVITATION = [
  'prints the invitation, this once; it opens once, within seven days: give it to the invited person alone',
];

/** The help on a file about many officers. */
const fileNeeds = (header: string): readonly string[] => [
  `--file: CSV with the header ${header}, or a JSON object with these members on each line`,
  '  UTF-8 or Windows-31J, which is found out, or said with --encoding; up to 16 MiB',
  '  several duties with spaces between them; what is not needed may be empty',
  '  times as 2027-04-01T08:30+09:00 or with Z; a date alone is its first moment in Japan, 00:00 JST',
];

const FILE_RESULT: readonly string[] = [
  '--file: prints a line for each row as it is done; a row that fails or cannot be read stops no other',
  '  the same file again does only what is not done yet; --dry-run does nothing',
];

const FILE_EXIT: readonly string[] = ['1  refused, or a row of the file failed'];

export const listGuide = (of: RoleCommand): Guide => ({
  needs: [`${SERVICE} an officer, operator or auditor: --as or --token`],
  result: [
    `prints a line for each: id, state,${isOfficers(of) ? ' office, duties,' : ''} until when, name, what waits`,
    ...(of.role === 'operator' ? ['the operators whom the trust domain names are not among them'] : []),
  ],
  examples: [`akashi ${of.name} list --as operator-sakai`],
});

export const showGuide = (of: RoleCommand): Guide => ({
  needs: [`${SERVICE} an officer, operator or auditor: --as or --token`],
  result: ['prints the terms, the keys by their fingerprints, and what is proposed'],
  examples: [`akashi ${of.name} show ${of.example.id} --as operator-sakai`],
});

export const proposeGuide = (of: RoleCommand): Guide => {
  const { id, other, terms } = of.example;
  // A shell takes the bars for pipes.
  const quoted = terms.replace(/\S*\|\S*/, "'$&'");
  return {
    needs: [OPERATOR, 'all of the terms: a change replaces those that are in force'],
    result: ['prints the proposal, and what another operator runs next'],
    examples: [id, other].map((one) => `akashi ${of.name} propose ${one} ${quoted} --as operator-sakai`),
  };
};

export const confirmGuide = (of: RoleCommand): Guide => ({
  needs: [
    `${SERVICE} an operator who has not proposed it${isOfficers(of) ? ', or for a transfer the responsible person of the other office' : ''}: --as or --token`,
    ...(isOfficers(of) ? fileNeeds('id') : []),
  ],
  result: [
    'prints what is in force or prepared now',
    ...INVITATION.map((line) => `for a new key: ${line}`),
    ...(isOfficers(of) ? FILE_RESULT : []),
  ],
  ...(isOfficers(of) && { exitCodes: FILE_EXIT }),
  examples: [`akashi ${of.name} confirm ${of.example.id} --as operator-noda | tee invitation.txt`],
});

export const withdrawGuide = (of: RoleCommand): Guide => ({
  needs: [closer(of)],
  result: ['prints that it is taken back'],
  examples: [`akashi ${of.name} withdraw ${of.example.other} --as operator-noda`],
});

export const INVITE: Guide = {
  needs: [`${SERVICE} the responsible person of the office: --as or --token`],
  result: [...INVITATION, 'for an id that is there: replaces a lost credential, and the terms'],
  examples: [
    'akashi officers invite minami-counter --office minami --duty receive --name-ja 受付 --name-en Counter --as minami-chief | tee invitation.txt',
  ],
};

export const enrolGuide = (of: RoleCommand): Guide => ({
  needs: [
    `${SERVICE} ${isOfficers(of) ? 'the responsible person of the office, or ' : ''}an operator who did not get the invitation`,
    'the fingerprint that akashi enrol showed to the invited person, read to you by a voice that you know',
    ...(isOfficers(of) ? fileNeeds('id,office,duties,nameJa,nameEn,kana,person,from,until') : []),
  ],
  result: [
    'prints the enrolment, in state active; earlier certificates are revoked',
    ...(isOfficers(of)
      ? [
          ...FILE_RESULT,
          '  the line of an invited officer ends with the invitation, which is shown this once',
        ]
      : []),
  ],
  ...(isOfficers(of) && { exitCodes: FILE_EXIT }),
  examples: [
    "FINGERPRINT=$(sed -n '2s/.*  //p' brought.txt)",
    `akashi ${of.name} enrol ${of.example.id} --fingerprint $FINGERPRINT --as operator-sakai`,
  ],
});

export const suspendGuide = (of: RoleCommand): Guide => ({
  needs: [closer(of)],
  result: [
    'prints the enrolment, in state suspended',
    isOfficers(of)
      ? 'to end it: akashi officers resume'
      : `to end it, two operators run akashi ${of.name} propose and confirm`,
  ],
  examples: [`akashi ${of.name} suspend ${closed(of).id} --as ${closed(of).by}`],
});

export const RESUME: Guide = {
  needs: [`${SERVICE} the responsible person of the office: --as or --token`],
  result: ['prints the enrolment, in its earlier state'],
  examples: ['akashi officers resume minami-counter --as minami-chief'],
};

export const endGuide = (of: RoleCommand): Guide => ({
  needs: [closer(of), ...(isOfficers(of) ? fileNeeds('id,effectiveFrom') : [])],
  result: [
    'prints the enrolment, in state ended; the certificates are revoked, and the id stays taken',
    'with --effective-from: prints what is prepared; another step on it before then makes that void',
    ...(isOfficers(of) ? FILE_RESULT : []),
  ],
  ...(isOfficers(of) && { exitCodes: FILE_EXIT }),
  examples: [`akashi ${of.name} end ${closed(of).id} --as ${closed(of).by}`],
});

const RESPONSIBLE = `${SERVICE} the responsible person of the office: --as or --token`;

export const CHANGE: Guide = {
  needs: [
    RESPONSIBLE,
    'all of the terms: they replace those that are in force; the key stays',
    'with an id, --file is the terms as a JSON object; without one it is about many',
    ...fileNeeds('id,office,duties,nameJa,nameEn,kana,person,until,effectiveFrom'),
  ],
  result: ['prints the officer, changed or with what is prepared', ...FILE_RESULT],
  exitCodes: FILE_EXIT,
  examples: [
    'akashi officers change minami-counter --office minami --duty receive --duty examine --name-ja 受付 --name-en Counter --as minami-chief',
  ],
};

export const TRANSFER: Guide = {
  needs: [CLOSER, ...fileNeeds('id,office,duties,until,effectiveFrom')],
  result: ['prints the proposal, and who confirms it', ...FILE_RESULT],
  exitCodes: FILE_EXIT,
  examples: [
    'MOMENT=$(date -u -d tomorrow +%FT%TZ)',
    'akashi officers transfer minami-chief --office mizusaki-higashi --duty receive --effective-from $MOMENT --as operator-sakai',
    'akashi officers withdraw minami-chief --as operator-sakai',
    "printf 'id,office,duties,until,effectiveFrom\\nminami-chief,mizusaki-higashi,receive examine,,\\n' > april.csv",
    'akashi officers transfer --file april.csv --as operator-sakai',
    'akashi officers withdraw minami-chief --as operator-sakai',
  ],
};

export const NOTICES: Guide = {
  needs: [`${SERVICE} an officer, operator or auditor: --as or --token`],
  result: ['prints a line for each: from when on, who, why it was not done, the record of what came before'],
  examples: ['akashi officers notices --as minami-chief'],
};
