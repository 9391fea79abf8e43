import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from '../../infra/functions.ts';
import { bundle, bundleTogether, ROOT } from '../../infra/lambda/bundle.ts';
import type { Grants } from '../../infra/lambda/grants.ts';

const INTO = join(ROOT, 'dist', 'test-bundles');

/** The contents of each function's bundle. */
const bundles = await bundleTogether([...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS], INTO);

/** The sources that contribute to the bundle, with their bytes in it. */
const sourcesOf = (id: string): readonly (readonly [source: string, bytes: number])[] =>
  Object.values(bundles.get(id)?.metafile.outputs ?? {}).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([source, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [[source, bytesInOutput] as const] : [],
    ),
  );
const bytesOf = (id: string): number => readFileSync(join(bundles.get(id)?.folder ?? '', 'index.cjs')).length;
const holds = (id: string, pattern: RegExp): readonly string[] =>
  sourcesOf(id).flatMap(([source]) => (pattern.test(source) ? [source] : []));

describe('the OCSP function', () => {
  it('starts without middy and Powertools, which every other function uses', () => {
    const edge = /node_modules\/@(middy\/core|aws-lambda-powertools\/(logger|metrics))\//;
    const packages = (id: string) => new Set(holds(id, edge).map((source) => edge.exec(source)?.[1])).size;
    const others = [...bundles.keys()].filter((id) => id !== 'ocsp');
    expect(others.filter((id) => packages(id) !== 3)).toEqual([]);
    expect(holds('ocsp', /node_modules\/(@middy|@aws-lambda-powertools)\//)).toEqual([]);
  });

  it('carries neither code that signs with a CA key nor the registration room', () => {
    expect(
      holds(
        'ocsp',
        /^lib\/(authority|lint|registration)\/|^lib\/keys\/kms\.ts|^lib\/store\/s3(?!-lean\.ts$)/,
      ),
    ).toEqual([]);
    // The pattern finds such code in functions that have it.
    expect(
      holds('request-examinations', /^lib\/(authority|lint|registration)\/|^lib\/keys\/kms\.ts/).length,
    ).toBeGreaterThan(50);
  });

  it('is the smallest of those that call AWS to answer a request', () => {
    const others = ROUTE_FUNCTIONS.filter(({ id, part }) => id !== 'ocsp' && part !== 'bare').map(({ id }) =>
      bytesOf(id),
    );
    expect(bytesOf('ocsp')).toBeLessThan(Math.min(...others));
  });
});

describe.each([...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS].map((fn): [string, Grants] => [fn.id, fn]))(
  '%s',
  (id, grants) => {
    it('has the adapters for its grants, and no others', () => {
      const { rows, responderKeys, handOver, personal, proofs, tokenUsers } = grants;
      // Whoever verifies acts can reach the bucket and the keys of acts. The role says which of them.
      const keys = responderKeys || proofs;
      const objects = proofs;
      const client = id === 'ocsp' ? 'lean' : 'sdk';
      const wanted = [
        ...(rows ? ['lib/store/dynamodb.ts', `lib/store/dynamodb-${client}-calls.ts`] : []),
        ...(keys ? ['lib/keys/kms-calls.ts', `lib/keys/kms-${client}-calls.ts`] : []),
        ...(personal ? ['lib/keys/kms-data-keys.ts'] : []),
        ...(objects ? [`lib/store/s3${id === 'ocsp' ? '-lean' : ''}.ts`] : []),
        ...(handOver ? ['lib/store/s3-hand-over.ts'] : []),
        ...(tokenUsers && tokenUsers !== 'list' ? ['lib/enrolment/cognito-users.ts'] : []),
      ];
      const adapters =
        /^lib\/(store\/(dynamodb|dynamodb-\w+-calls|s3|s3-lean|s3-hand-over|sqlite|file-bucket)|keys\/(kms-\w*-?calls|kms-data-keys|data-key-files|sealed)|enrolment\/cognito-users)\.ts$/;
      expect([...holds(id, adapters)].sort()).toEqual(wanted.sort());
    });

    it('has the AWS clients for its grants, and no others', () => {
      const { rows, proofs, tokenUsers, batchWork } = grants;
      const wanted =
        id === 'ocsp'
          ? []
          : [
              ...(tokenUsers && tokenUsers !== 'list' ? ['client-cognito-identity-provider'] : []),
              ...(rows ? ['client-dynamodb'] : []),
              ...(proofs ? ['client-kms', 'client-s3'] : []),
              ...(batchWork ? ['client-sqs'] : []),
            ];
      const sdk = holds(id, /node_modules\/@(aws|aws-sdk|aws-crypto|smithy)\//);
      const clients = sdk.map((source) => /@aws-sdk\/(client-[\w-]+)\//.exec(source)?.[1]);
      expect([...new Set(clients.filter((name) => name !== undefined))].sort()).toEqual(wanted);
      // Powertools brings a file that keeps what belongs to one invocation. It calls nothing.
      const kept = id === 'ocsp' ? [] : ['node_modules/@aws/lambda-invoke-store/dist-es/invoke-store.js'];
      if (wanted.length === 0) expect(sdk).toEqual(kept);
      // Its credentials are in the environment: functions/lambda/credentials.ts.
      const providers = sdk.filter((source) => /credential-provider-(?!env\/)/.test(source));
      expect(providers).toEqual([]);
      // The lean client belongs to the OCSP function, and reads the CDN's secrets in those that are open to everybody.
      const open = ROUTE_FUNCTIONS.some((fn) => fn.id === id && fn.doors !== 'callers');
      const lean = holds(id, /^lib\/aws\/(service|json-service|exchange|signature-v4)\.ts$/);
      expect(lean.length).toBe(open ? 4 : 0);
      expect(holds(id, /^lib\/aws\/secrets\.ts$/)).toHaveLength(open ? 1 : 0);
    });

    it('does no tracing itself: Lambda does, and Lambda sees no personal data', () => {
      expect(holds(id, /aws-xray-sdk|@aws-lambda-powertools\/tracer|opentelemetry/)).toEqual([]);
      const code = readFileSync(join(bundles.get(id)?.folder ?? '', 'index.cjs'), 'utf8');
      // A tracer's addMetadata is not looked for: Powertools' Metrics has a method of that name.
      expect(code).not.toMatch(/(add|put)Annotation|aws-xray-sdk|captureAWS/);
    });

    it('has the Japanese texts beside it, and loads none of them as it starts', () => {
      expect(holds(id, /^lib\/messages\/ja/)).toEqual([]);
      const beside = readFileSync(join(bundles.get(id)?.folder ?? '', 'japanese.cjs'), 'utf8');
      expect(beside).toContain('処理中のリクエストが多すぎます');
    });

    it('has no languages of zod but one', () => {
      expect(
        holds(id, /zod\/v4\/locales\//).filter((source) => !/locales\/(en|index)\./.test(source)),
      ).toEqual([]);
    });

    it('has the ASN.1 libraries of foreign formats only if it makes certs-only messages, or reads them', () => {
      const libraries = holds(id, /node_modules\/(pkijs|asn1js|pvutils|pvtsutils|bytestreamjs|@peculiar)\//);
      const named = new Set(libraries.map((source) => /node_modules\/(\w+|@\w+\/\w+)/.exec(source)?.[1]));
      expect(named.has('pkijs') && named.has('asn1js')).toBe(id === 'authorities');
      // A file that somebody has checked may be such a message.
      if (!['authorities', 'certificate-status-pages'].includes(id)) expect(libraries).toEqual([]);
    });

    it('comes with a source map that names no place outside the project', () => {
      const map = JSON.parse(readFileSync(join(bundles.get(id)?.folder ?? '', 'index.cjs.map'), 'utf8')) as {
        sources: string[];
      };
      expect(map.sources.length).toBeGreaterThan(3);
      expect(map.sources.filter((source) => source.startsWith('/') || source.includes('://'))).toEqual([]);
    });
  },
);

it('a bundle answers in Japanese from the file beside it', async () => {
  const { handler } = await import(join(bundles.get('ocsp')?.folder ?? '', 'index.cjs'));
  const event = {
    rawPath: '/nowhere',
    rawQueryString: '',
    headers: { 'accept-language': 'ja' },
    requestContext: { http: { method: 'GET' } },
  };
  const { statusCode, body } = await handler(event, { awsRequestId: 'aws-1' });
  expect([statusCode, JSON.parse(body).title]).toEqual([403, 'CDN を経由していない要求です']);
});

it('the same sources give the same bundle, alone and together with others', () => {
  const [fn] = ROUTE_FUNCTIONS.filter(({ id }) => id === 'ocsp') as [(typeof ROUTE_FUNCTIONS)[number]];
  const alone = bundle(fn, {}, join(INTO, 'alone'));
  expect(bundle(fn, {}, join(INTO, 'again')).digest).toBe(alone.digest);
  const codeIn = (folder = '') => readFileSync(join(folder, 'index.cjs'), 'utf8');
  expect(codeIn(bundles.get('ocsp')?.folder)).toBe(codeIn(alone.folder));
});
