import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { phrase } from '../../lib/fault.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { Perform } from '../perform.ts';
import { addOverwrite, overwriteOption, saving } from '../save.ts';

const GUIDE: Guide = {
  needs: [
    'a running service, and an auditor or the relying party: --as or --token',
    "the record's id, the first column of akashi provisions",
  ],
  result: [
    'writes a file with the record and its proof; it says what the record says, so keep it as carefully',
  ],
  examples: [
    "RECORD=$(akashi provisions --as auditor | head -n 1 | cut -d ' ' -f 1)",
    'akashi audit prove $RECORD --as auditor --out told.tlog-proof',
  ],
};

/** A record has its leaf within seconds. */
const PROVE_ATTEMPTS = 10;
const PROVE_WAIT_MS = 1_000;

const isProblem = (error: unknown, code: string): boolean =>
  error instanceof Failure && error.problem.code === code;

const fetchProof = async (client: ApiClient, id: string): Promise<string> => {
  let kind = 'records';
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.text(`/api/v1/${kind}/${encodeURIComponent(id)}/proof`);
    } catch (error) {
      // A caller who is not an auditor may get the proofs of answers that the caller received.
      if (isProblem(error, 'forbidden') && kind === 'records') kind = 'provisions';
      else if (isProblem(error, 'try-later') && attempt < PROVE_ATTEMPTS) await wait(PROVE_WAIT_MS);
      else throw error;
    }
  }
};

export const addProve = (audit: Command, perform: Perform): void => {
  addOverwrite(
    audit
      .command('prove')
      .summary('write a proof of one record to a file')
      .description(
        'Write a file that proves one record without the service (C2SP tlog-proof). Auditors use it, and relying parties for answers to themselves; asking is itself recorded.',
      )
      .argument('<record>', "the record's id, such as `akashi provisions` lists them")
      .option('--out <file>', 'where to write it; <record>.tlog-proof where not given'),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        z.object({ record: z.string(), out: z.string().exactOptional(), ...overwriteOption }),
        async ({ client, say, show }, { record: id, out, overwrite }) => {
          const file = out ?? `${id}.tlog-proof`;
          if (out === undefined && !/^[0-9a-f]{32}$/.test(id)) throw usage('A record id has 32 hex digits.');
          await saving(file, { overwrite }, async (take) =>
            take(Readable.from([Buffer.from(await fetchProof(client, id))])),
          );
          show({ record: id, file }, `${say(phrase`proof of ${id}: ${file}`)}\n`);
        },
      ),
    );
};
