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

/**
 * Both names: whoever compares them may have either one on paper. A state without names lost them by a crash between the signed
 * act and its row; the service does not make any up.
 */
export const nameText = (name: { readonly ja: string; readonly en: string } | undefined): Text =>
  name ? `${name.ja} / ${name.en}` : phrase`lost; give the same terms again, with the names`;

/** What differs from what is in force. A value that goes is shown as such. */
const changedLines = (
  say: Say,
  now: readonly Line[],
  lines: readonly Line[],
): readonly (readonly [name: string, value: string])[] => {
  const said = (lines: readonly Line[]): ReadonlyMap<string, string> =>
    new Map(
      lines.flatMap(([name, value]) =>
        value === undefined ? [] : [[textIn(say, name), textIn(say, value)] as const],
      ),
    );
  const [before, after] = [said(now), said(lines)];
  return [...new Set([...after.keys(), ...before.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => [name, after.get(name) ?? NONE]);
};

interface Shown {
  readonly by: string;
  readonly at: string;
  readonly lines: readonly Line[];
}

/** What was proposed. */
export const proposedLines = (
  say: Say,
  now: readonly Line[],
  awaiting: (Shown & { readonly lapsesAt: string; readonly effectiveFrom?: string }) | undefined,
): readonly Line[] =>
  awaiting === undefined
    ? []
    : [
        [phrase`proposed`, phrase`${stepText(awaiting)}; lapses at ${awaiting.lapsesAt}`],
        ...changedLines(say, now, awaiting.lines).map(
          ([name, value]): Line => [phrase`proposed ${name}`, value],
        ),
        [phrase`proposed from`, awaiting.effectiveFrom],
      ];

/** What is in force from a moment on. */
export const preparedLines = (
  say: Say,
  now: readonly Line[],
  prepared: (Shown & { readonly effectiveFrom: string }) | undefined,
): readonly Line[] =>
  prepared === undefined
    ? []
    : [
        [phrase`prepared`, stepText(prepared)],
        [phrase`in force from`, prepared.effectiveFrom],
        ...changedLines(say, now, prepared.lines).map(([name, value]): Line => [phrase`then ${name}`, value]),
      ];

const textIn = (say: Say, text: Text): string => (typeof text === 'string' ? text : say(text));
