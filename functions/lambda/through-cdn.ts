import { createHash, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Fault } from '../../lib/fault.ts';
import type { Clock } from '../../lib/ports.ts';
import { failure, type RequestEvent } from './answer-events.ts';
import type { FrontEvent, LambdaHandler } from './gateway.ts';
import { ORIGIN_SECRET } from './origin-header.ts';

/** The secrets of the CDN, one of which its requests show. */
export interface OriginSecrets {
  readonly ids: readonly string[];
  read(id: string): Promise<string>;
  readonly clock: Clock;
}

/** A secret that was changed by hand counts after this time. */
const KEPT_MS = 300_000;
/** After a read that failed, the next one waits so long: a flood must not become a flood of reads. */
const PAUSE_MS = 5_000;

/**
 * Lets a request through only if it came through a door that asks for credentials, or shows the secret of the CDN. All
 * other requests are refused before the function has loaded, read or written anything else: they went around the CDN,
 * and so around its limits. The secret goes no further than this.
 *
 * Which door it was is told by what API Gateway writes into the event, and no client can: the client certificate of the
 * door for certificates, or the claims that the door for tokens verified.
 */
export const throughCdn = (handler: LambdaHandler, open: () => OriginSecrets): LambdaHandler => {
  let check: ((shown: string) => Promise<boolean>) | undefined;
  return async (event, context) => {
    const { shown, rest } = takeSecret(event);
    if (knowsCaller(event)) return handler(rest, context);
    const { awsRequestId: id } = context;
    try {
      if (shown === undefined) throw refused();
      check ??= openCheck(open());
      if (!(await check(shown))) throw refused();
    } catch (error) {
      return inOnePiece(event, await failure(error, { id, headers: rest.headers as Record<string, string> }));
    }
    return handler(rest, context);
  };
};

const refused = (): Fault =>
  new Fault(
    'not-through-cdn',
    'This address answers only its CDN; ask at the public address of the service.',
  );

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

/** The event without the header, whatever the case of its name. */
const takeSecret = (event: FrontEvent): { readonly shown: string | undefined; readonly rest: FrontEvent } => {
  const headers: Record<string, string | undefined> = {};
  let shown: string | undefined;
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (name.toLowerCase() === ORIGIN_SECRET) shown = value;
    else headers[name.toLowerCase()] = value;
  }
  return { shown, rest: { ...event, headers } };
};

/** Digests are of one length, and the time of comparing them tells nothing about the secret. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

const openCheck = ({ ids, read, clock }: OriginSecrets): ((shown: string) => Promise<boolean>) => {
  const known = new Map<string, Buffer>();
  let reading: Promise<void> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let failed = false;

  const refresh = async (): Promise<void> => {
    readAt = clock();
    const texts = await Promise.allSettled(ids.map(read));
    failed = false;
    texts.forEach((text, n) => {
      // An empty secret would let in everybody who shows none.
      if (text.status === 'fulfilled' && text.value !== '') known.set(ids[n] as string, digestOf(text.value));
      else failed = true;
    });
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
    for (const one of known.values()) found = timingSafeEqual(one, digest) || found;
    // The secret that was shown may be one that could not be read.
    if (!found && failed) {
      throw new Fault('store-unavailable', 'The secrets of the CDN cannot be read now.');
    }
    return found;
  };
};
