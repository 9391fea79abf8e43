import type { Command } from 'commander';
import { z } from 'zod';
import { trustedLog, verifyRecordProof } from '../../lib/audit/audit.ts';
import { Fault, phrase } from '../../lib/fault.ts';
import { recordAnswer } from '../answers.ts';
import { EXIT, Failure, unexpected } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import type { Perform } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';
import { recordText } from '../record-list.ts';
import { readKey } from './log-files.ts';
import { addWitnessOptions, witnessesOf, witnessOptions } from './witness-options.ts';

const MAX_PROOF_BYTES = 1_000_000;

const GUIDE: Guide = {
  needs: ['a file from akashi audit prove', "the log's verifier key, as it was handed over once (/log/key)"],
  result: ['prints the record, its place in the log, and good'],
  exitCodes: ['0  the record was in the log', '1  the proof does not hold', '2  it could not be checked'],
  examples: ['akashi audit check told.tlog-proof --key log.vkey'],
};

export const addCheck = (audit: Command, perform: Perform): void => {
  addWitnessOptions(
    audit
      .command('check')
      .summary('check a proof file offline')
      .description(
        'Check a proof file and show the record that it proves. Anyone with the file can use it: no service and no network are needed.',
      )
      .argument('<file>', 'as `audit prove` wrote it')
      .requiredOption('--key <vkey-or-file>', "the log's verifier key"),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ file: z.string(), key: z.string(), ...witnessOptions }),
        async ({ say, show }, { file, key, ...input }) => {
          const text = await readFileWithin(file, MAX_PROOF_BYTES);
          const policy = { logs: [trustedLog([await readKey(key)])], ...(await witnessesOf(input)) };
          try {
            const { record, index, checkpoint, cosigned } = verifyRecordProof(text, policy);
            const shown = recordAnswer.safeParse(record);
            if (!shown.success) throw unexpected('The proven record is none that this version knows.');
            show(
              { record, leaf: index, origin: checkpoint.origin, size: checkpoint.size, cosigned },
              recordText(say, shown.data) +
                details(say, [
                  [phrase`log`, checkpoint.origin],
                  [phrase`leaf`, phrase`${index} of ${checkpoint.size}`],
                  ...cosigned.map(
                    ({ name, time }) =>
                      [phrase`cosigned by`, `${name} ${new Date(time * 1000).toISOString()}`] as const,
                  ),
                ]) +
                `${say(phrase`good: the record is in the log`)}\n`,
            );
            return EXIT.ok;
          } catch (error) {
            if (!Fault.is(error, 'proof-invalid') && !Fault.is(error, 'signature-invalid')) throw error;
            throw new Failure(EXIT.refused, {
              type: `urn:akashi:fault:${error.code}`,
              title: phrase`The proof does not hold`,
              detail: error.phrase,
              code: error.code,
            });
          }
        },
      ),
    );
};
