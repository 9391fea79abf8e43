import { z } from 'zod';
import { Fault } from './fault.ts';

/** What a variable must be, said in one phrase, is the message of its schema. */
const port = (fallback: string) =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.int().max(65535))
    .prefault(fallback)
    .describe('a port number from 0 to 65535, where 0 takes a free one');

const text = (fallback: string, description: string) =>
  z.string().min(1).prefault(fallback).describe(description);

const isPlainUrl = (value: string): boolean => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return (
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    !/[?#]/.test(value) &&
    !value.endsWith('/') &&
    url.username === '' &&
    url.password === ''
  );
};

/** The environment of the one-machine service. */
export const LocalEnv = z
  .object({
    /** Where both doors listen. Only this machine unless said otherwise. */
    HOST: text('127.0.0.1', 'an address of this machine to listen at'),
    PORT: port('8080'),
    TLS_PORT: port('8443'),
    DATA_DIR: text('./data', 'a folder for the data'),
    PUBLIC_URL: z
      .string()
      .refine(isPlainUrl)
      .optional()
      .describe('an http or https address without query, user or slash at the end'),
    TRUST_DOMAIN: text('domains/demonstration.json', 'the path of a trust domain file'),
    AKASHI_PASSPHRASE: z.string().min(1).optional().describe('a passphrase, not empty'),
  })
  .transform(({ PUBLIC_URL, ...env }) => ({
    ...env,
    PUBLIC_URL: PUBLIC_URL ?? `http://localhost:${env.PORT}`,
  }));

export type LocalEnv = z.output<typeof LocalEnv>;

/** Names whose values are never repeated. */
const SECRET: ReadonlySet<string> = new Set(['AKASHI_PASSPHRASE']);

/**
 * The environment, checked whole. Fault: `configuration-invalid` with every problem, a line each, in the message and in
 * `facts.problems`.
 */
export const readEnv = (source: Readonly<Record<string, string | undefined>>): LocalEnv => {
  const result = LocalEnv.safeParse(source);
  if (result.success) return result.data;
  const names = [...new Set(result.error.issues.map(({ path }) => String(path[0])))];
  const shape: Readonly<Record<string, z.ZodType>> = LocalEnv.in.shape;
  const problems = names.map((name) => {
    const was = SECRET.has(name) ? '' : `; it was ${JSON.stringify(source[name])}`;
    return `${name} must be ${shape[name]?.description}${was}.`;
  });
  throw new Fault('configuration-invalid', problems.join('\n'), { problems });
};
