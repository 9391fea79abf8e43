import { randomBytes } from 'node:crypto';
import { Option } from 'commander';
import { z } from 'zod';
import { type Fault, phrase } from '../../lib/fault.ts';
import { isOid } from '../../lib/pki/pki.ts';
import {
  type AddressAnswer,
  checkStatus,
  type Held,
  MAX_CRL_BYTES,
  type NoAnswer,
  type Outcome,
  readCrls,
  webAddress,
} from '../../lib/status-check/status-check.ts';
import { readCertificateFile, readIssuersFile } from '../certificate-file.ts';
import { EXIT, type ExitCode, Failure, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';
import { statusJson, statusText } from '../status-report.ts';
import { timeOption } from '../time.ts';

const input = z.object({
  certificate: z.string(),
  root: z.array(z.string()).max(64).exactOptional(),
  issuer: z.array(z.string()).max(64).exactOptional(),
  ocsp: z.string().exactOptional(),
  crl: z.array(z.string()).max(64).exactOptional(),
  purpose: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, '--purpose must be the id of a purpose.')
    .exactOptional(),
  at: timeOption.exactOptional(),
  policy: z
    .array(z.string().refine(isOid, 'Must be an object identifier, such as 2.16.840.1.1.'))
    .max(64)
    .exactOptional(),
  maxAge: z
    .string()
    .regex(/^\d{1,6}$/, '--max-age must be a whole number of minutes.')
    .exactOptional(),
});

/** RFC 9654 2.1. */
const NONCE_OCTETS = 32;

const MINUTE_MS = 60_000;
/**
 * RFC 6960 4.2.2.1 says of an answer without nextUpdate only that a newer one can always be had. A day is what most
 * clients give such an answer, and the usual life of one that has a nextUpdate.
 */
const MAX_AGE_MINUTES = 24 * 60;

const EXIT_OF: Readonly<Record<Outcome, ExitCode>> = {
  good: EXIT.ok,
  untrusted: EXIT.cannotTell,
  revoked: EXIT.refused,
  onHold: EXIT.refused,
  invalid: EXIT.invalid,
  unknown: EXIT.cannotTell,
  inDoubt: EXIT.cannotTell,
  unreachable: EXIT.unreachable,
};

const GUIDE: Guide = {
  needs: [
    'the certificate in PEM or DER, from akashi collect or from somewhere else',
    '--root with the CA certificates that you trust: without it no certificate is good',
    'no credentials; with --as, the record names the caller, and with --purpose the purpose',
  ],
  result: [
    'finds a path to a root, by key, and asks OCSP and the CRLs about every certificate below it;',
    'prints the answers, where they came from, the clause that decided, and the result on the last line',
  ],
  exitCodes: [
    '0  good',
    '1  revoked or on hold, the certificate or a CA in its path',
    '2  the command line is invalid, or a file that it names',
    '3  cannot tell: the sources are not reachable',
    '5  cannot tell: unknown, no root that you trust, or no path or no answer that can be relied on',
    '6  not valid: the path is refused (RFC 5280 6.1), such as for a date or a signature',
  ],
  examples: [
    'akashi status certificate.pem --root ca.pem',
    'akashi status certificate.pem --root ca.pem --as tax-portal --purpose tax-return --json',
  ],
};

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('status')
    .summary('check a certificate, its path, and their status by OCSP and CRLs')
    .description(
      'Find and judge the path of a certificate, and ask OCSP and the CRLs for the status of all its certificates. Anyone who relies on a certificate may use it.',
    )
    .argument('<certificate>', 'a file in PEM or DER; a chain may follow the certificate')
    .option(
      '--root <file>',
      'CA certificates that you trust, in PEM, DER or PKCS#7; may be given several times',
      collect,
    )
    .addOption(new Option('--issuer <file>', 'the same as --root').argParser(collect).hideHelp())
    .option('--ocsp <url>', 'ask here instead')
    .option('--crl <file-or-url>', 'take the CRL from here instead; may be given several times', collect)
    .option('--policy <oid>', 'ask for this policy in the path; several times for any of them', collect)
    .option(
      '--at <time>',
      'judge the path, the CRLs and the answers by that time (2026-04-01 in Japan, or 2026-04-01T09:00:00+09:00); OCSP answers of now are too new for a past time',
    )
    .option(
      '--purpose <purpose>',
      'ask the service for this one of your purposes; its records then have it (with --as or --token)',
    )
    .option('--max-age <minutes>', 'how old an answer without nextUpdate may be', `${MAX_AGE_MINUTES}`)
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async ({ client, settings, terminal, say, show }, options) => {
        const { purpose } = options;
        if (purpose !== undefined && settings.caller.by === 'nothing') {
          throw usage('A purpose is recorded only of a caller who is named; use --as or --token.');
        }
        let isPurposeTold = false;
        const { certificate, chain, refused } = await readCertificateFile(options.certificate);
        const roots = await rootsOf(options.root, '--root');
        const issuers = await rootsOf(options.issuer, '--issuer');
        const unread = [...refused, ...roots.refused, ...issuers.refused];
        const report = await checkStatus({
          certificate,
          chain: chain.map((one) => ({ certificate: one, from: phrase`the certificate's file` })),
          roots: [...roots.held, ...issuers.held],
          ...(options.ocsp === undefined ? {} : { ocsp: ocspUrl(options.ocsp) }),
          ...(options.crl === undefined ? {} : { crls: await Promise.all(options.crl.map(crlSource)) }),
          clock: {
            at: options.at === undefined ? terminal.now() : Date.parse(options.at),
            maxAge: Number(options.maxAge ?? MAX_AGE_MINUTES) * MINUTE_MS,
          },
          ...(options.policy && { policies: { acceptable: options.policy.filter(isOid), explicit: true } }),
          nonce: () => randomBytes(NONCE_OCTETS),
          now: terminal.now,
          ask: (question) => {
            if (purpose === undefined) return answered(client.ask(question));
            isPurposeTold ||= client.names(question);
            return answered(client.ask(question, { 'akashi-purpose': purpose }));
          },
        });
        if (purpose !== undefined && !isPurposeTold) {
          const untold = phrase`No source of this service was asked, so nobody was told the purpose ${purpose}.`;
          terminal.err(`${say(untold)}\n`);
        }
        show(statusJson(report, unread, say), statusText(report, unread, say));
        return EXIT_OF[report.verdict.outcome];
      }),
    );
};

/** A failed request gives no answer about a certificate. The refusal of what the caller said of itself ends the command. */
const answered = async (asked: Promise<AddressAnswer>): Promise<AddressAnswer | NoAnswer> => {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code === 'purpose-not-declared') throw error;
    const why = error.exitCode === EXIT.unreachable ? 'unreachable' : 'unusable';
    return { why, detail: error.phrase };
  }
};

interface Roots {
  readonly held: readonly Held[];
  /** Why certificates of the same files were left out. */
  readonly refused: readonly Fault[];
}

const rootsOf = async (paths: readonly string[] = [], from: string): Promise<Roots> => {
  const files = await Promise.all(paths.map(readIssuersFile));
  return {
    held: files.flatMap(({ certificates }) => certificates.map((certificate) => ({ certificate, from }))),
    refused: files.flatMap(({ refused }) => refused),
  };
};

const ocspUrl = (text: string): URL => {
  const url = webAddress(text);
  if (url) return url;
  throw usage('--ocsp must be an http or https address.');
};

const crlSource = async (text: string) =>
  webAddress(text) ?? readCrls(await readFileWithin(text, 2 * MAX_CRL_BYTES), text);
