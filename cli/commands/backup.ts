import { type IncomingMessage, request } from 'node:http';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { socketPath } from '../../functions/local/backup/control-path.ts';
import { phrase } from '../../lib/fault.ts';
import type { Language } from '../../lib/messages/messages.ts';
import { EXIT, Failure, unexpected, unreachable } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';

const GUIDE: Guide = {
  needs: [
    'the running service on this machine, started by the same user, and its data folder: --data',
    'a new folder for the backup, on another disk; the service writes it',
  ],
  result: [
    'the folder holds the table, all objects, the sealed keys, and a list of them with digests',
    'acts wait for moments while the end of the table is copied; answers go on',
    'the passphrase of the keys is not in it: keep it elsewhere',
  ],
  examples: ['akashi backup ./backup-of-today'],
};

const Made = z.object({
  format: z.number(),
  made: z.string(),
  leaves: z.number(),
  files: z.number(),
  bytes: z.number(),
});
const Line = z.union([
  z.object({ step: z.string() }),
  z.object({ made: Made }),
  z.object({ problem: z.object({ code: z.string(), detail: z.string() }) }),
]);

/** Lines of the answer, as the service writes them. */
async function* ask(
  dataDir: string,
  asked: { readonly folder: string; readonly language: Language },
): AsyncGenerator<z.output<typeof Line>> {
  const socket = socketPath(dataDir);
  const answer = await new Promise<IncomingMessage>((answered, failed) => {
    const asking = request({ socketPath: socket, path: '/backup', method: 'POST' }, answered);
    asking.on('error', (cause) => {
      failed(
        unreachable(
          phrase`No service of this data folder answers at ${socket}.`,
          phrase`Start it with npm start, or name its data folder with --data. A service that is stopped needs no command: copy its folder.`,
          cause,
        ),
      );
    });
    asking.end(JSON.stringify(asked));
  });
  for await (const line of createInterface({ input: answer })) {
    const read = Line.safeParse(JSON.parse(line));
    if (!read.success) throw unexpected(phrase`The service answered what this program does not know.`);
    yield read.data;
  }
}

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('backup')
    .summary('copy the data of the running service')
    .description(
      'Copy the table, the objects and the sealed keys of the service that runs on this machine into a new folder, while it goes on.',
    )
    .argument('<folder>', 'where to write the backup; it is made')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ folder: z.string() }),
        async ({ settings: { data, language }, terminal, say, show }, { folder }) => {
          for await (const line of ask(resolve(data), { folder: resolve(folder), language })) {
            if ('step' in line) {
              if (terminal.isWatched) terminal.err(`${line.step} …\n`);
            } else if ('problem' in line) {
              const { code, detail } = line.problem;
              const title = phrase`No backup was made`;
              throw new Failure(EXIT.refused, { type: `urn:akashi:fault:${code}`, title, detail, code });
            } else {
              const { made, leaves, files, bytes } = line.made;
              show(
                line.made,
                details(say, [
                  [phrase`backup`, resolve(folder)],
                  [phrase`made`, made],
                  [phrase`leaves of the log`, String(leaves)],
                  [phrase`files`, String(files)],
                  [phrase`bytes`, String(bytes)],
                ]),
              );
              return;
            }
          }
          throw unexpected(phrase`The service stopped answering before the backup was complete.`);
        },
      ),
    );
};
