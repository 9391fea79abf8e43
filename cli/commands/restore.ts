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
    'for personal data: a copy of the data keys that has not ended, --data-keys; before the service starts again',
  ],
  result: [
    'the tables are those of the backup; the former ones are kept beside them',
    'objects and keys that were missing are added; none is replaced or removed',
    'a data key that was destroyed since stays destroyed',
    'without a folder, only data keys are put back',
    'where the log has come further than the backup, the next start says by how much, and what to do',
  ],
  examples: [
    'akashi backup ./backup-to-restore --data-keys ./data-keys-to-restore',
    'curl -s http://localhost:8080/log/checkpoint > newest-checkpoint',
    'akashi restore ./backup-to-restore --data ./restored --checkpoint newest-checkpoint --data-keys ./data-keys-to-restore',
    'akashi restore --data ./restored --data-keys ./data-keys-to-restore',
  ],
};

const MAX_CHECKPOINT_BYTES = 64 * 1024;

const refuse = (error: unknown): never => {
  if (!Fault.is(error)) throw error;
  const { code, phrase: detail, facts } = error;
  const type = `urn:akashi:fault:${code}`;
  throw new Failure(EXIT.refused, { type, title: phrase`Nothing was restored`, detail, code, facts });
};

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
      'Restore a backup, data keys, or both, into the data folder of a service that is stopped. Everything is checked first.',
    )
    .argument('[folder]', 'the backup; without it only data keys are put back')
    .option('--checkpoint <file>', 'the newest checkpoint of the log that an auditor or a witness has')
    .option('--data-keys <file>', 'a copy of the data keys, for those that the data folder lacks')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({
          folder: z.string().optional(),
          checkpoint: z.string().optional(),
          dataKeys: z.string().optional(),
        }),
        async ({ settings, terminal, say, show }, { folder, checkpoint, dataKeys }) => {
          // As in the service itself: all files and folders of a data folder are for this user alone.
          process.umask(0o077);
          const { restoreBackup, restoreDataKeys } = await load();
          const dataDir = resolve(settings.data);
          const file = dataKeys === undefined ? {} : { dataKeys: resolve(dataKeys) };
          if (folder === undefined) {
            if (file.dataKeys === undefined || checkpoint !== undefined) {
              throw usage(
                'A backup is missing.',
                'Name the folder of the backup, or give --data-keys alone to put back data keys only.',
              );
            }
            const back = await restoreDataKeys({
              dataKeys: file.dataKeys,
              dataDir,
              clock: terminal.now,
            }).catch(refuse);
            show(back, details(say, [[phrase`restored into`, dataDir], keysLine(back)]));
            return;
          }
          const note =
            checkpoint === undefined ? undefined : await readFileWithin(checkpoint, MAX_CHECKPOINT_BYTES);
          const restored = await restoreBackup(
            { from: resolve(folder), dataDir, checkpoint: note, ...file, clock: terminal.now },
            (step) => {
              if (terminal.isWatched) terminal.err(`${step} …\n`);
            },
          ).catch(refuse);
          const { made, leaves, newest, former } = restored;
          const behind = newest - leaves;
          const notes = [
            behind > 0 &&
              phrase`The table is ${behind} leaves behind its log; the next start says what to do. The files of the log have to reach as far: where the folder was empty, first copy /log/tile from a mirror or an auditor into objects/log.`,
            restored.dataKeys === 0 &&
              phrase`The data folder has no data keys: nobody can read personal data of the backup. Put back a copy of the keys before the service starts: akashi restore --data-keys FILE.`,
          ];
          show(
            restored,
            details(say, [
              [phrase`restored into`, dataDir],
              [phrase`backup made`, made],
              [phrase`leaves of the table`, String(leaves)],
              [phrase`leaves of the log`, String(newest)],
              [phrase`former table`, former],
              keysLine(restored),
            ]) + notes.map((text) => (text ? `${say(text)}\n` : '')).join(''),
          );
        },
      ),
    );
};

const keysLine = ({
  dataKeys,
  added = 0,
  destroyed = 0,
}: {
  readonly dataKeys: number;
  readonly added?: number;
  readonly destroyed?: number;
}) =>
  [
    phrase`data keys`,
    phrase`${dataKeys} in the folder; ${added} of them put back, ${destroyed} of the copy stay destroyed`,
  ] as const;
