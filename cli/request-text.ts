import type { RequestAnswer } from './answers.ts';
import { details, table } from './output.ts';

/** A whole request, for people. */
export const requestText = (request: RequestAnswer): string =>
  details([
    ['request', request.id],
    ['state', request.state],
    ['office', request.office],
    ['profile', `${request.profile}, version ${request.profileVersion}`],
    ['subject', request.subject],
    ...Object.entries(request.fields).map(
      ([name, value]) => [`field ${name}`, typeof value === 'string' ? value : value.join(' | ')] as const,
    ),
    ...(request.ignored ?? []).map(
      ({ part, name, value }) => ['not used', ['CSR', part, name, value].filter(Boolean).join(' ')] as const,
    ),
    ['key', `${request.keyAlgorithm}, SHA-256 ${request.publicKeyDigest}`],
    ['submitted', `${request.submittedAt} by ${request.submittedBy}`],
    ...request.examinations.map(
      ({ stage, by, at, decision, reason }) =>
        [
          `at the ${stage}`,
          `${at} ${decision} by ${by}${reason === undefined ? '' : `: ${reason}`}`,
        ] as const,
    ),
    ['approval lapsed', request.lapses?.join(' | ')],
    ['failed', request.failure && `${request.failure.at} ${request.failure.code}: ${request.failure.reason}`],
    ['certificate', request.certificate && `${request.certificate.ca}/${request.certificate.serial}`],
  ]);

/** One line for each request. */
export const requestTable = (requests: readonly RequestAnswer[]): string =>
  table(
    requests.map(({ id, state, submittedAt, office, profile, subject }) => [
      id,
      state,
      submittedAt,
      office,
      profile,
      subject,
    ]),
  );
