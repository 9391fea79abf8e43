import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signed, type Unsigned } from '../../lib/aws/signature-v4.ts';
import { signedByTheSdk } from './signature-oracle.ts';

const EMPTY = new Uint8Array();
const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Examples that AWS has published. */
const suite = {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  region: 'us-east-1',
  service: 'service',
  time: Date.UTC(2015, 7, 30, 12, 36),
};
const s3 = {
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  region: 'us-east-1',
  service: 's3',
  time: Date.UTC(2013, 4, 24),
};
const example = { host: 'example.amazonaws.com' };
const bucket = { host: 'examplebucket.s3.amazonaws.com', 'x-amz-content-sha256': NOTHING };

describe('the signatures that AWS has published', () => {
  it.each([
    [
      'test suite, get-vanilla',
      suite,
      { method: 'GET', path: '/', headers: example, body: EMPTY },
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'test suite, post-vanilla',
      suite,
      { method: 'POST', path: '/', headers: example, body: EMPTY },
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'S3, GET object with a range',
      s3,
      { method: 'GET', path: '/test.txt', headers: { ...bucket, range: 'bytes=0-9' }, body: EMPTY },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'S3, PUT object',
      s3,
      {
        method: 'PUT',
        path: '/test%24file.text',
        headers: {
          host: bucket.host,
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
          'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        },
        body: Buffer.from('Welcome to Amazon S3.'),
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
  ] satisfies [string, typeof suite, Unsigned, string][])('%s', (_name, signing, request, signature) => {
    expect(signed(request, signing).authorization).toMatch(new RegExp(`, Signature=${signature}$`));
  });
});

const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);

it('any request is signed as by the SDK', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        method: fc.constantFrom('GET', 'PUT', 'POST', 'HEAD'),
        path: fc.array(fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/)).map((parts) => `/${parts.join('/')}`),
        headers: fc
          .dictionary(
            word.map((name) => `x-${name}`),
            value,
            { maxKeys: 4 },
          )
          .map((more) => ({ ...more, host: 'host.example' })),
        body: fc.uint8Array({ maxLength: 100 }),
      }),
      fc.record({
        credentials: fc.record(
          { accessKeyId: word, secretAccessKey: value, sessionToken: value },
          { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
        ),
        region: word,
        service: word,
        time: fc.integer({ min: 0, max: 4_102_444_800_000 }),
      }),
      async (request, signing) => {
        expect(signed(request, signing)).toEqual(await signedByTheSdk(request, signing));
      },
    ),
    { numRuns: 300 },
  );
});
