import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { phrase } from '../lib/fault.ts';
import { LANGUAGES, type Language } from '../lib/messages/messages.ts';
import { type Caller, readCredentials } from './credentials.ts';
import { usage } from './failure.ts';
import { findService, userCredentials } from './services.ts';
import { languageOfTerminal } from './terminal-language.ts';

/** What every command takes. */
export interface Settings {
  /** The plain door and those for client certificates and for tokens, without a slash at the end. */
  readonly url: string;
  readonly tlsUrl: string;
  readonly tokenUrl: string;
  readonly caller: Caller;
  /** The folder with a folder of credentials for each principal. */
  readonly credentials: string;
  /** The service's data folder on this machine, as it was given. */
  readonly data: string;
  readonly json: boolean;
  /** The language of what is printed for people, and of what the service reports. */
  readonly language: Language;
}

export const addSettings = (program: Command): Command =>
  program
    .addOption(
      new Option('--url <url>', "the service's plain address")
        .env('AKASHI_URL')
        .default('http://localhost:8080'),
    )
    .addOption(
      new Option('--tls-url <url>', "the service's TLS address, for --as")
        .env('AKASHI_TLS_URL')
        .default('https://localhost:8443'),
    )
    .addOption(
      new Option('--token-url <url>', "the service's address for --token; that of --url where not given").env(
        'AKASHI_TOKEN_URL',
      ),
    )
    .addOption(
      new Option('--as <principal>', 'call as this principal, by mutual TLS with its credentials').env(
        'AKASHI_AS',
      ),
    )
    .addOption(
      new Option('--service <name>', 'the service of this name in ~/.config/akashi/services.json').env(
        'AKASHI_SERVICE',
      ),
    )
    .addOption(
      new Option(
        '--data <folder>',
        'the folder with credentials/<principal>/; ~/.config/akashi where ./data is not there',
      )
        .env('DATA_DIR')
        .default('./data'),
    )
    .addOption(new Option('--token <token>', 'a bearer token, instead of --as').env('AKASHI_TOKEN'))
    .addOption(
      new Option('--language <language>', 'the language of what is printed; by default that of the terminal')
        .choices(LANGUAGES)
        .env('AKASHI_LANGUAGE')
        .default(languageOfTerminal(process.env)),
    )
    .addOption(new Option('--json', 'print one JSON value; problems as JSON on standard error'));

/** A variable that is set to nothing names nobody. */
const named = z
  .string()
  .transform((text) => text || undefined)
  .optional();

const shape = z.object({
  url: z.string(),
  tlsUrl: z.string(),
  tokenUrl: named,
  as: named,
  service: named,
  data: z.string(),
  token: named,
  json: z.boolean().default(false),
  language: z.enum(LANGUAGES),
});
type Options = z.output<typeof shape>;

const address = (option: string, text: string, protocols: readonly string[]): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !protocols.includes(url.protocol) || url.search || url.hash || url.username || url.password) {
    const schemes = protocols.map((protocol) => `${protocol}//`).join(', ');
    throw usage(
      phrase`${option} must be an address without user and query that begins with one of ${schemes}.`,
    );
  }
  return url.href.replace(/\/+$/, '');
};

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

/** Whether an address is on this machine, or is none. */
const isHere = (text: string): boolean => URL.canParse(text) && isLoopback(new URL(text).hostname);

/** What a value counts for: the command line before the environment, and that before the user's file. */
const RANK = { default: 0, file: 1, env: 2, cli: 3 } as const;
type Source = keyof typeof RANK;

interface Sourced {
  readonly options: Options;
  /** The folder with a folder of credentials for each principal. */
  readonly credentials: string;
  readonly rankOf: (name: Named) => number;
}

type Named = 'as' | 'token' | 'service' | Address;
type Address = (typeof ADDRESSES)[number];
const ADDRESSES = ['url', 'tlsUrl', 'tokenUrl'] as const;

/**
 * The options, with what the user's file says of the service. An address that is given without a service is that of another
 * service than the file's default, so nothing of that one is used: no command goes to two services.
 */
const withService = async (command: Command): Promise<Sourced> => {
  const options = shape.parse(command.optsWithGlobals());
  const sourceOf = (name: string): Source =>
    (command.getOptionValueSourceWithGlobals(name) ?? 'default') as Source;
  const isElsewhere = ADDRESSES.some((name) => sourceOf(name) !== 'default');
  const entry =
    options.service === undefined && isElsewhere
      ? undefined
      : await findService(options.service, process.env);
  const chosen: Source = options.service === undefined ? 'file' : sourceOf('service');
  // A value of its own kind counts before one of the file that was chosen in the same way.
  const isFilled = (name: string): boolean => RANK[sourceOf(name)] < RANK[chosen];
  const { credentials, ...values } = entry ?? {};
  const filled = Object.fromEntries(Object.entries(values).filter(([name]) => isFilled(name)));
  return {
    options: { ...options, ...filled },
    credentials:
      credentials !== undefined && isFilled('data')
        ? credentials
        : sourceOf('data') === 'default' && !existsSync(options.data)
          ? userCredentials(process.env)
          : join(options.data, 'credentials'),
    rankOf: (name) => RANK[name in filled ? chosen : sourceOf(name)],
  };
};

/** Undefined where nobody is named; the one that counts more where both are. */
const callerOf = ({ options: { as, token }, rankOf }: Sourced): 'as' | 'token' | undefined => {
  if (token === undefined) return as === undefined ? undefined : 'as';
  if (as === undefined) return 'token';
  if (rankOf('as') === rankOf('token')) throw usage('Use --as or --token, not both.');
  return rankOf('as') > rankOf('token') ? 'as' : 'token';
};

/**
 * The plain address, and the one where the caller is known. Nothing goes to this machine where the other address is
 * elsewhere. Where the plain one is not named, the caller's door is asked for everything.
 */
const addressesOf = (
  { options, rankOf }: Sourced,
  by: 'as' | 'token' | undefined,
): Pick<Settings, 'url' | 'tlsUrl' | 'tokenUrl'> => {
  const isNamed = (name: Address): boolean => rankOf(name) > RANK.default;
  const given = {
    url: address('--url', options.url, ['http:', 'https:']),
    tlsUrl: address('--tls-url', options.tlsUrl, ['https:']),
    ...(options.tokenUrl !== undefined && {
      tokenUrl: address('--token-url', options.tokenUrl, ['http:', 'https:']),
    }),
  };
  if (by === 'as' && !isNamed('tlsUrl') && !isHere(given.url)) {
    throw usage(phrase`The service at ${given.url} has another address for --as: name it with --tls-url.`);
  }
  if (isNamed('url')) return { tokenUrl: given.url, ...given };
  const door = by === 'as' ? given.tlsUrl : by === 'token' ? given.tokenUrl : undefined;
  if (door !== undefined && !isHere(door)) return { tokenUrl: door, ...given, url: door };
  const away = [given.tlsUrl, given.tokenUrl].find((one) => one !== undefined && !isHere(one));
  if (away === undefined) return { tokenUrl: given.url, ...given };
  throw usage(phrase`The service at ${away} has a plain address too: name it with --url.`);
};

/**
 * A variable's token is for the service that the environment or the user's file chooses. Where the command line chooses
 * another one, that service would learn the token.
 */
const assertForService = ({ rankOf }: Sourced): void => {
  const isChosen = ['service' as const, ...ADDRESSES].some((name) => rankOf(name) === RANK.cli);
  if (isChosen && rankOf('token') < RANK.cli) {
    throw usage(
      'AKASHI_TOKEN is not sent to a service that the command line names.',
      'Give the token with --token, or name the service with AKASHI_SERVICE or AKASHI_URL; or unset AKASHI_TOKEN.',
    );
  }
};

/** For a command that is for nobody in particular, no caller is read. Rejects with a `Failure` of usage. */
export const readSettings = async (command: Command, { isForNobody = false } = {}): Promise<Settings> => {
  const sourced = await withService(command);
  const { as = '', token = '', json, language, data } = sourced.options;
  const by = isForNobody ? undefined : callerOf(sourced);
  const addresses = addressesOf(sourced, by);
  const settings = { ...addresses, data, json, language, credentials: sourced.credentials };
  if (by === undefined) return { ...settings, caller: { by: 'nothing' } };
  if (by === 'as') {
    const tls = await readCredentials(sourced.credentials, as);
    return { ...settings, caller: { by: 'certificate', principal: as, tls } };
  }
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token)) throw usage('A bearer token has no such characters.');
  assertForService(sourced);
  const { protocol, hostname } = new URL(addresses.tokenUrl);
  // RFC 6750 5.3: anyone who reads a token can use it, so it does not leave this machine without TLS.
  if (protocol === 'http:' && !isLoopback(hostname)) {
    throw usage(
      'A token is sent to this machine or over https only.',
      'Name an https address with --token-url or --url.',
    );
  }
  return { ...settings, caller: { by: 'token', token } };
};
