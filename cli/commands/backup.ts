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
    'for the data keys, a new file that is kept apart from all backups: --data-keys',
  ],
  result: [
    'the folder holds the tables, all objects, the sealed keys, and a list of them with digests',
    'acts wait for moments while the end of the table is copied; answers go on',
    'the passphrase of the keys is not in it: keep it elsewhere',
    'the data keys are not in it: without a copy of them nobody can read the personal data of the backup',
    'the file of the data keys says when it ends; delete it then',
  ],
  examples: ['akashi backup ./backup-of-today --data-keys ./data-keys-of-today'],
};

const Made = z.object({
  format: z.number(),
  made: z.string(),
  leaves: z.number(),
  files: z.number(),
  bytes: z.number(),
  dataKeys: z.object({ keys: z.number(), endsAt: z.string() }).optional(),
});
const Line = z.union([
  z.object({ step: z.string() }),
  z.object({ made: Made }),
  z.object({ problem: z.object({ code: z.string(), detail: z.string() }) }),
]);

/** Lines of the answer, as the service writes them. */
async function* ask(
  dataDir: string,
  asked: { readonly folder: string; readonly dataKeys?: string; readonly language: Language },
): AsyncGenerator<z.output<typeof Line>> {
  const socket = socketPath(dataDir);
  const answer = await new Promise<IncomingMessage>((answered, failed) => {
    const asking = request({ socketPath: socket, path: '/backup', method: 'POST' }, answered);
    asking.on('error', (cause) => {
      failed(
        unreachable(
          phrase`No service of this data folder answers at ${socket}.`,
          phrase`Start it with npm start, or name its data folder with --data. A service that is stopped needs no command: copy its folder, and data-keys apart from the rest.`,
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
      'Copy the tables, the objects and the sealed keys of the service that runs on this machine into a new folder, while it goes on.',
    )
    .argument('<folder>', 'where to write the backup; it is made')
    .option('--data-keys <file>', 'where to write a copy of the data keys; it is made')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ folder: z.string(), dataKeys: z.string().optional() }),
        async ({ settings: { data, language }, terminal, say, show }, { folder, dataKeys }) => {
          const file = dataKeys === undefined ? {} : { dataKeys: resolve(dataKeys) };
          for await (const line of ask(resolve(data), { folder: resolve(folder), ...file, language })) {
            if ('step' in line) {
              if (terminal.isWatched) terminal.err(`${line.step} …\n`);
            } else if ('problem' in line) {
              const { code, detail } = line.problem;
              const title = phrase`No backup was made`;
              throw new Failure(EXIT.refused, { type: `urn:akashi:fault:${code}`, title, detail, code });
            } else {
              const { made, leaves, files, bytes, dataKeys: copy } = line.made;
              show(
                line.made,
                details(say, [
                  [phrase`backup`, resolve(folder)],
                  [phrase`made`, made],
                  [phrase`leaves of the log`, String(leaves)],
                  [phrase`files`, String(files)],
                  [phrase`bytes`, String(bytes)],
                  [
                    phrase`data keys`,
                    copy && file.dataKeys !== undefined
                      ? phrase`${copy.keys} in ${file.dataKeys}; delete the file at its end, ${copy.endsAt}`
                      : phrase`not copied; personal data in this backup cannot be read without a copy of them`,
                  ],
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
