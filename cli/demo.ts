#!/usr/bin/env node
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { phrase } from '../lib/fault.ts';
import { authoritiesAnswer } from './answers.ts';
import { openApiClient } from './api-client.ts';
import { answers, type Service, startService } from './demo/service.ts';
import { broken } from './demo/shell.ts';
import { type Addresses, tellStory } from './demo/story.ts';
import { EXIT, Failure, usage } from './failure.ts';
import { failureText } from './output.ts';

const root = resolve(import.meta.dirname, '..');

const EXPLANATION = `
Tells the whole life of one certificate with openssl and akashi: request, two examinations, collection, status, revocation,
and the auditor who finds a record of every answer that was given. Against the service at --url, whose data folder is
--data; where none answers there, it starts one of its own on free ports with data that is thrown away.

Exit codes: 0 everything held, 1 a step did not hold, 2 the command line is invalid.

Examples:
  npm run demo
  npm run demo -- --url http://localhost:8080 --tls-url https://localhost:8443 --data ./data
`;

const readOptions = (
  argv: readonly string[],
): { url: string; tlsUrl: string; data: string; keep: boolean } => {
  const program = new Command('demo')
    .exitOverride()
    .configureOutput({ writeOut: (text) => process.stdout.write(text), outputError: () => {} })
    .addOption(
      new Option('--url <url>', 'the plain address').env('AKASHI_URL').default('http://localhost:8080'),
    )
    .addOption(
      new Option('--tls-url <url>', 'the TLS address')
        .env('AKASHI_TLS_URL')
        .default('https://localhost:8443'),
    )
    .addOption(new Option('--data <folder>', "the service's data folder").env('DATA_DIR').default('./data'))
    .option('--keep', 'keep the folder with the files of the story')
    .addHelpText('after', EXPLANATION)
    .parse(argv, { from: 'user' });
  const {
    url,
    tlsUrl,
    data,
    keep = false,
  } = program.opts<{
    url: string;
    tlsUrl: string;
    data: string;
    keep?: boolean;
  }>();
  if (!URL.canParse(url) || !URL.canParse(tlsUrl)) throw usage('--url and --tls-url must be addresses.');
  return { url: url.replace(/\/+$/, ''), tlsUrl, data: resolve(data), keep };
};

// If a reader such as `head` closes the pipe, the demo still goes on to its end, so that it leaves nothing behind.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const say = (text: string): void => {
  process.stdout.write(text);
};

const COUNTER = 'higashi-counter';

const findService = async (
  options: ReturnType<typeof readOptions>,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Service> => {
  const { url, tlsUrl, data } = options;
  if (!(await answers(url))) {
    say(`No service answers at ${url}; starting one with data that is thrown away.\n`);
    return startService(root, folder, environment);
  }
  await access(join(data, 'credentials', COUNTER, 'key.pem')).catch(() => {
    throw usage(
      phrase`A service answers at ${url}, but ${join(data, 'credentials')} does not hold its demonstration credentials.`,
      "Name that service's data folder with --data (DATA_DIR), or another address with --url (AKASHI_URL).",
    );
  });
  say(`A service answers at ${url}.\n`);
  return { url, tlsUrl, data, stop: async () => {} };
};

const addressesOf = async ({ url, tlsUrl }: Service): Promise<Addresses> => {
  const client = openApiClient({
    url,
    tlsUrl,
    tokenUrl: url,
    caller: { by: 'nothing' },
    data: './data',
    credentials: './data/credentials',
    json: false,
    language: 'en',
  });
  const { authorities } = await client.get('/ca', authoritiesAnswer);
  const urls = authorities.find(({ id }) => id === 'organisation-1')?.urls;
  const crl = urls?.crl[0];
  if (!urls || crl === undefined) throw broken('The service has no authority organisation-1 with a CRL.');
  const own = [crl, urls.ocsp].every((address) => address.startsWith(`${url}/`));
  return { certificate: urls.certificate, crl, ocsp: urls.ocsp, own };
};

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2));
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'akashi-demo-'));
  let service: Service | undefined;
  const clean = async (): Promise<void> => {
    await service?.stop();
    if (options.keep) say(`\nThe files of the story are in ${folder}.\n`);
    else await rm(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clean().finally(() => process.exit(EXIT.refused));
    });
  }
  try {
    // The demo does not use the caller's own token, name, service or passphrase.
    const {
      AKASHI_TOKEN: _token,
      AKASHI_TOKEN_URL: _tokenUrl,
      AKASHI_AS: _as,
      AKASHI_SERVICE: _service,
      AKASHI_PASSPHRASE: _passphrase,
      AKASHI_PASSPHRASE_FILE: _passphraseFile,
      ...environment
    } = process.env;
    service = await findService(options, folder, environment);
    const { url, tlsUrl, data } = service;
    const work = join(folder, 'work');
    await mkdir(work);
    const place = {
      folder: work,
      environment: {
        ...environment,
        AKASHI_URL: url,
        AKASHI_TLS_URL: tlsUrl,
        DATA_DIR: data,
        // The story reads what the commands print.
        AKASHI_LANGUAGE: 'en',
        LC_ALL: 'C.UTF-8',
      },
      say,
      programs: { akashi: [process.execPath, join(root, 'cli/akashi.ts')] },
    } as const;
    say(`\n  $ export AKASHI_URL=${url} AKASHI_TLS_URL=${tlsUrl} DATA_DIR=${data}\n`);
    const { records, certificates } = await tellStory(place, await addressesOf(service));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(
      `\nEverything held: ${records} answers received and ${records} records found, ${certificates} certificate, ${seconds} s.\n`,
    );
  } finally {
    await clean();
  }
};

try {
  await main();
} catch (error) {
  if (error instanceof CommanderError) {
    if (error.code !== 'commander.helpDisplayed') process.stderr.write(`demo: ${error.message}\n`);
    process.exitCode = error.code === 'commander.helpDisplayed' ? EXIT.ok : EXIT.usage;
  } else if (error instanceof Failure) {
    process.stderr.write(failureText(error, String).replace(/^akashi/, 'demo'));
    process.exitCode = error.exitCode === EXIT.usage ? EXIT.usage : EXIT.refused;
  } else throw error;
}
