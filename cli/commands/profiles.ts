import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { type ProfileAnswer, profilesAnswer } from '../answers.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details, table } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const GUIDE: Guide = {
  needs: ['a running service, and an officer or operator: --as or --token'],
  result: [
    'prints the profiles that the office may ask for; to an operator, those of all offices',
    'with an id, prints the keys that are taken, the fields with their choices, and whether a hold can be released',
  ],
  examples: [
    'akashi profiles --as higashi-counter',
    'akashi profiles person-signature --as higashi-counter',
    'akashi profiles --as operator-noda --json',
  ],
};

const HOLD: Readonly<Record<string, string>> = {
  notAllowed: 'not possible',
  final: 'possible, and can never be released',
  releasable: 'possible, and can be released',
};

const SAME_KEY: Readonly<Record<string, string>> = {
  refused: 'no',
  renewal: 'yes, for the same holder',
};

const titleOf = ({ ja, en }: ProfileAnswer['title']): string => `${ja} / ${en}`;

type Field = ProfileAnswer['fields'][number];

/** The others have a form of their own, which bounds them. */
const FREE: ReadonlySet<string> = new Set(['text', 'uri']);

const fieldText = ({ kind, required, maxLength, maxItems, pattern, label }: Field): string =>
  [
    kind,
    required ? 'required' : 'optional',
    ...(maxItems === undefined ? [] : [`a list of at most ${maxItems}`]),
    ...(FREE.has(kind) ? [`at most ${maxLength} characters`] : []),
    ...(pattern === undefined ? [] : [`of the form ${pattern}`]),
    titleOf(label),
  ].join(', ');

const profileText = (profile: ProfileAnswer): string =>
  details([
    ['profile', `${profile.id}, version ${profile.version}`],
    ['title', titleOf(profile.title)],
    ['CA', profile.ca],
    ['offices', profile.offices.join(' ')],
    ['keys', profile.publicKeys.join(' ')],
    ['same key again', SAME_KEY[profile.sameKey] ?? profile.sameKey],
    ['hold', HOLD[profile.hold] ?? profile.hold],
    ['examined', 'by another officer of the office, and then by an operator'],
    ...profile.fields.flatMap((field) => [
      [`field ${field.name}`, fieldText(field)] as const,
      ...(field.choices ?? []).map(({ value, label }) => ['', `${value}  ${titleOf(label)}`] as const),
    ]),
  ]);

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
      perform(z.object({ profile: z.string().optional() }), async ({ client, show }, { profile: id }) => {
        const answer = await client.get('/api/v1/profiles', profilesAnswer);
        if (id === undefined) {
          const rows = answer.profiles.map(({ id: name, version, ca, title }) => [
            name,
            `version ${version}`,
            ca,
            titleOf(title),
          ]);
          show(answer, table(rows));
          return;
        }
        const found = answer.profiles.find((profile) => profile.id === id);
        if (found === undefined) {
          const known = answer.profiles.map((profile) => profile.id).join(', ');
          throw usage(phrase`There is no profile ${id} that you may ask for. There are: ${known}.`);
        }
        show(found, profileText(found));
      }),
    );
};
