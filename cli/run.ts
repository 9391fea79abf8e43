import { Command, CommanderError } from 'commander';
import { Fault, phrase } from '../lib/fault.ts';
import { type Language, speaking } from '../lib/messages/messages.ts';
import { asRun } from './as-run.ts';
import { commandLineError } from './command-line-error.ts';
import { EXIT, type ExitCode, Failure, usage } from './failure.ts';
import { failureJson, failureText } from './output.ts';
import { performWith } from './perform.ts';
import { buildProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Commander hands an action its arguments, its options and, last, the command. */
const commandOf = (received: readonly unknown[]): Command => {
  const command = received.at(-1);
  if (command instanceof Command) return command;
  throw new TypeError('An action was called without its command.');
};

const asFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  if (error instanceof CommanderError) {
    return usage(commandLineError(error), 'See akashi --help, or --help after the command.');
  }
  // A file or an answer is malformed.
  if (Fault.is(error)) {
    const { code, phrase: detail, facts } = error;
    const problem = {
      type: `urn:akashi:fault:${code}`,
      title: phrase`The input is malformed`,
      detail,
      code,
    };
    return new Failure(EXIT.usage, Object.keys(facts).length > 0 ? { ...problem, facts } : problem);
  }
  // The machine itself failed: the disk is full, or a folder is missing. The service refused nothing.
  if (error instanceof Error && typeof Reflect.get(error, 'syscall') === 'string') {
    return usage(phrase`A file cannot be read or written: ${error.message}.`);
  }
  throw error;
};

const withSubcommands = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(withSubcommands),
];

/** Runs one command line, without the interpreter and the script at its head. */
export const run = async (argv: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  let code: ExitCode = EXIT.ok;
  const program = buildProgram(
    performWith(terminal, commandOf, (ended) => {
      code = ended;
    }),
  );
  for (const command of withSubcommands(program)) {
    // Errors are written below, in the form that was asked for.
    command.configureOutput({
      writeOut: (text) => terminal.out(asRun(text)),
      writeErr: (text) => terminal.err(asRun(text)),
      outputError: () => {},
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.version') return EXIT.ok;
    // Help that was asked for, and help in place of a command that is missing.
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed') return EXIT.ok;
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    const failure = asFailure(error);
    const say = await speaking(program.opts<{ language: Language }>().language, asRun);
    terminal.err(argv.includes('--json') ? failureJson(failure, say) : failureText(failure, say));
    return failure.exitCode;
  }
};
