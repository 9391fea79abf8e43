import type { HandOver } from '../../lib/store/store.ts';
import { namesBeginning } from './record-header.ts';
import type { ResponseDescription } from './route.ts';

/** Where a caller fetches an answer that is too large for API Gateway or the load balancer (lambda/fit-answer.ts). */
export interface LargeAnswers {
  /** Stores an answer that is made for this request. */
  readonly handOver?: HandOver;
  /** The address of a published object, by its key. */
  readonly addressOf?: (key: string) => string | Promise<string>;
}

const location = 'The address of the answer, valid for five minutes. Send no credentials there.';

/** For the OpenAPI document: the answer of routes that make a new answer for each request. */
export const handedOver: Readonly<Record<303, ResponseDescription>> = {
  303: {
    description: 'On AWS, if the answer is too large for one response. The answer is recorded.',
    headers: { location },
  },
};

/** For the OpenAPI document: the answers of routes that stream a file which is recorded from its beginning to its end. */
export const streamedFile = (description: string, contentType: string) => ({
  200: {
    description,
    contentType,
    headers: { 'content-disposition': 'A name for the file.', ...namesBeginning },
  },
  303: { ...handedOver[303], headers: { location, ...namesBeginning } },
});

/** For the OpenAPI document: the answer of routes that hand out published objects. */
export const published: Readonly<Record<302, ResponseDescription>> = {
  302: {
    description: 'On AWS without a CDN, if the CRL is too large for one response.',
    headers: { location },
  },
};
