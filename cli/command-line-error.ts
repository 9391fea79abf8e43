import type { CommanderError } from 'commander';
import { type Phrase, phrase } from '../lib/fault.ts';

/** What commander says of a command line, as a phrase with the same English. What is not known here stays English. */
export const commandLineError = ({ message }: CommanderError): Phrase => {
  const [error = '', hint] = message.replace(/^error: /, '').split('\n(');
  const said = firstOf(ERRORS, error) ?? phrase`${error.replaceAll('\n', ' ')}`;
  const suggestion = hint && firstOf(SUGGESTIONS, hint);
  return suggestion ? phrase`${said} (${suggestion})` : said;
};

type Forms = readonly (readonly [RegExp, (...parts: string[]) => Phrase])[];

const firstOf = (forms: Forms, text: string): Phrase | undefined => {
  for (const [form, say] of forms) {
    const found = form.exec(text);
    if (found) return say(...found.slice(1));
  }
  return undefined;
};

const ERRORS: Forms = [
  [/^unknown option '(.*)'$/s, (option = '') => phrase`unknown option '${option}'`],
  [/^unknown command '(.*)'$/s, (command = '') => phrase`unknown command '${command}'`],
  [/^missing required argument '(.*)'$/, (argument = '') => phrase`missing required argument '${argument}'`],
  [/^option '(.*)' argument missing$/, (option = '') => phrase`option '${option}' argument missing`],
  [
    /^required option '(.*)' not specified$/,
    (option = '') => phrase`required option '${option}' not specified`,
  ],
  [
    /^option '(.*?)' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s,
    (option = '', value = '', choices = '') =>
      phrase`option '${option}' argument '${value}' is invalid. Allowed choices are ${choices}.`,
  ],
  [
    /^option '(.*?)' value '(.*)' from env '(.*)' is invalid\. Allowed choices are (.*)\.$/s,
    (option = '', value = '', variable = '', choices = '') =>
      phrase`option '${option}' value '${value}' from env '${variable}' is invalid. Allowed choices are ${choices}.`,
  ],
  [
    /^too many arguments for '(.*)'\. Expected (\d+) (arguments?) but got (\d+)\.$/,
    (command = '', expected = '', noun = '', given = '') =>
      noun === 'argument'
        ? phrase`too many arguments for '${command}'. Expected ${expected} argument but got ${given}.`
        : phrase`too many arguments for '${command}'. Expected ${expected} arguments but got ${given}.`,
  ],
];

const SUGGESTIONS: Forms = [
  [/^Did you mean one of (.*)\?\)$/, (names = '') => phrase`Did you mean one of ${names}?`],
  [/^Did you mean (.*)\?\)$/, (name = '') => phrase`Did you mean ${name}?`],
];
