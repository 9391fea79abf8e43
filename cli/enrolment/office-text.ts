import { phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { details, table } from '../output.ts';
import { NONE } from '../purpose-text.ts';
import type { OfficeAnswer, OfficeStateAnswer } from './answers.ts';
import { type Line, nameText, proposedLines, standingOf, stepText } from './state-text.ts';

const termLines = (state: OfficeStateAnswer): readonly Line[] => [
  [phrase`name`, nameText(state.name)],
  [phrase`reading`, state.kana],
  [phrase`tenant`, state.tenant],
  [phrase`government code`, state.code],
  [phrase`parent`, state.parent],
  ...Object.entries(state.attributes ?? {}).map(([name, value]): Line => [phrase`attribute ${name}`, value]),
  [phrase`profiles`, state.profiles && (state.profiles.join(', ') || NONE)],
  [phrase`office approval`, state.officeApproval ? phrase`required` : undefined],
  [phrase`begins`, state.from],
  [phrase`ends`, state.until],
];

/** A whole office, for people. */
export const officeText = (say: Say, office: OfficeAnswer): string => {
  const now = office.standing === undefined ? [] : termLines(office);
  const { awaiting } = office;
  return details(say, [
    [phrase`office`, office.id],
    [phrase`state`, standingOf(office)],
    ...now,
    [phrase`successor`, office.successor],
    [phrase`changed`, stepText(office.changed)],
    ...proposedLines(say, now, awaiting && { ...awaiting, lines: termLines(awaiting) }),
  ]);
};

/** One line for each office. */
export const officeTable = (say: Say, offices: readonly OfficeAnswer[]): string =>
  table(
    offices.map((office) => {
      const { code, parent, name } = office.standing === undefined ? (office.awaiting ?? office) : office;
      return [
        office.id,
        standingOf(office),
        code ?? NONE,
        parent ?? NONE,
        say(name ? phrase`${name}` : phrase`names lost`),
        ...(office.standing !== undefined && office.awaiting
          ? [say(phrase`a change is proposed`)]
          : office.successor === undefined
            ? []
            : [say(phrase`successor ${office.successor}`)]),
      ];
    }),
  );
