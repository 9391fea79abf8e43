import { z } from 'zod';
import { joined, phrase } from '../lib/fault.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { ApiClient } from './api-client.ts';
import { Failure } from './failure.ts';
import type { Settings } from './settings.ts';

/** What a service of another version says where it does not know what this program asks for, or answers otherwise. */
const DIFFERENCES: ReadonlySet<string> = new Set([
  'unexpected-answer',
  'unknown-route',
  'method-not-allowed',
  'invalid-input',
  'unsupported-media-type',
]);

const description = z.looseObject({ info: z.looseObject({ version: z.string() }) });

const MAX_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 5_000;

/**
 * The same failure; where it may come from different versions of this program and the service, and they do differ, its
 * advice says so. Nothing is refused for its version alone: what the service takes works, such as a revocation.
 */
export const withVersions = async (
  error: unknown,
  client: ApiClient,
  { url }: Settings,
): Promise<unknown> => {
  if (!(error instanceof Failure) || !DIFFERENCES.has(error.problem.code)) return error;
  const ours = packageJson.version;
  const theirs = await versionOf(client, url);
  if (theirs === undefined || theirs === ours) return error;
  const said = phrase`This program has version ${ours}, and the service has ${theirs}: install the program of that version.`;
  const advice = error.advice ? joined([said, error.advice], ' ') : said;
  return new Failure(error.exitCode, error.problem, advice, { cause: error });
};

/** Undefined where it does not say. */
const versionOf = async (client: ApiClient, url: string): Promise<string | undefined> => {
  try {
    const asked = new URL(`${url}/openapi.json`);
    const { status, body } = await client.ask({
      url: asked,
      method: 'GET',
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    });
    return status === 200 ? description.parse(JSON.parse(body.toString('utf8'))).info.version : undefined;
  } catch {
    return undefined;
  }
};
