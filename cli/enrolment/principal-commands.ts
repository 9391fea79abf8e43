import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { asRun } from '../as-run.ts';
import { EXIT, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { cursorOption, endOfPage, pageOptions } from '../page.ts';
import type { AddCommand, Perform, Run } from '../perform.ts';
import { confirmedAnswer, invitedAnswer, type PrincipalAnswer, principalAnswer } from './answers.ts';
import { doMany } from './do-many.ts';
import { fingerprintOption } from './fingerprint.ts';
import {
  confirmGuide,
  endGuide,
  enrolGuide,
  INVITE,
  listGuide,
  proposeGuide,
  RESUME,
  showGuide,
  suspendGuide,
  withdrawGuide,
} from './guides.ts';
import { showInvited } from './invited.ts';
import { CONFIRMATIONS, ENDS, enrolments } from './many-officers.ts';
import { addManyOptions, assertOne, manyOptions, onlyFile } from './many-options.ts';
import { addChange, addNotices, addTransfer } from './officer-commands.ts';
import {
  addMoment,
  addPrincipalOptions,
  momentOptions,
  principalOptions,
  readPrincipalTerms,
} from './principal-terms.ts';
import { principalTable, principalText } from './principal-text.ts';
import type { RoleCommand } from './roles.ts';
import { confirmationOf, idArgument, LOOKED_AT } from './terms.ts';

const PATH = '/api/v1/principals';

const pathOf = (id: string): string => `${PATH}/${id}`;

const principalPage = z.looseObject({
  principals: z.array(principalAnswer),
  cursor: z.string().exactOptional(),
});

/** The commands for the principals of one role. */
export const principalCommands =
  (of: RoleCommand): AddCommand =>
  (program, perform) => {
    const group = program
      .command(of.name)
      .summary(of.summary)
      .description(
        `Enrol ${of.many}, change what is said of them, suspend and end them. Each step is signed and stays on record.`,
      );
    addList(group, perform, of);
    addShow(group, perform, of);
    if (of.role === 'officer') addInvite(group, perform, of);
    addProposal(group, perform, of);
    if (of.role === 'officer') {
      addChange(group, perform, of);
      addTransfer(group, perform);
      addNotices(group, perform);
    }
    addEnrol(group, perform, of);
    addSuspension(group, perform, of);
    addEnd(group, perform, of);
  };

type Add = (group: Command, perform: Perform, of: RoleCommand) => void;

/** A step on one principal. */
const step = (
  group: Command,
  name: string,
  guide: Guide,
  { summary, description }: { readonly summary: string; readonly description: string },
): Command =>
  group
    .command(name)
    .summary(summary)
    .description(description)
    .argument('<id>', 'the id of the principal')
    .addHelpText('after', guideText(guide));

const input = z.object({ id: idArgument });

const addList: Add = (group, perform, of) => {
  const command = group
    .command('list', { isDefault: true })
    .summary(`list ${of.many}`)
    .description(
      `List ${of.many}, by their ids. Officers see those of their own office${of.role === 'officer' ? ', and those who are to come to it' : ''}.`,
    )
    .option('--limit <count>', 'how many on the page, at most 100')
    .addOption(cursorOption())
    .addHelpText('after', guideText(listGuide(of)));
  if (of.role === 'officer') command.option('--office <office>', 'of this office');
  const options = z.object({
    office: z.string().exactOptional(),
    ...pageOptions,
  });
  command.action(
    perform(options, async ({ client, say, show }, query) => {
      const page = await client.get(PATH, principalPage, { role: of.role, ...query });
      const count = phrase`principals: ${page.principals.length}`;
      show(page, principalTable(say, page.principals) + endOfPage(say, count, page.cursor));
    }),
  );
};

const addShow: Add = (group, perform, of) => {
  step(group, 'show', showGuide(of), {
    summary: `show ${of.one}`,
    description: `Show ${of.one}: terms, state, keys, and what waits for a confirmation.`,
  }).action(
    perform(input, async ({ client, say, show }, { id }) => {
      const found = await client.get(pathOf(id), principalAnswer);
      show(found, principalText(say, found));
    }),
  );
};

const addInvite: Add = (group, perform, of) => {
  const command = step(group, 'invite', INVITE, {
    summary: 'invite an officer of your office',
    description:
      'Invite an officer. The responsible person of an office does this for the own office, also to replace a lost credential.',
  });
  addPrincipalOptions(command, of).action(
    perform(input.extend(principalOptions), async (run, { id, ...options }) => {
      const terms = await readPrincipalTerms(of, options);
      const { answer } = await run.client.post(`${pathOf(id)}/invitation`, invitedAnswer, terms);
      showInvited(run, of, answer, phrase`The person reads you the fingerprint of the key, and you run`);
    }),
  );
};

const addProposal: Add = (group, perform, of) => {
  const propose = step(group, 'propose', proposeGuide(of), {
    summary: `propose ${of.one}, or a change`,
    description: `Propose ${of.one}, a change of the terms, or the replacement of a lost credential. An operator does this; another one has to confirm it.`,
  }).option('--new-credential', 'ask for a new key; whoever has none yet is invited in any case');
  addMoment(addPrincipalOptions(propose, of)).action(
    perform(
      input.extend({ ...principalOptions, ...momentOptions, newCredential: z.literal(true).exactOptional() }),
      async ({ client, say, show }, { id, effectiveFrom, newCredential, ...options }) => {
        const terms = {
          ...(await readPrincipalTerms(of, options)),
          ...(effectiveFrom !== undefined && { effectiveFrom }),
          ...(newCredential && { invites: true }),
        };
        const { answer } = await client.post(`${pathOf(id)}/proposal`, principalAnswer, terms);
        const next = phrase`next: another operator compares this and runs ${asRun(`akashi ${of.name} confirm ${id} --number ${answer.number}`)}`;
        show(answer, `${principalText(say, answer)}${say(next)}\n`);
      },
    ),
  );

  const confirm = group
    .command('confirm')
    .summary('confirm what somebody else proposed')
    .description(
      `Confirm ${of.one} that another operator proposed, or a change. Where a key is asked for, you get the invitation, and so cannot confirm the key that comes with it.`,
    )
    .argument(of.role === 'officer' ? '[id]' : '<id>', 'the id of the principal')
    .option('--number <number>', LOOKED_AT)
    .addHelpText('after', guideText(confirmGuide(of)));
  stepOrFile(confirm, of).action(
    perform(z.object({ ...fileOptions, number: z.string().exactOptional() }), async (run, given) => {
      if (given.file !== undefined) return doMany(run, onlyFile(given), CONFIRMATIONS);
      assertOne(given);
      const { id, number } = given;
      if (id === undefined) throw usage('Give the id of one officer, or --file for many.');
      const { answer } = await run.client.post(confirmationOf(pathOf(id), number), confirmedAnswer);
      const { principal, invitation } = answer;
      if (invitation === undefined) {
        const { prepared } = principal;
        const outcome = prepared
          ? phrase`${id}: prepared; in force from ${prepared.effectiveFrom} on`
          : phrase`${id}: in force now`;
        run.show(answer, `${principalText(run.say, principal)}${run.say(outcome)}\n`);
        return EXIT.ok;
      }
      const reads =
        of.role === 'officer'
          ? phrase`The person reads the fingerprint of the key to the responsible person of the office, or to another operator than you, who runs`
          : phrase`The person reads the fingerprint of the key to another operator than you, who runs`;
      showInvited(run, of, { ...answer, invitation }, reads);
      return EXIT.ok;
    }),
  );

  step(group, 'withdraw', withdrawGuide(of), {
    summary: 'take back what is proposed or prepared',
    description: `Take back a proposal that nobody has confirmed, or what is prepared for a moment to come. Any operator may${of.role === 'officer' ? ', and the responsible person of the office' : ''}.`,
  }).action(
    perform(input, async ({ client, say, show }, { id }) => {
      const stands = await client.deleteAndRead(`${pathOf(id)}/proposal`, principalAnswer);
      show(stands, `${say(phrase`${id}: what was proposed or prepared is taken back`)}\n`);
    }),
  );
};

/** A step on one officer, or on all those in a file. */
const stepOrFile = (command: Command, { role }: RoleCommand): Command =>
  role === 'officer' ? addManyOptions(command.option('--file <file>', 'many officers; see below')) : command;

const fileOptions = { id: idArgument.optional(), file: z.string().exactOptional(), ...manyOptions };

const addEnrol: Add = (group, perform, of) => {
  const command = group
    .command('enrol')
    .summary('confirm the key, by its fingerprint')
    .description(
      `Confirm the key that the invited person brought, by the fingerprint that the person reads to you. The service then certifies it.${of.role === 'officer' ? ' With --file, many officers are invited first: by the responsible person, or proposed by an operator.' : ''}`,
    )
    .argument(of.role === 'officer' ? '[id]' : '<id>', 'the id of the principal')
    .option('--fingerprint <hex...>', 'as it was read to you: 64 hex digits, in groups or not')
    .addHelpText('after', guideText(enrolGuide(of)));
  const input = z.object({ ...fileOptions, fingerprint: fingerprintOption.exactOptional() });
  stepOrFile(command, of).action(
    perform(input, async (run, given) => {
      if (given.file !== undefined) {
        const file = onlyFile(given);
        const { role } = await run.client.get('/api/v1/whoami', z.looseObject({ role: z.string() }));
        return doMany(run, file, enrolments(role === 'operator'));
      }
      assertOne(given);
      const { id, fingerprint } = given;
      if (id === undefined || fingerprint === undefined)
        throw usage('Give the id, and --fingerprint as it was read to you.');
      const { answer } = await run.client.post(`${pathOf(id)}/enrolment`, principalAnswer, { fingerprint });
      shown(run, answer, phrase`next: the person repeats akashi enrol, which fetches the certificate`);
      return EXIT.ok;
    }),
  );
};

const addSuspension: Add = (group, perform, of) => {
  step(group, 'suspend', suspendGuide(of), {
    summary: `suspend ${of.one}, at once`,
    description: `Suspend ${of.one}: from now on the service does nothing for it.`,
  }).action(
    perform(input, async (run, { id }) => {
      const { answer } = await run.client.post(`${pathOf(id)}/suspension`, principalAnswer);
      shown(run, answer, phrase`${id} is suspended.`);
    }),
  );
  if (of.role !== 'officer') return;
  step(group, 'resume', RESUME, {
    summary: 'end a suspension',
    description: 'End the suspension of an officer of your own office.',
  }).action(
    perform(input, async (run, { id }) => {
      const resumed = await run.client.deleteAndRead(`${pathOf(id)}/suspension`, principalAnswer);
      shown(run, resumed, phrase`${id} is no longer suspended.`);
    }),
  );
};

const addEnd: Add = (group, perform, of) => {
  const command = group
    .command('end')
    .summary(`end ${of.one} for good, at once or from a moment on`)
    .description(
      `End ${of.one} for good, at once or from a moment on. The certificates are revoked then; nobody gets the id again.`,
    )
    .argument(of.role === 'officer' ? '[id]' : '<id>', 'the id of the principal')
    .addHelpText('after', guideText(endGuide(of)));
  stepOrFile(addMoment(command), of).action(
    perform(z.object({ ...fileOptions, ...momentOptions }), async (run, given) => {
      if (given.file !== undefined) return doMany(run, onlyFile(given), ENDS);
      assertOne(given);
      const { id, effectiveFrom } = given;
      if (id === undefined) throw usage('Give the id of one officer, or --file for many.');
      const { principal } = await ENDS.send(run.client, { id, effectiveFrom });
      const { prepared } = principal;
      const outcome = prepared
        ? phrase`${id}: prepared; it ends at ${prepared.effectiveFrom}`
        : phrase`${id} has ended; its certificates are revoked.`;
      shown(run, principal, outcome);
      return EXIT.ok;
    }),
  );
};

const shown = ({ say, show }: Run, answer: PrincipalAnswer, outcome: ReturnType<typeof phrase>): void =>
  show(answer, `${principalText(say, answer)}${say(outcome)}\n`);
