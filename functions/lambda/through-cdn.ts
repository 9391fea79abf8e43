import { createHash, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Fault } from '../../lib/fault.ts';
import type { Clock } from '../../lib/ports.ts';
import { errorFacts } from '../http/problems.ts';
import { failure, type RequestEvent, refusal } from './answer-events.ts';
import type { FrontEvent, LambdaHandler } from './gateway.ts';
import { ORIGIN_HOST, ORIGIN_SECRET } from './origin-header.ts';

/** The secrets of the CDN, one of which its requests show. */
export interface OriginSecrets {
  readonly ids: readonly string[];
  read(id: string): Promise<string>;
  readonly clock: Clock;
}

/**
 * The secrets are read again after this time. Their texts do not change while they are in use: the next one is another
 * secret, by its number.
 */
const KEPT_MS = 300_000;
/**
 * After a read that failed, the next one waits so long: a flood must become neither a flood of reads nor one of log
 * lines.
 */
const PAUSE_MS = 5_000;
/** How long a secret counts that was read once and cannot be read now. */
const UNREAD_MS = 3 * KEPT_MS;
/** Secrets Manager's words for a secret that is not there, and for one that somebody has deleted. */
const GONE: ReadonlySet<string> = new Set(['ResourceNotFoundException', 'InvalidRequestException']);

/**
 * Lets a request through only if it came through a door that asks for credentials, or shows the secret of the CDN. All
 * other requests are refused before the function has loaded, read or written anything else: they went around the CDN,
 * and so around its limits. The secret goes no further than this.
 *
 * Which door it was is told by what API Gateway writes into the event, and no client can: the client certificate of the
 * door for certificates, or the claims that the door for tokens verified. The CDN may have a client certificate too,
 * where the public origin asks for one. It is no caller's, so a request that shows the secret loses its certificate.
 */
export const throughCdn = (handler: LambdaHandler, open: () => OriginSecrets): LambdaHandler => {
  let check: ((shown: string) => Promise<Judgement>) | undefined;
  return async (event, context) => {
    const { shown, host, rest } = takeSecret(event);
    if (shown === undefined && knowsCaller(event)) return handler(rest, context);
    const request = { id: context.awsRequestId, headers: rest.headers as Record<string, string> };
    let judgement: Judgement = 'wrong';
    try {
      if (shown !== undefined) {
        check ??= openCheck(open());
        judgement = await check(shown);
      }
    } catch (error) {
      return inOnePiece(event, await failure(error, request));
    }
    if (judgement === 'right') return handler(withoutCertificate(askedAt(rest, host)), context);
    return inOnePiece(event, await refusal(judgement === 'wrong' ? refused() : unsure(), request));
  };
};

/** `unknown`: it is none of the secrets that are known, and may be one that cannot be read now. */
type Judgement = 'right' | 'wrong' | 'unknown';

const refused = (): Fault =>
  new Fault(
    'not-through-cdn',
    'This address answers only its CDN; ask at the public address of the service.',
  );

const unsure = (): Fault => new Fault('store-unavailable', 'The secrets of the CDN cannot be read now.');

const inOnePiece = (
  event: FrontEvent,
  { status, headers, body }: Awaited<ReturnType<typeof failure>>,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...headers },
  body: event.requestContext.http.method === 'HEAD' ? '' : String(body),
});

const knowsCaller = ({ requestContext }: RequestEvent): boolean => {
  const { authentication, authorizer } = requestContext as typeof requestContext & {
    readonly authorizer?: { readonly jwt?: object };
  };
  return Boolean(authentication?.clientCert?.clientCertPem) || Boolean(authorizer?.jwt);
};

interface Taken {
  readonly shown: string | undefined;
  readonly host: string | undefined;
  readonly rest: FrontEvent;
}

/** The event without the CDN's own headers, whatever the case of their names. */
const takeSecret = (event: FrontEvent): Taken => {
  const given = Object.entries(event.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  const { [ORIGIN_SECRET]: shown, [ORIGIN_HOST]: host, ...headers } = Object.fromEntries(given);
  return { shown, host, rest: { ...event, headers } };
};

/** Browsers say of which host a form is. The CDN asks at API Gateway's own. */
const askedAt = (event: FrontEvent, host: string | undefined): FrontEvent =>
  host === undefined ? event : { ...event, headers: { ...event.headers, host } };

const withoutCertificate = ({ requestContext, ...event }: FrontEvent): FrontEvent => {
  const { authentication: _, ...context } = requestContext;
  return { ...event, requestContext: context };
};

/** Digests are of one length, and the time of comparing them tells nothing about the secret. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

const openCheck = ({ ids, read, clock }: OriginSecrets): ((shown: string) => Promise<Judgement>) => {
  const known = new Map<string, { readonly digest: Buffer; readonly readAt: number }>();
  let reading: Promise<void> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let failed = false;

  /** Takes in what a read gave. Returns why it gave no secret, if so. */
  const take = (id: string, text: PromiseSettledResult<string>): unknown => {
    if (text.status === 'fulfilled') {
      if (text.value !== '') {
        known.set(id, { digest: digestOf(text.value), readAt });
        return undefined;
      }
      // An empty secret would let in everybody who shows none.
      known.delete(id);
      return new Error('The secret is empty.');
    }
    const { reason } = text;
    const age = readAt - (known.get(id)?.readAt ?? readAt);
    if (age < 0 || age >= UNREAD_MS || (reason instanceof Error && GONE.has(reason.name))) known.delete(id);
    return reason;
  };

  const refresh = async (): Promise<void> => {
    readAt = clock();
    const texts = await Promise.allSettled(ids.map(read));
    const failures = texts
      .map((text, n) => ({ secret: ids[n] as string, why: take(ids[n] as string, text) }))
      .filter(({ why }) => why !== undefined)
      .map(({ secret, why }) => ({ secret, ...errorFacts(why) }));
    failed = failures.length > 0;
    if (failed) console.error(JSON.stringify({ level: 'error', ...errorFacts(unsure()), failures }));
  };

  return async (shown) => {
    const age = clock() - readAt;
    if (age < 0 || age >= (failed ? PAUSE_MS : KEPT_MS)) {
      reading ??= refresh().finally(() => {
        reading = undefined;
      });
    }
    await reading;
    const digest = digestOf(shown);
    let found = false;
    for (const one of known.values()) found = timingSafeEqual(one.digest, digest) || found;
    if (found) return 'right';
    return failed ? 'unknown' : 'wrong';
  };
};
