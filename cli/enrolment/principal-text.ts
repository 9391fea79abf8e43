import { type Phrase, phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { details, table } from '../output.ts';
import { NONE } from '../purpose-text.ts';
import { personalDataText } from '../request-text.ts';
import type { PrincipalAnswer, PrincipalStateAnswer } from './answers.ts';
import { fingerprintText } from './fingerprint.ts';
import { type Line, nameText, preparedLines, proposedLines, standingOf, stepText } from './state-text.ts';

type Purposes = NonNullable<PrincipalStateAnswer['purposes']>;

export const purposeLines = (purposes: Purposes | undefined): readonly Line[] =>
  (purposes ?? []).map(
    ({ id, title, legalBasis }): Line => [phrase`purpose ${id}`, phrase`${title} (${legalBasis})`],
  );

const termLines = (state: PrincipalStateAnswer): readonly Line[] => [
  [phrase`name`, state.personalData ? personalDataText(state.personalData) : nameText(state.name)],
  [phrase`reading`, state.kana],
  [phrase`person`, state.person],
  [phrase`tenant`, state.tenant],
  [phrase`office`, state.office],
  [phrase`duties`, state.duties?.join(', ')],
  ...purposeLines(state.purposes),
  [phrase`assumed purpose`, state.assumedPurpose],
  [phrase`agreement`, state.agreement],
  [phrase`begins`, state.from],
  [phrase`ends`, state.until],
];

/** A whole principal, for people; `first` are lines before it. */
export const principalText = (say: Say, principal: PrincipalAnswer, first: readonly Line[] = []): string => {
  const now = principal.standing === undefined ? [] : termLines(principal);
  const { awaiting, prepared, fingerprint, key } = principal;
  return details(say, [
    ...first,
    [phrase`principal`, principal.id],
    [phrase`state`, standingOf(principal)],
    [phrase`role`, principal.role],
    ...now,
    [phrase`invited until`, principal.invitedUntil],
    [phrase`key that was brought`, fingerprint && fingerprintText(fingerprint)],
    [phrase`confirmed key`, key && fingerprintText(key)],
    [phrase`changed`, stepText(principal.changed)],
    ...proposedLines(say, now, awaiting && { ...awaiting, lines: termLines(awaiting) }),
    ...preparedLines(say, now, prepared && { ...prepared, lines: preparedState(prepared) }),
  ]);
};

const preparedState = (prepared: NonNullable<PrincipalAnswer['prepared']>): readonly Line[] => [
  ...(prepared.standing === 'ended' ? [[phrase`state`, prepared.standing] as const] : []),
  ...termLines(prepared),
];

/** What somebody has to do next, or what is to come. */
const openText = (principal: PrincipalAnswer) => {
  const { standing, office, awaiting, prepared, fingerprint, invitedUntil } = principal;
  if (fingerprint !== undefined) return phrase`a key waits for its confirmation`;
  if (prepared?.standing === 'ended') return phrase`an end is prepared, from ${prepared.effectiveFrom} on`;
  // The list of the office that is to receive somebody names another office before it.
  if (office !== undefined && awaiting?.office !== undefined && awaiting.office !== office)
    return phrase`a transfer to ${awaiting.office} is proposed`;
  if (office !== undefined && prepared?.office !== undefined && prepared.office !== office)
    return phrase`a transfer to ${prepared.office} is prepared, from ${prepared.effectiveFrom} on`;
  if (standing !== undefined && awaiting) return phrase`a change is proposed`;
  if (prepared) return phrase`a change is prepared, from ${prepared.effectiveFrom} on`;
  return invitedUntil === undefined ? undefined : phrase`invited until ${invitedUntil}`;
};

const shortName = ({ name, personalData }: PrincipalStateAnswer): Phrase => {
  if (name) return phrase`${name}`;
  return personalData ? personalDataText(personalData) : phrase`names lost`;
};

/** One line for each principal. */
export const principalTable = (say: Say, principals: readonly PrincipalAnswer[]): string =>
  table(
    principals.map((principal) => {
      const state = principal.standing === undefined ? (principal.awaiting ?? principal) : principal;
      const open = openText(principal);
      return [
        principal.id,
        standingOf(principal),
        ...(state.office === undefined ? [] : [state.office, state.duties?.join(', ') ?? NONE]),
        state.until ?? NONE,
        say(shortName(state)),
        ...(open ? [say(open)] : []),
      ];
    }),
  );
