import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePem } from '../../lib/pki/pki.ts';
import { type GivenAnswer, matchRecords, pairsText, readRecords } from './audit.ts';
import { broken, command, type Place } from './shell.ts';

/** People and things of domains/demonstration.json. */
const CAST = {
  counter: 'higashi-counter',
  examiner: 'higashi-examiner',
  chief: 'higashi-chief',
  centre: 'operator-sakai',
  operator: 'operator-noda',
  relyingParty: 'tax-portal',
  purpose: 'tax-return',
  auditor: 'auditor',
  profile: 'official-position',
  ca: 'organisation-1',
} as const;

export interface Addresses {
  readonly certificate: string;
  readonly crl: string;
  readonly ocsp: string;
  /** Whether the command line finds the service at these addresses, so that it can ask under a name. */
  readonly own: boolean;
}

export interface Story {
  /** The number of records that were found, one for each answer. */
  readonly records: number;
  readonly certificates: number;
}

/** The recipient in records of callers who did not identify themselves. */
const PUBLIC = 'public';

const MAX_CRL_BYTES = 64 * 1024 * 1024;

const captured = (text: string, pattern: RegExp, what: string): string => {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw broken(`The output does not show ${what}.`);
  return found;
};

/** The whole life of one certificate, by the commands that each person would type. */
export const tellStory = async (place: Place, addresses: Addresses): Promise<Story> => {
  const given: GivenAnswer[] = [];
  const read = (name: string): Promise<Buffer> => readFile(join(place.folder, name));
  const run = (words: readonly string[], expected?: Parameters<typeof command>[2]): Promise<string> =>
    command(place, words, expected);

  const receive = (what: string, channel: string, recipient: string, bytes: Uint8Array): void => {
    given.push({ what, channel, recipient, digest: hash('sha256', bytes) });
  };
  const askOpenssl = async (out: string, answer: RegExp): Promise<void> => {
    await run(
      ['openssl', 'ocsp', '-issuer', 'ca.pem', '-cert', 'certificate.pem', '-CAfile', 'ca.pem'].concat([
        '-url',
        addresses.ocsp,
        '-respout',
        out,
      ]),
      { says: [/^Response verify OK$/m, answer, /^(?![\s\S]*WARNING)/] },
    );
    receive('OCSP, by openssl', 'ocsp', PUBLIC, await read(out));
  };
  const fetchCrl = async (out: string): Promise<void> => {
    await run(['openssl', 'crl', '-in', addresses.crl, '-out', out]);
    const der = decodePem('X509 CRL', (await read(out)).toString('utf8'), MAX_CRL_BYTES);
    receive('CRL, by openssl', 'crl', PUBLIC, der);
  };
  const askAkashi = async (code: number, says: readonly RegExp[]): Promise<void> => {
    const purpose = addresses.own ? ['--purpose', CAST.purpose] : [];
    const text = await run(
      ['akashi', 'status', 'certificate.pem', '--root', 'ca.pem', '--as', CAST.relyingParty, ...purpose],
      { code, says },
    );
    for (const [source, channel] of [
      ['OCSP', 'ocsp'],
      ['CRL', 'crl'],
    ] as const) {
      const pattern = new RegExp(`^${source} [\\s\\S]*?^  SHA-256 +([0-9a-f]{64})$`, 'm');
      given.push({
        what: `${source}, by akashi status`,
        channel,
        recipient: addresses.own ? CAST.relyingParty : PUBLIC,
        ...(addresses.own && { purpose: CAST.purpose }),
        digest: captured(text, pattern, `${source}'s digest`),
      });
    }
  };
  const verifyCrl = (crl: string, expected: Parameters<typeof command>[2]): Promise<string> =>
    run(
      ['openssl', 'verify', '-crl_check', '-CAfile', 'ca.pem', '-CRLfile', crl, 'certificate.pem'],
      expected,
    );

  let number = 0;
  const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    number++;
    place.say(`\n${number}. ${title}\n`);
    try {
      return await work();
    } catch (error) {
      place.say(`\nSTEP ${number} DID NOT HOLD: ${title}\n`);
      throw error;
    }
  };

  await step('The mayor makes a key, which never leaves, and a certification request', async () => {
    await run(['openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key.pem']);
    await run(['openssl', 'req', '-new', '-key', 'key.pem', '-subj', '/CN=Mayor', '-out', 'mayor.csr']);
  });

  const id = await step('The counter of the ward office submits it', async () => {
    const text = await run(
      ['akashi', 'request', '--as', CAST.counter, '--profile', CAST.profile, '--csr', 'mayor.csr'].concat([
        '--field',
        'position=Mayor',
        '--field',
        'positionJa=市長',
        '--field',
        'mail=mayor@mizusaki.example',
      ]),
      { says: [/^state +submitted$/m] },
    );
    return captured(text, /^request +(\S+)$/m, "the request's id");
  });

  await step('Who submitted cannot examine', () =>
    run(['akashi', 'examine', id, '--approve', '--as', CAST.counter], { code: 1, says: [/\(same-person\)/] }),
  );

  await step('A second person examines at the office', () =>
    run(['akashi', 'examine', id, '--approve', '--as', CAST.examiner], { says: [/^state +examined$/m] }),
  );

  const serial = await step(
    'A third person examines at the centre, and the certificate is issued',
    async () => {
      const text = await run(['akashi', 'examine', id, '--approve', '--as', CAST.centre], {
        says: [/^state +issued$/m],
      });
      return captured(
        text,
        new RegExp(`^certificate +${CAST.ca}/([0-9a-f]+)$`, 'm'),
        "the certificate's serial number",
      );
    },
  );

  await step('The counter collects it', async () => {
    await run(['akashi', 'collect', id, '--as', CAST.counter, '--out', 'certificate.pem']);
    receive('the certificate', 'certificate', CAST.counter, await read('certificate.pem'));
  });

  await step('openssl accepts it', async () => {
    await run(['openssl', 'x509', '-in', addresses.certificate, '-out', 'ca.pem']);
    await run(['openssl', 'verify', '-CAfile', 'ca.pem', 'certificate.pem'], { says: [/: OK$/m] });
  });

  await step('OCSP says that it is good', () => askOpenssl('good.ors', /^certificate\.pem: good$/m));

  await step('The CRL does not list it', async () => {
    await fetchCrl('before.crl');
    await verifyCrl('before.crl', { says: [/: OK$/m] });
  });

  await step('A relying party asks under its own name', () => askAkashi(0, [/^result +good: /m]));

  await step('The office revokes it', () =>
    run(['akashi', 'revoke', 'certificate.pem', '--as', CAST.chief, '--reason', 'cessationOfOperation'], {
      says: [/revoked at .*cessationOfOperation/],
    }),
  );

  await step('OCSP says so at once', () =>
    askOpenssl('revoked.ors', /^certificate\.pem: revoked\n[\s\S]*^\s*Reason: cessationOfOperation$/m),
  );

  await step('An operator publishes a CRL now, and it is listed', async () => {
    await run(['akashi', 'publish', CAST.ca, '--as', CAST.operator]);
    await fetchCrl('after.crl');
    await run(['openssl', 'crl', '-in', 'after.crl', '-noout', '-text'], {
      says: [new RegExp(`Serial Number: 0*${serial.replace(/^0+/, '')}$`, 'im')],
    });
    await verifyCrl('after.crl', { code: 2, says: [/certificate revoked/] });
  });

  await step('The relying party asks again', () => askAkashi(1, [/^result +REVOKED: /m]));

  const records = await step('The auditor finds a record of every answer', async () => {
    const about = ['--certificate', `${CAST.ca}/${serial}`];
    // The auditor's own queries about the certificate are recorded too.
    await run(['akashi', 'records', '--as', CAST.auditor, '--all', ...about, '--exclude-own']);
    const query = ['akashi', 'provisions', '--as', CAST.auditor, '--all', '--json', '--exclude-own'];
    const ofCertificate = readRecords(await run([...query, ...about], { quiet: true }));
    const oldest = ofCertificate.at(-1);
    if (!oldest) throw broken('There is no record of the certificate.');
    const sinceThen = readRecords(await run([...query, '--from', oldest.time], { quiet: true }));

    const [aboutIt, lists] = [given.filter(isAboutIt), given.filter((answer) => !isAboutIt(answer))];
    const own = matchRecords(aboutIt, ofCertificate);
    if (own.rest.length > 0) {
      throw broken(`${own.rest.length} records of the certificate belong to no answer that was given here.`);
    }
    // Anyone may ask for a CRL, so there may be more records of it than ours.
    const crls = matchRecords(
      lists,
      sinceThen.filter(({ channel }) => channel === 'crl'),
    );
    place.say(
      `\n  Each answer that was received, and its record:\n${pairsText([...own.pairs, ...crls.pairs])}`,
    );
    return own.pairs.length + crls.pairs.length;
  });

  return { records, certificates: 1 };
};

/** A CRL is about a whole CA, so its records name no certificate. */
const isAboutIt = ({ channel }: GivenAnswer): boolean => channel !== 'crl';
