import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { phrase } from '../lib/fault.ts';
import { Failure, usage } from './failure.ts';
import { readFileWithin } from './read-file.ts';

/** A service as the user's file describes it. What is not there has its value from elsewhere. */
const service = z.strictObject({
  url: z.string().exactOptional(),
  tlsUrl: z.string().exactOptional(),
  tokenUrl: z.string().exactOptional(),
  as: z.string().exactOptional(),
  /** The folder with a folder for each principal; relative to the file's own folder. */
  credentials: z.string().exactOptional(),
});

const shape = z.strictObject({
  /** The one that is meant where none is named. */
  default: z.string().exactOptional(),
  services: z.record(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), service),
});

export type ServiceEntry = Omit<z.output<typeof service>, 'credentials'> & { readonly credentials: string };

const MAX_BYTES = 256 * 1024;

/** `akashi/services.json` in the user's folder for configuration (XDG Base Directory Specification). */
export const servicesFile = (environment: NodeJS.ProcessEnv): string => {
  const { XDG_CONFIG_HOME: folder = '' } = environment;
  // The specification has relative paths ignored.
  return join(isAbsolute(folder) ? folder : join(homedir(), '.config'), 'akashi', 'services.json');
};

/** The folder with a folder of credentials for each principal, beside that file. */
export const userCredentials = (environment: NodeJS.ProcessEnv): string =>
  join(dirname(servicesFile(environment)), 'credentials');

/**
 * The service of that name in the user's file; without a name, the file's default. Undefined where there is no file, or it
 * has no default, and none is named. Rejects with a `Failure` where the file is malformed or has no service of the name.
 */
export const findService = async (
  name: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<ServiceEntry | undefined> => {
  const file = servicesFile(environment);
  const read = await readServices(file);
  const wanted = name ?? read?.default;
  if (wanted === undefined) return undefined;
  const found = read && Object.hasOwn(read.services, wanted) ? read.services[wanted] : undefined;
  if (!found) throw usage(phrase`There is no service "${wanted}" in ${file}.`);
  return { ...found, credentials: resolve(dirname(file), found.credentials ?? 'credentials') };
};

const readServices = async (file: string): Promise<z.output<typeof shape> | undefined> => {
  let text: string;
  try {
    text = (await readFileWithin(file, MAX_BYTES)).toString('utf8');
  } catch (error) {
    const cause = error instanceof Failure ? error.cause : undefined;
    if (cause instanceof Error && Reflect.get(cause, 'code') === 'ENOENT') return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage(phrase`The file ${file} is not JSON.`);
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw usage(
    phrase`The file ${file} does not describe services: ${(issue?.path ?? []).join('.')}.`,
    'It has the members "default" (a name) and "services", by name, each with "url", "tlsUrl", "tokenUrl", "as" and "credentials".',
  );
};
