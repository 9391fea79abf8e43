import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Der } from '../../lib/pki/der.ts';
import { decodeOcspRequest } from '../../lib/pki/ocsp-request.ts';
import { decodeOcspResponse } from '../../lib/pki/ocsp-response-decoder.ts';
import { encodePem } from '../../lib/pki/pem.ts';
import { temporaryFolder } from '../service.ts';
import { allRecords } from '../world.ts';
import { type Counter, openCounter } from './counter.ts';
import { openssl } from './judges.ts';

/** `openssl ocsp` as a client, with every option that changes what is sent or how the answer is judged. */

const HOUR = 3_600_000;
const folder = temporaryFolder();
let counter: Counter;
let host: string;
const at = (name: string): string => counter.at(name);

beforeAll(async () => {
  // Two hours ago, so that one answer has already expired.
  counter = await openCounter(folder.path, {
    ahead: -2 * HOUR,
    domain: ({ authorities }) => {
      for (const { id, ocsp } of authorities) {
        if (id === 'signature') ocsp.signedRequests = 'required';
        if (id === 'authentication') ocsp.neverIssued = 'revoked';
      }
    },
  });
  const { service, issue, get } = counter;
  host = new URL(service.url).host;
  await issue('good', 'official-position');
  await issue('revoked', 'official-position');
  await issue('held', 'official-position');
  await ocsp('held', '-no_nonce', '-respout', at('ended.der'));
  service.advance(2 * HOUR);
  await issue('signed', 'person-signature');
  await issue('person', 'person-authentication');
  const operator = service.principal('operator-noda');
  await service.app.authority.revoke(operator, get('revoked').ref, { reason: 'keyCompromise' });
  await service.app.authority.hold(operator, get('held').ref);
  await openssl(
    'req',
    '-x509',
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=Another', '-keyout', at('another.key'), '-out', at('another.pem')],
  );
}, 120_000);
afterAll(async () => {
  await counter.service.close();
  folder.remove();
});

const about = (name: string): string[] => {
  const { ca, certificate } = counter.get(name);
  return ['-issuer', ca, '-cert', certificate];
};
const trusting = (name: string): string[] => ['-CAfile', counter.get(name).ca];
const url = (): string[] => ['-url', `${counter.service.url}/ocsp`];
const ocsp = (name: string, ...more: readonly string[]) =>
  openssl('ocsp', ...about(name), ...trusting(name), ...url(), ...more);
const credentials = (id: string): string[] => [
  ...['-signer', at(`credentials/${id}/cert.pem`)],
  ...['-signkey', at(`credentials/${id}/key.pem`)],
];
const answers = (output: string): string[] =>
  [...output.matchAll(/: (good|revoked|unknown)$/gm)].map(([, status]) => status as string);
const OK = 'Response verify OK';
const FAILED = /Response Verify Failure/;

/** The certificate of the responder that answers, as a file. */
const responderFile = async (name: string): Promise<string> => {
  await ocsp(name, '-respout', at('responder.der'));
  const decoded = decodeOcspResponse(new Uint8Array(readFileSync(at('responder.der'))));
  if (decoded.status !== 'successful') throw new Error(decoded.status);
  writeFileSync(at('responder.pem'), encodePem('CERTIFICATE', decoded.basic.certs[0] as Der));
  return at('responder.pem');
};

describe('its requests', () => {
  it.each(['-sha1', '-sha256', '-sha384', '-sha512'])('CertIDs with %s', async (digest) => {
    const { output } = await openssl(
      'ocsp',
      digest,
      ...about('revoked'),
      ...trusting('revoked'),
      ...url(),
      '-req_text',
    );
    expect(output).toContain(`Hash Algorithm: ${digest.slice(1)}`);
    expect(output).toContain(OK);
    expect(answers(output)).toEqual(['revoked']);
    expect(output).toContain('Reason: keyCompromise');
  });

  it('CertIDs of several digests, by certificate and by number, in one request', async () => {
    const [good, revoked, held] = ['good', 'revoked', 'held'].map((name) => counter.get(name)) as [
      ReturnType<Counter['get']>,
      ReturnType<Counter['get']>,
      ReturnType<Counter['get']>,
    ];
    const { output } = await openssl(
      'ocsp',
      ...['-issuer', good.ca, '-sha1', '-cert', good.certificate],
      ...['-sha512', '-serial', `0x${revoked.ref.serial}`, '-sha256', '-cert', held.certificate],
      ...trusting('good'),
      ...url(),
    );
    expect(output).toContain(OK);
    expect(answers(output)).toEqual(['good', 'revoked', 'revoked']);
    expect(output).toContain('Reason: certificateHold');
  });

  it('CertIDs of several issuers: the first one answers, the other is unknown to it', async () => {
    const { output } = await openssl(
      'ocsp',
      ...about('good'),
      ...about('person'),
      ...trusting('good'),
      ...url(),
    );
    expect(answers(output)).toEqual(['good', 'unknown']);
    // It accepts a delegated responder only if the answer is about one CA, so the test names this responder as trusted.
    expect(output).toMatch(FAILED);
    const given = ['-VAfile', await responderFile('good')];
    const believed = await openssl('ocsp', ...about('good'), ...about('person'), ...url(), ...given);
    expect(believed.output).toContain(OK);
    expect(answers(believed.output)).toEqual(['good', 'unknown']);
  });

  it('numbers that were never issued: unknown, or revoked since the beginning of time', async () => {
    const never = async (name: string) => {
      const { ca } = counter.get(name);
      const number = ['-issuer', ca, '-serial', '0x01ffffffffffffffffffffffffffffffff'];
      return (await openssl('ocsp', ...number, ...trusting(name), ...url())).output;
    };
    expect(answers(await never('good'))).toEqual(['unknown']);
    const extended = await never('person');
    expect(extended).toContain(OK);
    expect(extended).toMatch(
      /: revoked[\s\S]*Reason: certificateHold[\s\S]*Revocation Time: Jan {2}1 00:00:00 1970 GMT/,
    );
  });

  it('an issuer that is not ours: unauthorized', async () => {
    const foreign = ['-issuer', at('another.pem'), '-serial', '1'];
    const { output } = await openssl('ocsp', ...foreign, ...url());
    expect(output).toContain('unauthorized (6)');
    // With `-ignore_err` it goes on after the error.
    expect((await openssl('ocsp', ...foreign, ...url(), '-ignore_err')).output).toContain('unauthorized (6)');
  });

  it('a nonce, or none', async () => {
    for (const [option, there] of [
      ['-nonce', true],
      ['-no_nonce', false],
    ] as const) {
      const { output } = await ocsp('good', option, '-reqout', at('nonce.der'), '-resp_text');
      const request = decodeOcspRequest(new Uint8Array(readFileSync(at('nonce.der'))));
      expect(request.nonce !== undefined).toBe(there);
      expect(output.includes('OCSP Nonce')).toBe(there);
      // It compares the two by itself.
      expect(output).not.toContain('WARNING');
      expect(output).toContain(OK);
    }
  });

  it('by host, port and path; with headers; with a timeout', async () => {
    const asked = [...about('good'), ...trusting('good')];
    const by = (...more: readonly string[]) => openssl('ocsp', ...asked, ...more);
    for (const options of [
      ['-host', host, '-path', '/ocsp'],
      ['-host', host, '-path', '/ocsp', '-header', 'Host=status.example', '-header', 'X-Any=thing'],
      [...url(), '-timeout', '20'],
      ['-url', `${counter.service.url}/ocsp`, '-header', 'Accept=application/ocsp-response'],
    ]) {
      const { output } = await by(...options);
      expect(output, options.join(' ')).toContain(OK);
      expect(answers(output)).toEqual(['good']);
    }
    const lost = await by('-host', host, '-path', '/elsewhere');
    expect(lost.status).not.toBe(0);
    expect(lost.output).toMatch(/404|Not Found|code/i);
  });

  it('through a proxy, to which it sends the absolute form, or past one', async () => {
    const through = await openssl(
      'ocsp',
      ...[...about('good'), ...trusting('good')],
      ...['-url', 'http://status.akashi.example/ocsp', '-proxy', counter.service.url],
    );
    expect(through.output).toContain(OK);
    const past = await ocsp('good', '-proxy', 'http://127.0.0.1:1', '-no_proxy', '127.0.0.1');
    expect(past.output).toContain(OK);
  });

  it('from a file, with the answer written to a file that is judged later', async () => {
    const [request, response, text] = [at('request.der'), at('response.der'), at('out.txt')];
    const { output } = await ocsp('revoked', '-reqout', request, '-respout', response, '-out', text);
    expect(output).toContain(OK);
    expect(answers(readFileSync(text, 'utf8'))).toEqual(['revoked']);
    const again = await openssl('ocsp', '-reqin', request, ...url(), ...trusting('revoked'), '-resp_text');
    expect(again.output).toContain('Cert Status: revoked');
    expect(again.output).toContain(OK);
    const later = await openssl(
      'ocsp',
      ...['-reqin', request, '-respin', response],
      ...trusting('revoked'),
      '-text',
    );
    expect(later.output).toContain(OK);
    for (const line of [
      'OCSP Request Data:',
      'OCSP Response Data:',
      'Response Type: Basic OCSP Response',
      'Responder Id: ',
      'Revocation Reason: keyCompromise (0x1)',
    ])
      expect(later.output).toContain(line);
    // The nonce shows that an answer belongs to another request.
    await ocsp('good', '-reqout', at('other.der'));
    const other = ['-reqin', at('other.der'), '-respin', response];
    expect((await openssl('ocsp', ...other, ...trusting('revoked'))).output).toMatch(/Nonce Verify error/i);
  });
});

describe('requests that it signs', () => {
  it('are required if the profile says so, and name the recipient of the record', async () => {
    expect((await ocsp('signed')).output).toContain('sigrequired (5)');
    const { output } = await ocsp('signed', ...credentials('tax-portal'));
    expect(output).toContain(OK);
    expect(answers(output)).toEqual(['good']);
    const [record] = (await allRecords(counter.service)).filter((one) => one.kind === 'provision');
    expect(record).toMatchObject({ recipient: 'tax-portal', certificates: [counter.get('signed').ref] });
  });

  it('may bring further certificates, and must bring their own', async () => {
    const further = ['-sign_other', counter.get('person').ca];
    const { output } = await ocsp(
      'signed',
      ...credentials('tax-portal'),
      ...further,
      '-reqout',
      at('many.der'),
    );
    expect(answers(output)).toEqual(['good']);
    const { signature } = decodeOcspRequest(new Uint8Array(readFileSync(at('many.der'))));
    expect(signature?.certs).toHaveLength(2);
    expect((await ocsp('signed', ...credentials('tax-portal'), '-no_certs')).output).toContain(
      'malformedrequest (1)',
    );
  });

  it('by a holder of our certificate who is no principal, or by a stranger, are unauthorized', async () => {
    const person = ['-signer', counter.get('person').certificate, '-signkey', at('person.key')];
    expect((await ocsp('signed', ...person)).output).toContain('unauthorized (6)');
    const stranger = ['-signer', at('another.pem'), '-signkey', at('another.key')];
    expect((await ocsp('signed', ...stranger)).output).toContain('unauthorized (6)');
  });
});

describe('how it judges the signer of an answer', () => {
  it.each<[string, readonly string[]]>([
    ['strictly', ['-x509_strict']],
    ['for the purpose of answering', ['-purpose', 'ocsphelper']],
    ['at a level of 128 bits', ['-auth_level', '3']],
    ['with the policies', ['-policy_check', '-policy_print']],
    ['at a depth of one', ['-verify_depth', '1']],
    ['with partial chains', ['-partial_chain']],
    ['trusting what comes along', ['-trust_other']],
    ['without its own stores', ['-no-CApath', '-no-CAstore']],
    ['without the explicit check', ['-no_explicit']],
    ['without the checks of the certificate', ['-no_cert_checks']],
    ['without the chain', ['-no_chain']],
  ])('%s', async (_, options) => {
    const { output, status } = await ocsp('good', ...options);
    expect(status, output).toBe(0);
    expect(output).toContain(OK);
    expect(answers(output)).toEqual(['good']);
    expect(output).not.toContain('WARNING');
  });

  it('by a responder that its options trust, in place of a CA', async () => {
    const responder = await responderFile('good');
    const given = await openssl('ocsp', ...about('good'), ...url(), '-VAfile', responder);
    expect(given.output).toContain(OK);
    const wrong = await openssl('ocsp', ...about('good'), ...url(), '-VAfile', at('another.pem'));
    expect(wrong.output).toMatch(FAILED);
  });

  it('by certificates from its options beside those in the answer', async () => {
    const responder = await responderFile('good');
    expect((await ocsp('good', '-no_intern', '-verify_other', responder)).output).toContain(OK);
  });

  it('not under another CA, unless its options skip that check', async () => {
    const under = (...more: readonly string[]) =>
      openssl('ocsp', ...about('good'), '-CAfile', counter.get('person').ca, ...url(), ...more);
    expect((await under()).output).toMatch(FAILED);
    expect((await under('-no_cert_verify')).output).toContain(OK);
    expect((await under('-noverify')).output).not.toContain('Verify');
    // Without that check it still verifies the signature itself.
    await ocsp('good', '-respout', at('whole.der'), '-no_nonce');
    const bytes = readFileSync(at('whole.der'));
    const decoded = decodeOcspResponse(new Uint8Array(bytes));
    if (decoded.status !== 'successful') throw new Error(decoded.status);
    const spoilt = Buffer.from(bytes);
    const signature = Buffer.from(decoded.basic.signatureValue);
    const last = spoilt.indexOf(signature) + signature.length - 1;
    spoilt[last] = (spoilt[last] as number) ^ 1;
    writeFileSync(at('spoilt.der'), spoilt);
    const judge = (file: string, ...more: readonly string[]) =>
      openssl('ocsp', ...about('good'), '-no_nonce', ...trusting('good'), '-respin', file, ...more);
    expect((await judge(at('whole.der'))).output).toContain(OK);
    expect((await judge(at('spoilt.der'))).output).toMatch(FAILED);
    expect((await judge(at('spoilt.der'), '-no_signature_verify')).output).toContain(OK);
  });

  it('at a given time: the certificate of the responder must be valid then', async () => {
    const { validTo, validFrom } = new X509Certificate(readFileSync(await responderFile('good')));
    const seconds = (text: string, more: number) => String(Date.parse(text) / 1000 + more);
    const later = await ocsp('good', '-attime', seconds(validTo, -1));
    expect(later.output).toContain(OK);
    const past = await ocsp('good', '-attime', seconds(validTo, 1));
    expect(past.output).toMatch(/certificate has expired/);
    const before = await ocsp('good', '-attime', seconds(validFrom, -1));
    expect(before.output).toMatch(/not yet valid/);
  });
});

describe('how it judges the time of an answer', () => {
  const INVALID = 'WARNING: Status times invalid';

  it('by the age of the status, with a tolerance for clocks', async () => {
    const fresh = await ocsp('held', '-status_age', '60', '-validity_period', '1');
    expect(fresh.output).not.toContain('WARNING');
    await ocsp('held', '-respout', at('aged.der'), '-no_nonce');
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const aged = (...more: readonly string[]) =>
      openssl('ocsp', ...about('held'), '-no_nonce', ...trusting('held'), '-respin', at('aged.der'), ...more);
    expect((await aged('-status_age', '1', '-validity_period', '0')).output).toContain(INVALID);
    expect((await aged('-status_age', '100')).output).not.toContain(INVALID);
  });

  it('and refuses an answer from the future, or one that has expired', async () => {
    const { service } = counter;
    // Five minutes are backdated, and openssl tolerates five.
    service.advance(1_200_000);
    await ocsp('revoked', '-respout', at('future.der'), '-no_nonce');
    service.advance(-1_200_000);
    const judge = (name: string, file: string, ...more: readonly string[]) =>
      openssl('ocsp', ...about(name), '-no_nonce', ...trusting(name), '-respin', at(file), ...more);
    for (const [name, file, why] of [
      ['revoked', 'future.der', /status not yet valid/],
      ['held', 'ended.der', /status expired/],
    ] as const) {
      const strict = await judge(name, file);
      expect(strict.output).toContain(INVALID);
      expect(strict.output).toMatch(why);
      expect((await judge(name, file, '-validity_period', '10000')).output).not.toContain(INVALID);
    }
  });
});
