import { spawn } from 'node:child_process';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import { usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';

const addressAnswer = z.looseObject({ path: z.string().regex(/^\/console\//), expiresAt: z.string() });

const GUIDE: Guide = {
  needs: ['a running service on this machine, and credentials: --as'],
  result: [
    'opens the console in a browser, signed in; the address is good for one use within a minute',
    'with --no-open, prints the address only',
  ],
  examples: ['akashi console --as higashi-counter', 'akashi console --as auditor --no-open'],
};

/** The address of the service as a browser on this machine takes it: over plain HTTP only where it does not leave the machine. */
const browsedAt = (url: string, tlsUrl: string): string => {
  const { protocol, hostname } = new URL(url);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
  return protocol === 'https:' || isHere ? url : tlsUrl;
};

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Resolves with whether there was something to open it with. */
const openInBrowser = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [command, ...words] = OPENERS[process.platform] ?? ['xdg-open'];
    const opener = spawn(command, [...words, address], { stdio: 'ignore', detached: true });
    opener.once('error', () => resolve(false));
    opener.once('spawn', () => {
      opener.unref();
      resolve(true);
    });
  });

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('console')
    .summary('open the console in a browser, signed in')
    .description('Open the console of the service on this machine in a browser, signed in as you.')
    .option('--no-open', 'print the address, and open nothing')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ open: z.boolean() }),
        async ({ client, settings, say, show, terminal }, { open }) => {
          if (settings.caller.by !== 'certificate')
            throw usage('The console is opened with a client certificate; name yours with --as.');
          const { answer } = await client.post('/console/one-time-addresses', addressAnswer);
          const url = `${browsedAt(settings.url, settings.tlsUrl)}${answer.path}`;
          const isOpened = open && !settings.json && (await openInBrowser(url));
          if (open && !settings.json && !isOpened)
            terminal.err(`${say(phrase`No browser could be opened; open this address in one.`)}\n`);
          show({ url, expiresAt: answer.expiresAt }, `${url}\n`);
        },
      ),
    );
};
