import { resolve } from 'node:path';
import { z } from 'zod';
import { Fault, phrase } from '../../lib/fault.ts';
import { EXIT, Failure, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { AddCommand } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';

const GUIDE: Guide = {
  needs: [
    'a backup that akashi backup made, and a data folder whose service is stopped: --data',
    'for a folder that holds no log: the newest checkpoint that an auditor or a witness has',
  ],
  result: [
    'the table is the one of the backup; the former table is kept beside it',
    'objects and keys that were missing are added; none is replaced or removed',
    'where the log has come further than the backup, the next start says by how much, and what to do',
  ],
  examples: [
    'akashi backup ./backup-to-restore',
    'curl -s http://localhost:8080/log/checkpoint > newest-checkpoint',
    'akashi restore ./backup-to-restore --data ./restored --checkpoint newest-checkpoint',
  ],
};

const MAX_CHECKPOINT_BYTES = 64 * 1024;

const refused = ({ code, phrase: detail, facts }: Fault): Failure =>
  new Failure(EXIT.refused, {
    type: `urn:akashi:fault:${code}`,
    title: phrase`Nothing was restored`,
    detail,
    code,
    facts,
  });

/** The service's own code, which the installed program has not: another version of it could write what the service cannot read. */
const load = async (): Promise<typeof import('../../functions/local/backup/restore.ts')> => {
  try {
    return await import('#restore');
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ERR_PACKAGE_IMPORT_NOT_DEFINED')
      throw error;
    throw usage(
      'This installed program has no code that writes the files of a service.',
      "Restore in the folder of the service's own checkout: npx akashi restore.",
    );
  }
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('restore')
    .summary('restore a backup into a stopped service')
    .description(
      'Restore a backup into the data folder of a service that is stopped. Everything is checked first.',
    )
    .argument('<folder>', 'the backup')
    .option('--checkpoint <file>', 'the newest checkpoint of the log that an auditor or a witness has')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ folder: z.string(), checkpoint: z.string().optional() }),
        async ({ settings, terminal, say, show }, { folder, checkpoint }) => {
          // As in the service itself: all files and folders of a data folder are for this user alone.
          process.umask(0o077);
          const { restoreBackup } = await load();
          const dataDir = resolve(settings.data);
          const note =
            checkpoint === undefined ? undefined : await readFileWithin(checkpoint, MAX_CHECKPOINT_BYTES);
          const restored = await restoreBackup(
            { from: resolve(folder), dataDir, checkpoint: note, clock: terminal.now },
            (step) => {
              if (terminal.isWatched) terminal.err(`${step} …\n`);
            },
          ).catch((error: unknown) => {
            throw Fault.is(error) ? refused(error) : error;
          });
          const { made, leaves, newest, former } = restored;
          const behind = newest - leaves;
          show(
            restored,
            details(say, [
              [phrase`restored into`, dataDir],
              [phrase`backup made`, made],
              [phrase`leaves of the table`, String(leaves)],
              [phrase`leaves of the log`, String(newest)],
              [phrase`former table`, former],
            ]) +
              (behind > 0
                ? `${say(phrase`The table is ${behind} leaves behind its log; the next start says what to do. The files of the log have to reach as far: where the folder was empty, first copy /log/tile from a mirror or an auditor into objects/log.`)}\n`
                : ''),
          );
        },
      ),
    );
};
