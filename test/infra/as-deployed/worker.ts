import { createRequire, flushCompileCache } from 'node:module';
import { PassThrough, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { parentPort, workerData } from 'node:worker_threads';

/** Does what the Lambda runtime does for one function: loads the bundle, and hands it one event after another. */

const { file, name, keys } = workerData as {
  readonly file: string;
  readonly name: string;
  /** The answer at the address of the token issuer's keys. */
  readonly keys: { readonly url: string; readonly body: string };
};

// The one address outside AWS that a function asks.
globalThis.fetch = async (input) => {
  const url = String(input instanceof Request ? input.url : input);
  if (url === keys.url) return new Response(keys.body, { headers: { 'content-type': 'application/json' } });
  throw new Error(`A function reached for ${url}.`);
};

const require = createRequire(import.meta.url);

// A function that waits for time to pass goes on at once.
const timers = require('node:timers/promises') as { setTimeout: (ms: number) => Promise<void> };
const now = Date.now;
const wait = timers.setTimeout;
let ahead = 0;
Date.now = () => now() + ahead;
timers.setTimeout = async (ms) => {
  if (ms < 1000) return wait(ms);
  ahead += ms;
};

// The runtime's globals for streaming functions. Their output is collected into an answer in one piece.
interface Head {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}
let head: Head | undefined;
Object.assign(globalThis, {
  awslambda: {
    streamifyResponse:
      (streaming: (event: unknown, answer: Writable, context: unknown) => Promise<void>) =>
      async (event: unknown, context: unknown): Promise<unknown> => {
        const answer = new PassThrough();
        const [body] = await Promise.all([buffer(answer), streaming(event, answer, context)]);
        return { ...head, body: body.toString('base64'), isBase64Encoded: true };
      },
    HttpResponseStream: {
      from: (answer: Writable, given: Head): Writable => {
        head = given;
        return answer;
      },
    },
  },
});

const { handler } = require(file) as { handler: (event: unknown, context: unknown) => Promise<unknown> };

// A thread that is ended from outside would not.
flushCompileCache();

parentPort?.on('message', async ({ id, event, forward }: { id: number; event: unknown; forward: number }) => {
  ahead += forward;
  const context = {
    awsRequestId: `${name}-${id}`,
    functionName: name,
    // Much longer than a function has: DynamoDB Local is here to be right, and it is slow on a busy machine.
    getRemainingTimeInMillis: () => 120_000,
  };
  try {
    parentPort?.postMessage({ id, result: await handler(event, context) });
  } catch (error) {
    parentPort?.postMessage({
      id,
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }
});
