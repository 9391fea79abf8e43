import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Phrase, phrase } from '../../lib/fault.ts';
import { decodeCertificationRequest, decodePem, MAX_CSR_BYTES } from '../../lib/pki/pki.ts';
import { type ApiClient, openApiClient } from '../api-client.ts';
import { readCsr } from '../csr.ts';
import { broughtAnswer } from '../enrolment/answers.ts';
import { type Certified, saveCertificate } from '../enrolment/certified.ts';
import { fingerprintText } from '../enrolment/fingerprint.ts';
import { isUntrusted } from '../exchange.ts';
import { EXIT, Failure, unexpected, usage } from '../failure.ts';
import { type Guide, guideText } from '../guide.ts';
import { details } from '../output.ts';
import { fingerprintOf, isThere, makeFolder, ownKey } from '../own-key.ts';
import type { AddCommand, Run } from '../perform.ts';
import { readFileWithin } from '../read-file.ts';

const WAIT_MS = 3000;
const MAX_CA_BYTES = 65_536;

const GUIDE: Guide = {
  needs: [
    'a running service, at --url, and the invitation that you were given; no credentials',
    'where its address is https with a CA that Node.js does not know: that CA as ca.pem in the folder',
  ],
  result: [
    'the first time, makes key.pem and request.csr in the folder, and brings the request; the key stays there',
    'prints the fingerprint of your key: read it to the one who confirms it, by a voice that they know',
    'once they have confirmed it, the same command writes cert.pem and ca.pem (one that is there stays) beside the key',
    'the folder, where no --out is given, is the one that --as reads',
  ],
  exitCodes: ['4  the key is brought; the fingerprint has yet to be confirmed'],
  examples: [
    "INVITATION=$(sed -n '1s/.* //p' invitation.txt)",
    'akashi enrol --invitation $INVITATION --url http://localhost:8080 | tee brought.txt',
  ],
};

const input = z.object({
  invitation: z
    .string()
    .trim()
    .regex(
      /^[a-z0-9-]{1,40}\.[A-Za-z0-9_-]{32}$/,
      'An invitation is an id, a dot and 32 characters; copy all of it.',
    ),
  csr: z.string().exactOptional(),
  out: z.string().exactOptional(),
  wait: z.boolean().default(false),
});

/** What is brought, and where its certificate goes. */
interface Bringing {
  readonly id: string;
  readonly folder: string;
  readonly csr: string;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly fingerprint: string;
  ask(): Promise<z.output<typeof broughtAnswer>>;
}

export const addCommand: AddCommand = (program, perform) => {
  program
    .command('enrol')
    .summary('open an invitation with a key of your own')
    .description(
      'Bring a key with the invitation that you were given, and fetch its certificate when the key is confirmed. Run it on the machine where you will work.',
    )
    .requiredOption('--invitation <invitation>', 'as you were given it')
    .option('--out <folder>', 'where the key is made and the certificate written')
    .option(
      '--csr <file>',
      'a certification request of your own, in place of a new key; - reads standard input',
    )
    .option('--wait', 'wait until the key is confirmed')
    .addHelpText('after', guideText(GUIDE))
    .action(
      perform(
        input,
        async (run, { invitation, csr, out, wait }) => {
          const bringing = await openBringing(run, { invitation, csr, out });
          let brought = await bringing.ask();
          if (brought.certificate === undefined && wait) brought = await waited(run, bringing);
          if (brought.certificate === undefined) {
            run.show(facts(bringing), broughtText(run, bringing));
            return EXIT.awaiting;
          }
          const saved = await saveCertificate(brought.certificate, bringing);
          const { isIssuer: _, ...files } = saved;
          run.show({ ...facts(bringing), ...files }, certifiedText(run, bringing, saved));
          return EXIT.ok;
        },
        { isForNobody: true },
      ),
    );
};

const openBringing = async (
  { settings, terminal }: Run,
  { invitation, csr, out }: { invitation: string; csr: string | undefined; out: string | undefined },
): Promise<Bringing> => {
  const id = invitation.slice(0, invitation.indexOf('.'));
  const folder = out ?? join(settings.credentials, id);
  if (await isThere(join(folder, 'cert.pem'))) {
    throw usage(
      phrase`In ${folder} there is a certificate already.`,
      'Call with --as; or, where it is to be replaced, move that folder away first or name another one with --out.',
    );
  }
  const ca = join(folder, 'ca.pem');
  const trusted = (await isThere(ca)) ? (await readFileWithin(ca, MAX_CA_BYTES)).toString('utf8') : undefined;
  const client = openApiClient({
    ...settings,
    caller: { by: 'nothing', ...(trusted !== undefined && { ca: trusted }) },
  });
  const pem = await readCsr(csr ?? (await ownKey(folder)).request, terminal);
  await makeFolder(folder);
  const { subjectPublicKeyInfo } = decodeCertificationRequest(
    decodePem('CERTIFICATE REQUEST', pem, MAX_CSR_BYTES),
  );
  const fingerprint = fingerprintOf(subjectPublicKeyInfo);
  const ask = async () => {
    const answer = await bring(client, { invitation, csr: pem }, ca);
    // Two people compare what is shown here. It is worth nothing where the service has another key.
    if (answer.id !== id || answer.fingerprint !== fingerprint) {
      throw unexpected('The service answered about another key than the one that was brought.');
    }
    return answer;
  };
  return { id, folder, csr: pem, subjectPublicKeyInfo, fingerprint, ask };
};

const bring = async (
  client: ApiClient,
  body: { readonly invitation: string; readonly csr: string },
  ca: string,
): Promise<z.output<typeof broughtAnswer>> => {
  try {
    return (await client.post('/api/v1/invitations', broughtAnswer, body)).answer;
  } catch (error) {
    throw error instanceof Failure && isUntrusted(error)
      ? new Failure(error.exitCode, error.problem, untrusted(ca), { cause: error })
      : error;
  }
};

const untrusted = (ca: string): Phrase =>
  phrase`Compare the address with the one that you were given. Where the service has a CA of its own, get its certificate from whoever invited you, put it into ${ca}, and try again.`;

/** The fingerprint comes first: nobody confirms what they have not heard. */
const waited = async (run: Run, bringing: Bringing): Promise<z.output<typeof broughtAnswer>> => {
  const { terminal, say } = run;
  terminal.err(broughtText(run, bringing));
  const since = terminal.now();
  for (;;) {
    await sleep(WAIT_MS);
    const brought = await bringing.ask().catch((error: unknown) => {
      if (error instanceof Failure && isPassing(error)) return undefined;
      throw error;
    });
    if (terminal.isWatched) {
      const seconds = Math.round((terminal.now() - since) / 1000);
      terminal.err(`\r${say(phrase`waiting for the confirmation: ${seconds} s`)}`);
    }
    if (brought?.certificate === undefined) continue;
    if (terminal.isWatched) terminal.err('\n');
    return brought;
  }
};

const PASSING: ReadonlySet<string> = new Set(['too-many-requests', 'try-later', 'store-unavailable']);

/** Somebody who waits goes on waiting over a restart of the service. */
const isPassing = ({ exitCode, problem }: Failure): boolean =>
  exitCode === EXIT.unreachable || PASSING.has(problem.code);

const facts = ({ id, fingerprint, folder }: Bringing) => ({ id, fingerprint, folder });

const lines = ({ say }: Run, { id, fingerprint, folder }: Bringing): string =>
  details(say, [
    [phrase`principal`, id],
    [phrase`fingerprint`, fingerprintText(fingerprint)],
    [phrase`folder`, folder],
  ]);

const broughtText = (run: Run, bringing: Bringing): string =>
  `${lines(run, bringing)}${run.say(
    phrase`next: read the fingerprint, by telephone or in person, to the one who confirms it: the responsible person of your office, or an operator other than the one who gave you the invitation. When it is confirmed, run the same command again.`,
  )}\n`;

const certifiedText = (run: Run, bringing: Bringing, saved: Certified): string => {
  const { say, settings } = run;
  const place = join(settings.credentials, bringing.id);
  const next =
    bringing.folder === place
      ? phrase`next: akashi whoami --as ${bringing.id}`
      : phrase`next: put key.pem, cert.pem and ca.pem into ${place}, and run akashi whoami --as ${bringing.id}`;
  // Behind https the TLS address may well have another CA, as on AWS.
  const note =
    saved.isIssuer && settings.url.startsWith('https:')
      ? `${say(phrase`${saved.ca} is the CA of your certificate. Where --as cannot reach the service, put the CA of its TLS address there.`)}\n`
      : '';
  return `${lines(run, bringing)}${details(say, [
    [phrase`certificate`, phrase`${saved.certificate}, until ${saved.notAfter}`],
    ['CA', saved.ca],
  ])}${note}${say(next)}\n`;
};
