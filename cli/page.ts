import { Option } from 'commander';
import { z } from 'zod';
import { type Phrase, phrase } from '../lib/fault.ts';
import type { Say } from '../lib/messages/messages.ts';

/** What a list takes of `--limit` and `--cursor`. */
export const pageOptions = {
  limit: z.string().exactOptional(),
  cursor: z.string().exactOptional(),
};

export const cursorOption = (): Option =>
  new Option('--cursor <cursor>', 'go on where an earlier page of the same query ended');

/** `list` is how many there are: "offices: 3". */
export const endOfPage = (say: Say, list: Phrase, cursor: string | undefined): string =>
  `${say(cursor === undefined ? list : phrase`${list}; more with --cursor ${cursor}`)}\n`;
