import type { Command } from 'commander';
import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { stepText } from '../enrolment/state-text.ts';
import { type Guide, guideText } from '../guide.ts';
import { details, table } from '../output.ts';
import { cursorOption, endOfPage, pageOptions } from '../page.ts';
import type { AddCommand, Perform, Run } from '../perform.ts';

const PATH = '/api/v1/holders';

const holderAnswer = z.looseObject({
  id: z.string(),
  standing: z.string(),
  since: z.string(),
  changed: z.looseObject({ by: z.string(), at: z.string() }).exactOptional(),
});

type HolderAnswer = z.output<typeof holderAnswer>;

const holderPage = z.looseObject({ holders: z.array(holderAnswer), cursor: z.string().exactOptional() });

const READER = 'a running service, and an officer, operator or auditor: --as or --token';
const CLOSER =
  'a running service, and an operator, or the responsible person of an office whose requests named the holder: --as or --token';

const LIST: Guide = {
  needs: [READER],
  result: ['prints a line for each: pseudonym, state, since when'],
  examples: [
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj / -keyout sato.key -out sato.csr',
    'akashi request --as higashi-counter --profile person-authentication --csr sato.csr --field holderId=2026112200000001 --holder holder-sato',
    'akashi holders list --as higashi-counter',
  ],
};

const SHOW: Guide = {
  needs: [READER],
  result: ['prints the pseudonym, its state and since when; to operators and auditors also the newest act'],
  examples: ['akashi holders show holder-sato --as higashi-counter'],
};

const SUSPEND: Guide = {
  needs: [CLOSER],
  result: ['prints the holder, in state suspended', 'to end it: akashi holders resume'],
  examples: ['akashi holders suspend holder-sato --as operator-sakai'],
};

const RESUME: Guide = {
  needs: [CLOSER],
  result: ['prints the holder, in state active'],
  examples: ['akashi holders resume holder-sato --as operator-sakai'],
};

const END: Guide = {
  needs: [CLOSER],
  result: [
    'prints the holder, in state ended; the pseudonym stays taken',
    'the certificates stay as they are: revoke them with akashi revoke',
  ],
  examples: ['akashi holders end holder-sato --as operator-sakai'],
};

const holderText = (say: Say, { id, standing, since, changed }: HolderAnswer): string =>
  details(say, [
    [phrase`holder`, id],
    [phrase`state`, standing],
    [phrase`since`, since],
    [phrase`changed`, changed && stepText(changed)],
  ]);

const addList = (group: Command, perform: Perform): void => {
  const options = z.object({
    office: z.string().exactOptional(),
    ...pageOptions,
  });
  group
    .command('list', { isDefault: true })
    .summary('list holders')
    .description(
      'List the holders that requests enrolled, by their pseudonyms. Officers see those that requests of their own office named.',
    )
    .option('--office <office>', 'named by requests of this office')
    .option('--limit <count>', 'how many on the page, at most 100')
    .addOption(cursorOption())
    .addHelpText('after', guideText(LIST))
    .action(
      perform(options, async ({ client, say, show }, query) => {
        const page = await client.get(PATH, holderPage, query);
        const lines = table(page.holders.map(({ id, standing, since }) => [id, standing, since]));
        show(page, lines + endOfPage(say, phrase`holders: ${page.holders.length}`, page.cursor));
      }),
    );
};

const input = z.object({
  pseudonym: z.string().regex(/^[a-z0-9-]{1,64}$/, 'A pseudonym is 1 to 64 of a-z, 0-9 and hyphens.'),
});

type Step = (run: Run, path: string, pseudonym: string) => Promise<void>;

const addStep = (
  group: Command,
  perform: Perform,
  terms: { readonly name: string; readonly summary: string; readonly description: string },
  guide: Guide,
  step: Step,
): void => {
  group
    .command(terms.name)
    .summary(terms.summary)
    .description(terms.description)
    .argument('<pseudonym>', 'the pseudonym of the holder')
    .addHelpText('after', guideText(guide))
    .action(perform(input, (run, { pseudonym }) => step(run, `${PATH}/${pseudonym}`, pseudonym)));
};

const shown = ({ say, show }: Run, answer: HolderAnswer, outcome: Phrase): void =>
  show(answer, `${holderText(say, answer)}${say(outcome)}\n`);

export const addCommand: AddCommand = (program, perform) => {
  const group = program
    .command('holders')
    .summary('holders of certificates: list, show, suspend, end')
    .description(
      'Holders are the persons whom certificates are about, under pseudonyms. The first request that names a pseudonym enrols it. Here they are listed, suspended and ended.',
    );
  addList(group, perform);
  addStep(
    group,
    perform,
    { name: 'show', summary: 'show a holder', description: 'Show a holder: its state, and since when.' },
    SHOW,
    async ({ client, say, show }, path) => {
      const found = await client.get(path, holderAnswer);
      show(found, holderText(say, found));
    },
  );
  addStep(
    group,
    perform,
    {
      name: 'suspend',
      summary: 'suspend a holder, at once',
      description:
        'Suspend a holder: from now on the holder cannot sign in, and no request names it. Its certificates stay as they are.',
    },
    SUSPEND,
    async (run, path, pseudonym) => {
      const { answer } = await run.client.post(`${path}/suspension`, holderAnswer);
      shown(run, answer, phrase`${pseudonym} is suspended.`);
    },
  );
  addStep(
    group,
    perform,
    { name: 'resume', summary: 'end a suspension', description: 'End the suspension of a holder.' },
    RESUME,
    async (run, path, pseudonym) => {
      const answer = await run.client.deleteAndRead(`${path}/suspension`, holderAnswer);
      shown(run, answer, phrase`${pseudonym} is no longer suspended.`);
    },
  );
  addStep(
    group,
    perform,
    {
      name: 'end',
      summary: 'end a holder, at once and for good',
      description:
        'End a holder at once and for good: the holder cannot sign in, and no request names it any more. Its certificates stay as they are; nobody gets the pseudonym again.',
    },
    END,
    async (run, path, pseudonym) => {
      const { answer } = await run.client.post(`${path}/end`, holderAnswer);
      shown(run, answer, phrase`${pseudonym} has ended; its certificates stay as they are.`);
    },
  );
};
