import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { z } from 'zod';
import { templateOf } from '../../lib/bulk/bulk.ts';
import { phrase } from '../../lib/fault.ts';
import { profilesAnswer } from '../answers.ts';
import { usage } from '../failure.ts';
import { guideText } from '../guide.ts';
import type { Perform } from '../perform.ts';
import { addOverwrite, overwriteOption, saving } from '../save.ts';
import { savedText } from '../saved-text.ts';
import { TEMPLATE } from './guides.ts';

const input = z.object({ profile: z.string(), save: z.string().exactOptional(), ...overwriteOption });

export const addTemplateCommand = (bulk: Command, perform: Perform): void => {
  addOverwrite(
    bulk
      .command('template')
      .summary('the columns of a profile, as an empty CSV file')
      .description('Make an empty CSV file with the columns that a file of requests for a profile has.')
      .argument('<profile>', 'the id of the profile')
      .option('--save <file>', 'write it to this file'),
  )
    .addHelpText('after', guideText(TEMPLATE))
    .action(
      perform(input, async ({ client, settings, say, show }, { profile: id, save, overwrite }) => {
        const { profiles } = await client.get('/api/v1/profiles', profilesAnswer);
        const found = profiles.find((profile) => profile.id === id);
        if (found === undefined) {
          const known = profiles.map((profile) => profile.id).join(', ');
          throw usage(phrase`There is no profile ${id} that you may ask for. There are: ${known}.`);
        }
        const kind = found.kind === 'person' ? 'person' : 'organisation';
        const template = Buffer.from(templateOf({ kind, fields: found.fields }, settings.language));
        if (save === undefined) {
          const text = template.toString('utf8');
          show({ template: text }, text);
          return;
        }
        // It holds no data, so others may read it.
        const saved = await saving(save, { overwrite, mode: 0o644 }, (take) =>
          take(Readable.from([template])),
        );
        show(saved, savedText(say, saved));
      }),
    );
};
