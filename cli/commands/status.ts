import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { readCertificateFile } from '../certificate-file.ts';
import { EXIT, type ExitCode, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import type { AddCommand } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';
import { checkStatus, type StatusQuestion } from '../status-check/check.ts';
import { MAX_CRL_BYTES } from '../status-check/crl.ts';
import { webAddress } from '../status-check/sources.ts';
import type { Verdict } from '../status-check/verdict.ts';
import { statusJson, statusText } from '../status-report.ts';

const input = z.object({
  certificate: z.string(),
  issuer: z.string().exactOptional(),
  ocsp: z.string().exactOptional(),
  crl: z.string().exactOptional(),
});

/** RFC 9654 2.1. */
const NONCE_OCTETS = 32;

const EXIT_OF: Readonly<Record<Verdict['outcome'], ExitCode>> = {
  good: EXIT.ok,
  revoked: EXIT.refused,
  onHold: EXIT.refused,
  unknown: EXIT.doubt,
  inDoubt: EXIT.doubt,
  unreachable: EXIT.unreachable,
};

const GUIDE: Guide = {
  needs: [
    'the certificate in PEM or DER, from akashi collect or from somewhere else',
    'the responder and the CRL that the certificate names, or those of --ocsp and --crl',
    '--issuer with a CA certificate that you trust: without it, nothing says that the CA is the right one',
    'no credentials; with --as, the record names the caller',
  ],
  result: ['prints both answers, where they came from, and the result on the last line'],
  exitCodes: [
    '0  good',
    '1  revoked or on hold',
    '2  unknown, or no answer that can be relied on',
    '3  not reachable',
  ],
  examples: ['akashi status certificate.pem', 'akashi status certificate.pem --as tax-portal --json'],
};

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('status')
    .summary('check a certificate by OCSP and by its CRL')
    .description(
      'Ask OCSP and the CRL for the status of a certificate, verify both answers and show them. Anyone who relies on a certificate may use it.',
    )
    .argument('<certificate>', 'a file in PEM or DER; a chain may follow the certificate')
    .option('--issuer <file>', "the CA's certificate in PEM or DER, instead of what the certificate names")
    .option('--ocsp <url>', 'ask here instead')
    .option('--crl <file-or-url>', 'take the CRL from here instead')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(input, async ({ client, terminal, show }, options) => {
        const { certificate, chain } = await readCertificateFile(options.certificate);
        const trusted = options.issuer === undefined ? undefined : await readCertificateFile(options.issuer);
        const report = await checkStatus({
          certificate,
          chain,
          ...(trusted && { trusted: [trusted.certificate, ...trusted.chain] }),
          ...(options.ocsp === undefined ? {} : { ocsp: ocspUrl(options.ocsp) }),
          ...(options.crl === undefined ? {} : { crl: await crlSource(options.crl) }),
          nonce: randomBytes(NONCE_OCTETS),
          now: terminal.now,
          ask: client.ask,
        });
        show(statusJson(report), statusText(report));
        return EXIT_OF[report.verdict.outcome];
      }),
    );
};

const ocspUrl = (text: string): URL => {
  const url = webAddress(text);
  if (url) return url;
  throw usage('--ocsp must be an http or https address.');
};

const crlSource = async (text: string): Promise<NonNullable<StatusQuestion['crl']>> =>
  webAddress(text) ?? { path: text, bytes: await readFileWithin(text, 2 * MAX_CRL_BYTES) };
