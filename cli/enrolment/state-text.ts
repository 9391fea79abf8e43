import { type Phrase, phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import type { Text } from '../failure.ts';
import { NONE } from '../purpose-text.ts';

export type Line = readonly [name: Text, value: Text | undefined];

/** Who took the newest step, and when. */
export const stepText = ({ by, at }: { readonly by: string; readonly at: string }): Phrase =>
  phrase`${at} by ${by}`;

/** There is no standing while the first proposal waits, or after it was taken back. */
export const standingOf = ({
  standing,
  awaiting,
}: {
  readonly standing?: string;
  readonly awaiting?: unknown;
}): string => standing ?? (awaiting ? 'proposed' : 'withdrawn');

/** Both names: whoever compares them may have either one on paper. */
export const nameText = (name: { readonly ja: string; readonly en: string } | undefined): Text | undefined =>
  name && `${name.ja} / ${name.en}`;

/** What was proposed and differs from what is in force. A value that goes is shown as such. */
export const proposedLines = (
  say: Say,
  now: readonly Line[],
  awaiting:
    | { readonly by: string; readonly at: string; readonly lapsesAt: string; readonly lines: readonly Line[] }
    | undefined,
): readonly Line[] => {
  if (awaiting === undefined) return [];
  const said = (lines: readonly Line[]): ReadonlyMap<string, string> =>
    new Map(
      lines.flatMap(([name, value]) =>
        value === undefined ? [] : [[textIn(say, name), textIn(say, value)] as const],
      ),
    );
  const [before, after] = [said(now), said(awaiting.lines)];
  const changed = [...new Set([...after.keys(), ...before.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
  return [
    [phrase`proposed`, phrase`${stepText(awaiting)}; lapses at ${awaiting.lapsesAt}`],
    ...changed.map((name): Line => [phrase`proposed ${name}`, after.get(name) ?? NONE]),
  ];
};

const textIn = (say: Say, text: Text): string => (typeof text === 'string' ? text : say(text));

/** `list` is how many there are: "offices: 3". */
export const endOfPage = (say: Say, list: Phrase, cursor: string | undefined): string =>
  `${say(cursor === undefined ? list : phrase`${list}; more with --cursor ${cursor}`)}\n`;
