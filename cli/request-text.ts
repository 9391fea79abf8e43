import { type Phrase, phrase } from '../lib/fault.ts';
import type { Say } from '../lib/messages/messages.ts';
import type { PersonalDataAnswer, RequestAnswer } from './answers.ts';
import { details, table } from './output.ts';
import { NONE } from './purpose-text.ts';

/** The pseudonym, and whether it is new: it may be mistyped. */
const holderText = ({ holder, newHolder }: RequestAnswer): string | Phrase | undefined =>
  holder !== undefined && newHolder
    ? phrase`${holder} (new: no other request has led to a certificate for this holder)`
    : holder;

type Examination = RequestAnswer['examinations'][number];

const examinationText = ({ at, decision, by, reason }: Examination): Phrase =>
  reason === undefined ? phrase`${at} ${decision} by ${by}` : phrase`${at} ${decision} by ${by}: ${reason}`;

const STAGES: Readonly<Record<string, Phrase>> = {
  office: phrase`at the office`,
  'office-approval': phrase`approval of the office`,
  centre: phrase`at the centre`,
};

const withdrawalText = ({ at, by, reason }: NonNullable<RequestAnswer['withdrawal']>): Phrase =>
  reason === undefined ? phrase`${at} by ${by}` : phrase`${at} by ${by}: ${reason}`;

/** Why no name is shown. */
export const personalDataText = ({ state, month, code = '' }: PersonalDataAnswer): Phrase => {
  if (state !== 'ended') return phrase`cannot be read now (${code})`;
  return month === undefined ? phrase`erased by an order` : phrase`gone: their retention ended with ${month}`;
};

/** A whole request, for people. */
export const requestText = (say: Say, request: RequestAnswer): string =>
  details(say, [
    [phrase`request`, request.id],
    [phrase`state`, request.state],
    [phrase`tenant`, request.tenant],
    [phrase`office`, request.office],
    [phrase`profile`, phrase`${request.profile}, version ${request.profileVersion}`],
    [phrase`subject`, request.subject],
    [phrase`personal data`, request.personalData && personalDataText(request.personalData)],
    [phrase`holder`, holderText(request)],
    [phrase`issued to`, request.issuedTo],
    ...Object.entries(request.fields ?? {}).map(
      ([name, value]) =>
        [phrase`field ${name}`, typeof value === 'string' ? value : value.join(' | ')] as const,
    ),
    ...(request.ignored ?? []).map(
      ({ part, name, value }) =>
        [phrase`not used`, ['CSR', part, name, value].filter(Boolean).join(' ')] as const,
    ),
    [phrase`key`, `${request.keyAlgorithm}, SHA-256 ${request.publicKeyDigest}`],
    [phrase`submitted`, phrase`${request.submittedAt} by ${request.submittedBy}`],
    ...request.examinations.map((one) => [STAGES[one.stage] ?? one.stage, examinationText(one)] as const),
    [phrase`approval lapsed`, request.lapses?.join(' | ')],
    [phrase`withdrawn`, request.withdrawal && withdrawalText(request.withdrawal)],
    [
      phrase`failed`,
      request.failure && `${request.failure.at} ${request.failure.code}: ${request.failure.reason}`,
    ],
    [phrase`certificate`, request.certificate && `${request.certificate.ca}/${request.certificate.serial}`],
  ]);

/** One line for each request. */
export const requestTable = (say: Say, requests: readonly RequestAnswer[]): string =>
  table(
    requests.map(
      ({
        id,
        state,
        submittedAt,
        office,
        profile,
        subject,
        searched = [],
        personalData,
        holder,
        newHolder,
      }) => [
        id,
        state,
        submittedAt,
        office,
        profile,
        subject ?? (personalData ? say(personalDataText(personalData)) : NONE),
        searched.join(' | ') || NONE,
        holder === undefined ? NONE : newHolder ? say(phrase`${holder} (new)`) : holder,
      ],
    ),
  );
