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

/** `list` is how many are shown. */
export const countText = (
  list: Phrase,
  { total, more }: { readonly total?: number; readonly more?: true },
): Phrase => {
  if (total === undefined) return list;
  return more ? phrase`${list}, of more than ${total} in all` : phrase`${list}, of ${total} in all`;
};

/** A line for each office that the officer's own one has taken over from. */
export const predecessorLines = (say: Say, predecessors: readonly string[] = []): string =>
  predecessors.map((id) => `${say(phrase`taken over from, see with --office: ${id}`)}\n`).join('');
