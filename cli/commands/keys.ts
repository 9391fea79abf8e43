import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { keyListParts, keyListText, readKeyList, sortedKeyList } from '../../lib/keys/keys.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';

const PATH = '/api/v1/keys/compromised';

/** A million lines and what fits into the last part. */
const MAX_BYTES = 70 * 1024 * 1024;

const keyList = z.looseObject({
  inForce: z.looseObject({ list: z.string(), keys: z.int() }).exactOptional(),
  proposal: z
    .looseObject({
      id: z.string(),
      list: z.string().exactOptional(),
      keys: z.int(),
      by: z.string(),
      at: z.string(),
      lapsesAt: z.string(),
    })
    .exactOptional(),
});
type KeyList = z.output<typeof keyList>;

const listText = (one: { readonly list?: string; readonly keys: number } | undefined): Phrase =>
  one?.list === undefined ? phrase`none` : phrase`${one.list}, ${one.keys} keys`;

const textOf = (say: Say, { inForce, proposal }: KeyList): string =>
  details(say, [
    [phrase`list in force`, listText(inForce)],
    [phrase`proposal`, proposal?.id],
    [phrase`proposed list`, proposal && listText(proposal)],
    [phrase`proposed`, proposal && phrase`${proposal.at} by ${proposal.by}`],
    [phrase`lapses`, proposal?.lapsesAt],
  ]) +
  (proposal
    ? `${say(phrase`next: another operator compares the list and runs: akashi keys approve ${proposal.id}`)}\n`
    : '');

const OPERATOR = 'a running service, and an operator: --as or --token';
const A_LIST = "printf '%064d\\n' 1 2 3 > compromised.txt";
const PROPOSE_LIST = 'akashi keys propose compromised.txt --as operator-sakai';
const FIND_PROPOSAL =
  "PROPOSAL=$(akashi keys show --language en --as operator-noda | sed -n 's/^proposal *//p')";

const SHOW: Guide = {
  needs: [OPERATOR],
  result: ['prints the digest of the list in force, and what awaits another operator'],
  examples: ['akashi keys show --as operator-noda'],
};

const PROPOSE: Guide = {
  needs: [
    OPERATOR,
    'a file with the SHA-256 of a SubjectPublicKeyInfo on each line, in 64 lower-case hex digits; up to 1,048,576 lines',
  ],
  result: [
    'prints the digest of the list, which is that of its sorted lines: LC_ALL=C sort -u FILE | sha256sum',
    'a wrong line is named, and nothing of the file is taken',
  ],
  examples: [A_LIST, PROPOSE_LIST],
};

const WITHDRAW: Guide = {
  needs: [OPERATOR, 'a list in force'],
  result: ['prints the proposal; the list stays in force until another operator approves it'],
  examples: ['akashi keys withdraw --as operator-sakai'],
};

const DECISIONS = [
  {
    name: 'approve',
    summary: 'approve what another operator proposed',
    description: 'Approve a list of compromised keys, or its withdrawal, that another operator proposed.',
    result: ['prints the list that is in force from here on'],
  },
  {
    name: 'reject',
    summary: 'reject a proposal, or take it back',
    description:
      'Reject what was proposed for the list of compromised keys. The proposer can take it back so.',
    result: ['prints the list that stays in force'],
  },
] as const;

export const addCommand: AddCommand = (program, perform) => {
  const keys = program
    .command('keys')
    .summary('the list of keys that others report as compromised, by two operators')
    .description(
      'Load or withdraw the list of keys that were compromised elsewhere, which the service then never certifies. One operator proposes, another one approves. Keys whose certificates were revoked here for compromise are refused without a list.',
    );

  keys
    .command('show')
    .summary('show the list in force and what is proposed')
    .description('Show which list of compromised keys is in force, and what awaits another operator.')
    .addHelpText('after', guideText(SHOW))
    .action(
      perform(z.object({}), async ({ client, say, show }) => {
        const found = await client.get(PATH, keyList);
        show(found, textOf(say, found));
      }),
    );

  keys
    .command('propose')
    .summary('propose a list')
    .description(
      'Check, sort and upload a list of compromised keys, and propose it in place of the one in force. Operators use it.',
    )
    .argument('<file>', 'the list')
    .addHelpText('after', guideText(PROPOSE))
    .action(
      perform(z.object({ file: z.string() }), async ({ client, say, show }, { file }) => {
        const list = sortedKeyList(readKeyList(await readFileWithin(file, MAX_BYTES)));
        const parts: string[] = [];
        for (const part of keyListParts(list)) {
          const stored = z.looseObject({ part: z.string() });
          const text = Buffer.from(keyListText(part));
          parts.push((await client.upload(`${PATH}/parts`, stored, text, 'text/plain')).part);
        }
        const { answer } = await client.post(PATH, keyList, { parts });
        show(answer, textOf(say, answer));
      }),
    );

  keys
    .command('withdraw')
    .summary('propose that the list in force is withdrawn')
    .description(
      'Propose that the list of compromised keys in force is withdrawn, without another in its place.',
    )
    .addHelpText('after', guideText(WITHDRAW))
    .action(
      perform(z.object({}), async ({ client, say, show }) => {
        const { answer } = await client.post(PATH, keyList, { withdraw: true });
        show(answer, textOf(say, answer));
      }),
    );

  for (const { name, summary, description, result } of DECISIONS) {
    keys
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<proposal>', 'its id, as akashi keys show has it')
      .addHelpText(
        'after',
        guideText({
          needs: [OPERATOR, 'a proposal, by another operator where it is approved'],
          result,
          examples: [FIND_PROPOSAL, `akashi keys ${name} $PROPOSAL --as operator-noda`],
        }),
      )
      .action(
        perform(z.object({ proposal: z.string() }), async ({ client, say, show }, { proposal }) => {
          const { answer } = await client.post(`${PATH}/decision`, keyList, { proposal, decision: name });
          show(answer, textOf(say, answer));
        }),
      );
  }
};
