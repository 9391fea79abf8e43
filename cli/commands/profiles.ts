import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import type { Language, Say } from '../../lib/messages/messages.ts';
import { type ProfileAnswer, profilesAnswer } from '../answers.ts';
import { type Text, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details, table } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const GUIDE: Guide = {
  needs: ['a running service, and an officer or operator: --as or --token'],
  result: [
    'prints the profiles that the office may ask for; to an operator, all that offices can be allowed to ask for',
    'with an id, prints the keys that are taken, the fields with their rules and choices, and whether a hold can be released',
  ],
  examples: [
    'akashi profiles --as higashi-counter',
    'akashi profiles person-signature --as higashi-counter',
    'akashi profiles --as operator-noda --json',
  ],
};

const HOLD: Readonly<Record<string, Phrase>> = {
  notAllowed: phrase`not possible`,
  final: phrase`possible, and can never be released`,
  releasable: phrase`possible, and can be released`,
};

const SAME_KEY: Readonly<Record<string, Phrase>> = {
  refused: phrase`no`,
  renewal: phrase`yes, for the same holder`,
};

type Field = ProfileAnswer['fields'][number];

/** The others have a form of their own, which bounds them. */
const FREE: ReadonlySet<string> = new Set(['text', 'uri']);

const fieldText = ({
  kind,
  required,
  maxLength,
  maxItems,
  pattern,
  rule,
  certified,
  searched,
}: Field): readonly Text[] => [
  kind,
  required ? phrase`required` : phrase`optional`,
  ...(maxItems === undefined ? [] : [phrase`a list of at most ${maxItems}`]),
  ...(FREE.has(kind) ? [phrase`at most ${maxLength} characters`] : []),
  ...(pattern === undefined || rule ? [] : [phrase`of the form ${pattern}`]),
  ...(certified === false ? [phrase`not in the certificate`] : []),
  ...(searched ? [phrase`found by --text`] : []),
];

const profileText = (say: Say, language: Language, profile: ProfileAnswer): string => {
  const saying = (text: Text): string => (typeof text === 'string' ? text : say(text));
  return details(say, [
    [phrase`profile`, phrase`${profile.id}, version ${profile.version}`],
    [phrase`title`, profile.title[language]],
    ['CA', profile.ca],
    ...(profile.offices ? [[phrase`offices`, profile.offices.join(' ')] as const] : []),
    [phrase`keys`, profile.publicKeys.join(' ')],
    [phrase`same key again`, SAME_KEY[profile.sameKey] ?? profile.sameKey],
    [phrase`hold`, HOLD[profile.hold] ?? profile.hold],
    [
      phrase`examined`,
      profile.officeApproval
        ? phrase`by two other officers of the office, one after the other, and then by an operator`
        : phrase`by another officer of the office, and then by an operator`,
    ],
    [phrase`holder`, profile.kind === 'person' ? phrase`required` : phrase`optional`],
    ...profile.fields.flatMap((field) => [
      [
        phrase`field ${field.name}`,
        [...fieldText(field), field.label[language]].map(saying).join(language === 'ja' ? '、' : ', '),
      ] as const,
      ...(field.rule ? [['', field.rule[language]] as const] : []),
      ...(field.choices ?? []).map(({ value, label }) => ['', `${value}  ${label[language]}`] as const),
    ]),
  ]);
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('profiles')
    .summary('list the profiles that requests may name')
    .description(
      'List the profiles that an office may ask for, or show one with the fields that a request has to give values for.',
    )
    .argument('[profile]', 'the id of one profile')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ profile: z.string().optional() }),
        async ({ client, settings, say, show }, { profile: id }) => {
          const answer = await client.get('/api/v1/profiles', profilesAnswer);
          if (id === undefined) {
            const rows = answer.profiles.map(({ id: name, version, ca, title }) => [
              name,
              say(phrase`version ${version}`),
              ca,
              title[settings.language],
            ]);
            show(answer, table(rows));
            return;
          }
          const found = answer.profiles.find((profile) => profile.id === id);
          if (found === undefined) {
            const known = answer.profiles.map((profile) => profile.id).join(', ');
            throw usage(phrase`There is no profile ${id} that you may ask for. There are: ${known}.`);
          }
          show(found, profileText(say, settings.language, found));
        },
      ),
    );
};
