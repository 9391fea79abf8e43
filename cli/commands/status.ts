import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { readCertificateFile } from '../certificate-file.ts';
import { EXIT, type ExitCode, usage } from '../failure.ts';
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

const EXAMPLES = `
Asks OCSP, with a nonce, and the CRL, verifies both answers and shows them. It does not build a path to a trust anchor:
name the CA's certificate that you trust with --issuer.

Exit codes: 0 good, 1 revoked or on hold, 2 unknown or in doubt, 3 not reachable.

Examples:
  akashi status certificate.pem
  akashi status certificate.pem --issuer ca.pem --crl full.crl
  akashi status certificate.cer --as tax-portal --json | jq -r .result
`;

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('status')
    .description('ask for the status of a certificate as relying parties do')
    .argument('<certificate>', 'a file in PEM or DER; a chain may follow the certificate')
    .option('--issuer <file>', "the CA's certificate in PEM or DER, instead of what the certificate names")
    .option('--ocsp <url>', 'ask here instead')
    .option('--crl <file-or-url>', 'take the CRL from here instead')
    .addHelpText('after', EXAMPLES)
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
