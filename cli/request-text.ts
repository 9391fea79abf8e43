import { type Phrase, phrase } from '../lib/fault.ts';
import type { Language, Say } from '../lib/messages/messages.ts';
import {
  type PersonalDataAnswer,
  type ProfileAnswer,
  profilesAnswer,
  type RequestAnswer,
} from './answers.ts';
import { Failure } from './failure.ts';
import { details, table } from './output.ts';
import type { Run } from './perform.ts';
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

/** The profile says how the fields are called. Auditors do not see profiles, and the request is shown without one too. */
const profileOf = async (client: Run['client'], id: string): Promise<ProfileAnswer | undefined> => {
  try {
    const { profiles } = await client.get('/api/v1/profiles', profilesAnswer);
    return profiles.find((profile) => profile.id === id);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
};

type Field = ProfileAnswer['fields'][number];

const valueText = (value: string, field: Field | undefined, language: Language): string => {
  const label = field?.choices?.find((choice) => choice.value === value)?.label[language];
  return label === undefined ? value : `${value} (${label})`;
};

/** What the certificate says first, and then what is kept with the request alone; by their names where nobody says which is which. */
const fieldLines = (
  language: Language,
  fields: NonNullable<RequestAnswer['fields']>,
  profile: ProfileAnswer | undefined,
): readonly (readonly [Phrase, string])[] => {
  const lines = Object.entries(fields).map(([name, value]) => {
    const field = profile?.fields.find((one) => one.name === name);
    const text = [value]
      .flat()
      .map((one) => valueText(one, field, language))
      .join(' | ');
    return { name, label: field?.label[language] ?? name, certified: field?.certified, text };
  });
  return [
    ...lines.flatMap(({ certified, label, text }) =>
      certified === true ? [[phrase`certificate: ${label}`, text] as const] : [],
    ),
    ...lines.flatMap(({ certified, name, text }) =>
      certified === undefined ? [[phrase`field ${name}`, text] as const] : [],
    ),
    ...lines.flatMap(({ certified, label, text }) =>
      certified === false ? [[phrase`request only: ${label}`, text] as const] : [],
    ),
  ];
};

/** A whole request, for people. */
export const requestText = async (
  { client, say, settings }: Run,
  request: RequestAnswer,
): Promise<string> => {
  // Nobody reads it beside the JSON.
  const profile = settings.json ? undefined : await profileOf(client, request.profile);
  return textOf(say, fieldLines(settings.language, request.fields ?? {}, profile), request);
};

const textOf = (say: Say, fields: readonly (readonly [Phrase, string])[], request: RequestAnswer): string =>
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
    ...fields,
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
