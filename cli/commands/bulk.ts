import { addEndCommands } from '../bulk/end-commands.ts';
import { addExamineCommands } from '../bulk/examine-commands.ts';
import { addFileCommands } from '../bulk/file-commands.ts';
import { addLookCommands } from '../bulk/look-commands.ts';
import { addTemplateCommand } from '../bulk/template-command.ts';
import type { AddCommand } from '../perform.ts';

export const addCommand: AddCommand = (program, perform) => {
  const bulk = program
    .command('bulk')
    .summary('requests by the thousand, in one file')
    .description(
      'Ask for certificates by the thousand. A file of requests, which is a batch, is checked and submitted by an officer, examined by two other persons after a look at a sample of its rows, and its certificates are collected together.',
    );
  addTemplateCommand(bulk, perform);
  addFileCommands(bulk, perform);
  addLookCommands(bulk, perform);
  addExamineCommands(bulk, perform);
  addEndCommands(bulk, perform);
};
