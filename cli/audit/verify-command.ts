import type { Command } from 'commander';
import { z } from 'zod';
import { DAMAGES, type Finding } from '../../lib/audit/audit.ts';
import { phrase } from '../../lib/fault.ts';
import type { Say } from '../../lib/messages/messages.ts';
import { rfc3339 } from '../../lib/pki/pki.ts';
import { EXIT, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { compact, details, printable } from '../output.ts';
import type { Perform, Run } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';
import { logFilesAt, readKey } from './log-files.ts';
import { progressBar } from './progress-bar.ts';
import { type AuditState, readState } from './state.ts';
import { type Verdict, verifyLog } from './verify.ts';
import { addWitnessOptions, collect, witnessesOf, witnessOptions } from './witness-options.ts';

const MAX_NOTE_BYTES = 1_000_000;
const HOUR_MS = 3_600_000;
const DEFAULT_STATE = 'akashi-audit.json';

const GUIDE: Guide = {
  needs: [
    "the log's verifier key, as it was handed over once; the example takes it from the service, for a trial",
    'a service, or a folder with a copy of the log; only an auditor (--as, --token) has records checked too',
  ],
  result: [
    'prints each damage found, what was checked, and the verdict; each question to the service is recorded',
    'keeps the checkpoint in the file of --state, from which the next run, or an interrupted one, goes on',
  ],
  exitCodes: [
    '0  nothing found',
    '1  damage found and named',
    '2  it could not be checked',
    '3  not reachable',
  ],
  examples: [
    'curl -s http://localhost:8080/log/key > log.vkey',
    'akashi audit verify --key log.vkey --as auditor',
  ],
};

const verifyInput = z.object({
  target: z.string().optional(),
  key: z.string().exactOptional(),
  state: z.string(),
  seen: z.array(z.string()).default([]),
  maxGap: z
    .string()
    .regex(/^\d{1,5}(\.\d+)?$/, 'Must be a number of hours.')
    .transform(Number)
    .exactOptional(),
  kept: z
    .array(
      z.string().regex(/^[a-z-]{1,32}=\d{1,3}(\.\d+)?$/, 'Must be a kind and years, such as provision=7.'),
    )
    .default([]),
  queries: z.boolean().exactOptional(),
  allCrls: z.boolean().exactOptional(),
  ...witnessOptions,
});

export const addVerify = (audit: Command, perform: Perform): void => {
  addWitnessOptions(
    audit
      .command('verify')
      .summary('check the whole log, and the records against it')
      .description(
        'Read the whole log (C2SP tlog-tiles), check its signatures, tiles and growth since the last run, and hold the records and what the service shows against it. Auditors use it; anyone can check a copy of the log.',
      )
      .argument('[target]', 'an address, or a folder with `checkpoint` and `tile/`; --url where not given')
      .option('--key <vkey-or-file>', "the log's verifier key, as it was handed over once")
      .option('--state <file>', 'where the checkpoint is kept from run to run', DEFAULT_STATE)
      .option('--seen <file>', 'a checkpoint that another reader was shown; may be repeated', collect)
      .option('--max-gap <hours>', 'report times without a record that are longer')
      .option(
        '--kept <kind=years>',
        'how long records of a kind are kept, where the trust domain says so; may be repeated',
        collect,
      )
      .option('--queries', 'ask the service every query that the records answer, however many there are')
      .option('--all-crls', 'read every CRL of the archive, not only the newest 100 of each CA')
      .option('--no-queries', 'ask none; without either they are asked where they are 2,000 at most'),
  )
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(verifyInput, async (run, input) => {
        const { settings, client, terminal } = run;
        const isNamed = settings.caller.by !== 'nothing';
        if (isNamed) await assertSeesAll(client);
        const target = input.target ?? settings.url;
        const files = logFilesAt(target);
        const state = await readState(input.state);
        const vkey = await keyFor(run, input.key, state, files.read);
        const bar = progressBar(run);
        let verdict: Verdict;
        try {
          verdict = await verifyLog({
            files,
            vkey,
            ...(await witnessesOf(input)),
            state,
            stateFile: input.state,
            others: await Promise.all(input.seen.map(readNote)),
            ...(input.maxGap !== undefined && { maxGap: input.maxGap * HOUR_MS }),
            ...(isNamed && { service: { client, url: settings.url } }),
            ...(input.queries !== undefined && { queries: input.queries }),
            ...(input.allCrls !== undefined && { allCrls: input.allCrls }),
            kept: Object.fromEntries(
              input.kept.map((pair) => pair.split('=')).map(([kind = '', years]) => [kind, Number(years)]),
            ),
            now: terminal.now,
            progress: bar.progress,
          });
        } finally {
          bar.end();
        }
        run.show({ ...verdict, state: input.state }, verdictText(verdict, input.state, run.say));
        return verdict.findings.length === 0 ? EXIT.ok : EXIT.refused;
      }),
    );
};

/** To an auditor of a tenant the service shows the tenant's records alone, and the log has all. */
const assertSeesAll = async (client: Run['client']): Promise<void> => {
  const { tenant } = await client.get(
    '/api/v1/whoami',
    z.looseObject({ tenant: z.string().exactOptional() }),
  );
  if (tenant === undefined) return;
  throw usage(
    'An auditor of a tenant sees its records alone, and the log has those of all.',
    'Verify as an auditor of the service, or leave the caller out: the log alone is then checked.',
  );
};

const readNote = async (file: string): Promise<string> =>
  (await readFileWithin(file, MAX_NOTE_BYTES)).toString('utf8');

/** The verifier key: from the command line, from the last run, or, with a warning, from the log that is being checked. */
const keyFor = async (
  { terminal, say }: Run,
  given: string | undefined,
  state: AuditState | undefined,
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<string> => {
  if (given !== undefined) {
    const vkey = await readKey(given);
    if (state && state.vkey !== vkey) {
      throw usage('The state file is of a log with another key.', 'Name another file with --state.');
    }
    return vkey;
  }
  if (state) return state.vkey;
  const shown = await read('key');
  if (!shown) throw usage('Name the verifier key of the log with --key.');
  const vkey = Buffer.from(shown).toString('utf8').trim();
  terminal.err(
    `${say(phrase`WARNING: the verifier key ${printable(vkey)} was taken from the log that is being checked. Compare it with the one that was handed over at the ceremony, and name that one with --key.`)}\n`,
  );
  return vkey;
};

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : rfc3339(new Date(ms));

const findingText = ({ damage, facts }: Finding, say: Say): string => {
  const where = Object.entries(facts).map(([name, value]) => `${name} ${printable(compact(value))}`);
  return `${say(phrase`DAMAGE ${damage}`)}: ${say(DAMAGES[damage])}\n  ${where.join(', ')}\n`;
};

const verdictText = (
  { findings, origin, size, tree, records, witnesses }: Verdict,
  state: string,
  say: Say,
): string => {
  const gap = tree?.longestGap;
  return (
    findings.map((finding) => findingText(finding, say)).join('') +
    details(say, [
      [phrase`log`, origin],
      [phrase`leaves`, size?.toString()],
      [phrase`cosigned by`, witnesses && witnesses.length > 0 ? witnesses.join(' ') : undefined],
      [phrase`oldest leaf`, iso(tree?.oldest)],
      [phrase`newest leaf`, iso(tree?.newest)],
      [
        phrase`longest time without a record`,
        gap && phrase`${((gap.to - gap.from) / HOUR_MS).toFixed(1)} h from ${rfc3339(new Date(gap.from))}`,
      ],
      [
        phrase`records that are as their leaves`,
        records?.matched.toString() ?? phrase`not checked; name an auditor with --as`,
      ],
      [phrase`records gone after their time`, records?.expired.toString()],
      [
        phrase`records that two operators recorded as lost`,
        records?.lost ? records.lost.toString() : undefined,
      ],
      [phrase`records newer than the checkpoint`, records?.newer.toString()],
      [phrase`serial numbers held against them`, records?.serials.toString()],
      [
        phrase`CRLs held against them`,
        records && phrase`${records.crls}, ${records.crlsRead} of them by their entries`,
      ],
      [
        phrase`queries asked`,
        records?.queries?.toString() ?? (records && phrase`none; name --queries to have them asked`),
      ],
      [phrase`checkpoint kept in`, state],
    ]) +
    `${say(findings.length === 0 ? phrase`good: nothing was found` : phrase`damage: ${findings.length}`)}\n`
  );
};
