import { hash } from 'node:crypto';
import type { z } from 'zod';
import { compose, type Ports, type Works } from '../lib/app.ts';
import { readTrustDomain, type TrustDomain } from '../lib/authority/trust-domain.ts';
import { GaugesEnv, PublishedEnv, RenewingEnv, RowsEnv, readFunctionEnv, SigningEnv } from '../lib/env.ts';
import { Fault } from '../lib/fault.ts';
import { type Gauges, openGauges } from '../lib/gauges.ts';
import { openKmsKeys } from '../lib/keys/kms.ts';
import { openKmsSealedKeys } from '../lib/keys/kms-sealed.ts';
import type { KeyStore } from '../lib/keys/signer.ts';
import type { Log } from '../lib/ports.ts';
import { openDynamoDbTable } from '../lib/store/dynamodb.ts';
import { openS3Bucket } from '../lib/store/s3.ts';
import type { Bucket } from '../lib/store/store.ts';
import { clock, random, readBundled, tokenIssuers } from './aws-surroundings.ts';
import type { Edge } from './stack.ts';
import { openTelemetry, type Telemetry } from './telemetry.ts';

/**
 * The service on AWS, in the cuts that functions need. Each function loads one of them, and its bundle holds the SDK
 * clients of that cut only. A port outside the cut refuses: reaching for it is a mistake of the wiring, and the
 * function's role would not allow it either.
 */

const refuse = (): Promise<never> =>
  Promise.reject(new Fault('configuration-invalid', 'This function was not given what it reached for.'));

const noBucket: Bucket = { get: refuse, put: refuse, list: refuse };
const noKeys: KeyStore = { create: refuse, open: refuse };

/** What a task or a ceremony needs: the works, and whom they tell. */
export interface Workshop {
  readonly works: Works;
  readonly trustDomain: TrustDomain;
  readonly trustDomainDigest: string;
  readonly log: Log;
}

type Part = Pick<Ports, 'bucket' | 'keys' | 'responderKeys'>;

const composed = (
  env: z.output<typeof RowsEnv>,
  partOf: (telemetry: Telemetry, trustDomain: TrustDomain, table: Ports['table']) => Part,
): Workshop => {
  const telemetry = openTelemetry(env.FUNCTION, clock);
  const text = readBundled('trust-domain.json');
  const trustDomain = readTrustDomain(text);
  const trustDomainDigest = hash('sha256', text);
  const table = openDynamoDbTable({ table: env.TABLE, client: {}, random });
  const { log } = telemetry;
  const [first = '', ...others] = env.PUBLIC_URLS.split(' ');
  const works = compose({
    trustDomain,
    trustDomainDigest,
    publicUrls: [first, ...others],
    table,
    ...partOf(telemetry, trustDomain, table),
    clock,
    random,
    log,
  });
  return { works, trustDomain, trustDomainDigest, log };
};

const s3 = (env: z.output<typeof PublishedEnv>): Bucket =>
  openS3Bucket({ bucket: env.BUCKET, client: {}, random });

const caKeys = (
  env: z.output<typeof SigningEnv>,
  { measure }: Telemetry,
  { authorities }: TrustDomain,
): KeyStore => {
  const algorithms = new Map(authorities.map(({ ca, algorithm }) => [ca, algorithm]));
  return openKmsKeys({
    client: {},
    aliasPrefix: env.KEY_ALIAS_PREFIX,
    algorithmOf: (id) => algorithms.get(id),
    onThrottled: () => measure('KmsThrottled', 1),
  });
};

const edge = async (env: z.output<typeof RowsEnv>, { works, log }: Workshop): Promise<Edge> => ({
  app: await works.open(tokenIssuers(env)),
  clock,
  log,
});

/** Rows and nothing else. */
export const loadRows = async (): Promise<Edge> => {
  const env = readFunctionEnv(RowsEnv, process.env);
  return edge(
    env,
    composed(env, () => ({ bucket: noBucket, keys: noKeys, responderKeys: noKeys })),
  );
};

/** Rows, and what was published. */
export const loadPublished = async (): Promise<Edge> => {
  const env = readFunctionEnv(PublishedEnv, process.env);
  return edge(
    env,
    composed(env, () => ({ bucket: s3(env), keys: noKeys, responderKeys: noKeys })),
  );
};

const signingWorkshop = (env: z.output<typeof SigningEnv>): Workshop =>
  composed(env, (telemetry, trustDomain) => ({
    bucket: s3(env),
    keys: caKeys(env, telemetry, trustDomain),
    responderKeys: noKeys,
  }));

/** Rows, what is published, and the CA keys. */
export const loadSigning = async (): Promise<Edge> => {
  const env = readFunctionEnv(SigningEnv, process.env);
  return edge(env, signingWorkshop(env));
};

/** The same without a door, for tasks. */
export const loadWorks = async (): Promise<Workshop> =>
  signingWorkshop(readFunctionEnv(SigningEnv, process.env));

/** The works with the keys of responders besides: to make and certify them, never to sign with them. */
export const loadRenewing = async (): Promise<Workshop> => {
  const env = readFunctionEnv(RenewingEnv, process.env);
  return composed(env, (telemetry, trustDomain, table) => ({
    bucket: s3(env),
    keys: caKeys(env, telemetry, trustDomain),
    responderKeys: openKmsSealedKeys({
      client: {},
      table,
      sealingKey: env.SEALING_KEY,
      onThrottled: () => telemetry.measure('KmsThrottled', 1),
    }),
  }));
};

/** What tells how old things are, and where to say it. */
export const loadGauges = (): { readonly gauges: () => Promise<Gauges>; readonly telemetry: Telemetry } => {
  const env = readFunctionEnv(GaugesEnv, process.env);
  const table = openDynamoDbTable({ table: env.TABLE, client: {}, random });
  return { gauges: openGauges({ table, clock }), telemetry: openTelemetry(env.FUNCTION, clock) };
};
