import { type Command, Option } from 'commander';
import { z } from 'zod';
import { phrase } from '../lib/fault.ts';
import { LANGUAGES, type Language } from '../lib/messages/messages.ts';
import { type Caller, readCredentials } from './credentials.ts';
import { usage } from './failure.ts';
import { languageOfTerminal } from './terminal-language.ts';

/** What every command takes. */
export interface Settings {
  /** The plain door and the TLS one, without a slash at the end. */
  readonly url: string;
  readonly tlsUrl: string;
  readonly caller: Caller;
  /** The service's data folder on this machine, as it was given. */
  readonly data: string;
  readonly json: boolean;
  /** The language of failures, also of those that the service reports. */
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
    .addOption(new Option('--as <principal>', 'call as this principal, by mutual TLS with its credentials'))
    .addOption(
      new Option('--data <folder>', 'the folder with credentials/<principal>/')
        .env('DATA_DIR')
        .default('./data'),
    )
    .addOption(new Option('--token <token>', 'a bearer token, instead of --as').env('AKASHI_TOKEN'))
    .addOption(
      new Option('--language <language>', 'the language of failures; by default that of the terminal')
        .choices(LANGUAGES)
        .env('AKASHI_LANGUAGE')
        .default(languageOfTerminal(process.env)),
    )
    .addOption(new Option('--json', 'print one JSON value; problems as JSON on standard error'));

const shape = z.object({
  url: z.string(),
  tlsUrl: z.string(),
  as: z.string().optional(),
  data: z.string(),
  token: z.string().optional(),
  json: z.boolean().default(false),
  language: z.enum(LANGUAGES),
});

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

/** Rejects with a `Failure` of usage. */
export const readSettings = async (command: Command): Promise<Settings> => {
  const options = shape.parse(command.optsWithGlobals());
  const { json, language, data } = options;
  const url = address('--url', options.url, ['http:', 'https:']);
  const tlsUrl = address('--tls-url', options.tlsUrl, ['https:']);
  const tokenIsTyped = command.getOptionValueSourceWithGlobals('token') === 'cli';
  if (options.as !== undefined && tokenIsTyped) throw usage('Use --as or --token, not both.');
  if (options.as !== undefined) {
    const tls = await readCredentials(options.data, options.as);
    return { url, tlsUrl, caller: { by: 'certificate', principal: options.as, tls }, data, json, language };
  }
  if (options.token === undefined) return { url, tlsUrl, caller: { by: 'nothing' }, data, json, language };
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(options.token)) throw usage('A bearer token has no such characters.');
  const { protocol, hostname } = new URL(url);
  // RFC 6750 5.3: anyone who reads a token can use it, so it does not leave this machine without TLS.
  if (protocol === 'http:' && !isLoopback(hostname)) {
    throw usage('A token is sent to this machine or over https only.', 'Name an https address with --url.');
  }
  return { url, tlsUrl, caller: { by: 'token', token: options.token }, data, json, language };
};
