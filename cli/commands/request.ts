import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { joined, phrase } from '../../lib/fault.ts';
import { IDEMPOTENCY_KEY, MAX_IDEMPOTENCY_KEY } from '../../lib/idempotency-key.ts';
import { requestAnswer } from '../answers.ts';
import { readCsr } from '../csr.ts';
import { EXIT, Failure } from '../failure.ts';
import { collectFields } from '../fields.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { requestText } from '../request-text.ts';

const input = z.object({
  profile: z.string(),
  csr: z.string(),
  field: z.array(z.string()).default([]),
  fields: z.string().exactOptional(),
  holder: z.string().exactOptional(),
  issuedTo: z.string().exactOptional(),
  idempotencyKey: z
    .string()
    .regex(IDEMPOTENCY_KEY, `An idempotency key is 1 to ${MAX_IDEMPOTENCY_KEY} visible ASCII characters.`)
    .exactOptional(),
});

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const GUIDE: Guide = {
  needs: [
    'a running service, and an officer: --as or --token',
    'a PKCS#10 file, made from the key that the certificate is for; its subject is not used',
    'a profile that the office may use, and values for its fields, which make the subject: see akashi profiles',
  ],
  result: [
    'prints the request with its id, in state submitted; prints an idempotency key on standard error',
    'repeating with the same --idempotency-key is safe: it shows the same request again',
  ],
  examples: [
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj / -keyout key.pem -out csr.pem',
    'akashi request --as higashi-counter --profile official-position --csr csr.pem --field position=Mayor --field positionJa=市長',
  ],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('request')
    .summary('ask for a certificate')
    .description(
      'Submit a certification request (PKCS#10) for a certificate. An officer of a registration sub-office does this; two other persons then examine the request.',
    )
    .requiredOption('--profile <profile>', 'what kind of certificate')
    .requiredOption(
      '--csr <file>',
      'the certification request (PKCS#10) in PEM or DER; - reads standard input',
    )
    .option('--field <name=value>', "a value of the profile's field; repeat it for lists", collect)
    .option('--fields <file>', 'more fields, as one JSON object')
    .option(
      '--holder <holder>',
      'whom the certificate is about, by a pseudonym; needed where it is about a person',
    )
    .option('--issued-to <officer>', 'the officer of your office who gets the certificate')
    .option('--idempotency-key <key>', 'makes repeating safe; one is made and shown where none is given')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async (run, options) => {
        const { client, terminal, say, show, settings } = run;
        const csr = await readCsr(options.csr, terminal);
        const fields = await collectFields(options.field, options.fields);
        const key = options.idempotencyKey ?? randomUUID();
        if (options.idempotencyKey === undefined && !settings.json) {
          terminal.err(`${say(phrase`idempotency key ${key}`)}\n`);
        }
        const { status, answer } = await client
          .post(
            '/api/v1/requests',
            requestAnswer,
            {
              profile: options.profile,
              csr,
              fields,
              ...(options.holder !== undefined && { holder: options.holder }),
              ...(options.issuedTo !== undefined && { issuedTo: options.issuedTo }),
            },
            { 'idempotency-key': key },
          )
          .catch((error: unknown) => {
            throw withKey(error, key);
          });
        const replayed = status === 200;
        const note = replayed
          ? `${say(phrase`This was submitted before; it is shown as it stands now.`)}\n`
          : '';
        show({ request: answer, replayed, idempotencyKey: key }, `${note}${await requestText(run, answer)}`);
      }),
    );
};

/** Adds the idempotency key if the submission may have arrived: with that key, repeating the command is safe. */
const withKey = (error: unknown, key: string): unknown => {
  if (!(error instanceof Failure) || error.exitCode === EXIT.refused) return error;
  const facts = { ...error.problem.facts, idempotencyKey: key };
  const repeat = phrase`It is safe to repeat the command with --idempotency-key ${key}.`;
  const advice = error.advice ? joined([error.advice, repeat], ' ') : repeat;
  return new Failure(error.exitCode, { ...error.problem, facts }, advice, { cause: error });
};
