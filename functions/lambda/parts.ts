import type { z } from 'zod';
import { type Core, compose, type Ports } from '../../lib/app.ts';
import type { AwsAccess } from '../../lib/aws/service.ts';
import {
  BundlingEnv,
  CdnLogsEnv,
  CeremonyEnv,
  DisclosingEnv,
  GaugesEnv,
  HandingEnv,
  IssuingEnv,
  PublishedEnv,
  RenewingEnv,
  ReportingEnv,
  RowsEnv,
  readFunctionEnv,
  SequencingEnv,
  SigningEnv,
} from '../../lib/env.ts';
import { Fault } from '../../lib/fault.ts';
import { type AlgorithmName, type KeyStore, LOG_KEY } from '../../lib/keys/keys.ts';
import { openKmsKeys } from '../../lib/keys/kms.ts';
import { openKmsSealedKeys } from '../../lib/keys/kms-sealed.ts';
import { oldestUnsequenced } from '../../lib/ledger/ledger.ts';
import type { Log } from '../../lib/ports.ts';
import { type Gauges, openGauges } from '../../lib/status/status.ts';
import { openDynamoDbTable } from '../../lib/store/dynamodb.ts';
import { openS3Bucket } from '../../lib/store/s3.ts';
import { openAddresses } from '../../lib/store/s3-address.ts';
import { openS3HandOver } from '../../lib/store/s3-hand-over.ts';
import type { Bucket, Table } from '../../lib/store/store.ts';
import {
  digestOf,
  openInForce,
  readTrustDomain,
  type TrustDomain,
} from '../../lib/trust-domain/trust-domain.ts';
import type { Edge } from '../http/stack.ts';
import { random } from '../random.ts';
import { witnessesAt } from '../witness/client.ts';
import { awsAccess } from './access.ts';
import type { Elsewhere } from './fit-answer.ts';
import { clock, readBundled, tokenIssuers } from './runtime.ts';
import { openTelemetry, type Telemetry } from './telemetry.ts';

/**
 * The service on AWS, in the cuts that functions need. Each function loads one of them, and its bundle holds the
 * adapters of that cut only. A port outside the cut refuses: reaching for it is a mistake of the wiring, and the
 * function's role would not allow it either.
 */

const refuse = (): Promise<never> =>
  Promise.reject(new Fault('configuration-invalid', 'This function was not given what it reached for.'));

const noBucket: Bucket = { get: refuse, put: refuse, delete: refuse, list: refuse };
const noKeys: KeyStore = { create: refuse, open: refuse };

/** What a task or a ceremony needs: the core, and whom they tell. */
export interface Workshop {
  readonly core: Core;
  readonly trustDomain: TrustDomain;
  readonly trustDomainDigest: string;
  readonly log: Log;
}

type Part = Pick<Ports, 'bucket' | 'keys' | 'responderKeys'> &
  Pick<Ports, 'logOrigin' | 'witnesses' | 'witnessThreshold'>;

/** What is there before the part of a function is chosen. */
interface Given {
  readonly telemetry: Telemetry;
  readonly trustDomain: TrustDomain;
  readonly table: Table;
}

/** Fault: `trust-domain-changed` where the file that was deployed neither is in force nor may follow. */
const composed = async (env: z.output<typeof RowsEnv>, partOf: (given: Given) => Part): Promise<Workshop> => {
  const telemetry = openTelemetry(env.FUNCTION, clock);
  const trustDomainText = readBundled('trust-domain.json');
  const trustDomain = readTrustDomain(trustDomainText);
  const trustDomainDigest = digestOf(trustDomainText);
  const table = openDynamoDbTable({ table: env.TABLE, access: awsAccess('dynamodb'), random });
  await openInForce(table).assertMayAnswer(trustDomainDigest);
  const { log } = telemetry;
  const [first = '', ...others] = env.PUBLIC_URLS.split(' ');
  const core = compose({
    trustDomain,
    trustDomainText,
    publicUrls: [first, ...others],
    table,
    ...partOf({ telemetry, trustDomain, table }),
    clock,
    random,
    log,
  });
  return { core, trustDomain, trustDomainDigest, log };
};

/** What a function is not given, it has in this form. */
const nothing: Part = { bucket: noBucket, keys: noKeys, responderKeys: noKeys };

const s3 = ({ BUCKET }: z.output<typeof PublishedEnv>): Bucket =>
  openS3Bucket({ bucket: BUCKET, access: awsAccess('s3'), random });

const caKeys = (
  { KEY_ALIAS_PREFIX }: z.output<typeof IssuingEnv>,
  { telemetry, trustDomain }: Given,
): KeyStore => {
  const algorithms = new Map<string, AlgorithmName>([
    ...trustDomain.authorities.map(({ ca, algorithm }) => [ca, algorithm] as const),
    [LOG_KEY.id, LOG_KEY.algorithm],
  ]);
  return openKmsKeys({
    access: awsAccess('kms'),
    random,
    aliasPrefix: KEY_ALIAS_PREFIX,
    algorithmOf: (id) => algorithms.get(id),
    onThrottled: () => telemetry.measure('KmsThrottled', 1),
  });
};

/** Of the responders', a function certifies the public halves and never signs with the private ones. */
const responderKeys = (
  { SEALING_KEY }: { readonly SEALING_KEY: string },
  { telemetry, table }: Given,
): KeyStore =>
  openKmsSealedKeys({
    access: awsAccess('kms'),
    random,
    table,
    sealingKey: SEALING_KEY,
    onThrottled: () => telemetry.measure('KmsThrottled', 1),
  });

/** As callers reach S3. */
const addresses = ({ S3_ADDRESS }: { readonly S3_ADDRESS?: string | undefined }): AwsAccess => ({
  ...awsAccess('s3'),
  ...(S3_ADDRESS !== undefined && { endpoint: S3_ADDRESS }),
});

const handingOver = (
  env: Pick<z.output<typeof HandingEnv>, 'HAND_OVER_BUCKET' | 'S3_ADDRESS'>,
): Elsewhere => ({
  handOver: openS3HandOver({
    bucket: env.HAND_OVER_BUCKET,
    access: awsAccess('s3'),
    addresses: addresses(env),
    random,
  }),
});

const edge = async (env: z.output<typeof RowsEnv>, { core, log }: Workshop): Promise<Edge> => ({
  app: await core.open(tokenIssuers(env)),
  clock,
  log,
});

/** Rows and nothing else: the core, for tasks. */
export const loadRowsCore = async (): Promise<Workshop> =>
  composed(readFunctionEnv(RowsEnv, process.env), () => nothing);

/** The same behind its door. */
export const loadRows = async (): Promise<Edge> =>
  edge(readFunctionEnv(RowsEnv, process.env), await loadRowsCore());

/** Rows, and what was published: the core, for tasks. */
export const loadPublishedCore = async (): Promise<Workshop> => {
  const env = readFunctionEnv(PublishedEnv, process.env);
  return composed(env, () => ({ ...nothing, bucket: s3(env) }));
};

/** The same behind its door; a published object that is too large for an answer is fetched by its own address. */
export const loadPublished = async (): Promise<Edge> => {
  const env = readFunctionEnv(PublishedEnv, process.env);
  const addressOf = openAddresses(env.BUCKET, addresses(env));
  return { ...(await edge(env, await loadPublishedCore())), elsewhere: { addressOf } };
};

/** Rows, and a place for files that are too large for an answer. */
export const loadHanding = async (): Promise<Edge> => {
  const env = readFunctionEnv(HandingEnv, process.env);
  return { ...(await edge(env, await loadRowsCore())), elsewhere: handingOver(env) };
};

/** Annual reports, and that place. */
export const loadReporting = async (): Promise<Edge> => {
  const env = readFunctionEnv(ReportingEnv, process.env);
  return { ...(await edge(env, await loadPublishedCore())), elsewhere: handingOver(env) };
};

/** Rows and the CA keys: the core, for tasks. */
export const loadIssuingCore = async (): Promise<Workshop> => {
  const env = readFunctionEnv(IssuingEnv, process.env);
  return composed(env, (given) => ({ ...nothing, keys: caKeys(env, given) }));
};

/** The same behind its door. */
export const loadIssuing = async (): Promise<Edge> =>
  edge(readFunctionEnv(RowsEnv, process.env), await loadIssuingCore());

/** Rows, the CA keys, and where CRLs are published: the core, for tasks. */
export const loadSigningCore = async (): Promise<Workshop> => {
  const env = readFunctionEnv(SigningEnv, process.env);
  return composed(env, (given) => ({ ...nothing, bucket: s3(env), keys: caKeys(env, given) }));
};

/** Rows, the key of the log, and where its files are published: the core, for the sequencer. */
export const loadSequencingCore = async (): Promise<Workshop> => {
  const env = readFunctionEnv(SequencingEnv, process.env);
  return composed(env, (given) => ({
    ...nothing,
    bucket: s3(env),
    keys: caKeys(env, given),
    logOrigin: env.LOG_ORIGIN,
    witnesses: witnessesAt(env.LOG_WITNESSES),
    witnessThreshold: env.LOG_WITNESS_THRESHOLD,
  }));
};

/** The same behind its door. */
export const loadSigning = async (): Promise<Edge> =>
  edge(readFunctionEnv(RowsEnv, process.env), await loadSigningCore());

/** Rows, the CA keys, and the keys of responders: the core, for renewing these. */
export const loadRenewingCore = async (): Promise<Workshop> => {
  const env = readFunctionEnv(RenewingEnv, process.env);
  return composed(env, (given) => ({
    ...nothing,
    keys: caKeys(env, given),
    responderKeys: responderKeys(env, given),
  }));
};

/** Rows, and the key that signs what holders are given, which is kept with those of the responders. */
export const loadDisclosing = async (): Promise<Edge> => {
  const env = readFunctionEnv(DisclosingEnv, process.env);
  return edge(
    env,
    await composed(env, (given) => ({ ...nothing, responderKeys: responderKeys(env, given) })),
  );
};

/** The same, and a place for what is too large for an answer. */
export const loadBundling = async (): Promise<Edge> => ({
  ...(await loadDisclosing()),
  elsewhere: handingOver(readFunctionEnv(BundlingEnv, process.env)),
});

/** Rows, and the access logs of the CDN. */
export const loadCdnLogs = async (): Promise<
  Workshop & { readonly logs: Bucket; readonly prefix: string }
> => {
  const env = readFunctionEnv(CdnLogsEnv, process.env);
  return {
    ...(await composed(env, () => nothing)),
    logs: openS3Bucket({ bucket: env.LOG_BUCKET, access: awsAccess('s3'), random }),
    prefix: env.LOG_PREFIX,
  };
};

/** All of it, for the ceremony. */
export const loadCeremonyCore = async (): Promise<Workshop> => {
  const env = readFunctionEnv(CeremonyEnv, process.env);
  return composed(env, (given) => ({
    bucket: s3(env),
    keys: caKeys(env, given),
    responderKeys: responderKeys(env, given),
  }));
};

/** What tells how old things are, and where to say it. */
export const loadGauges = (): { readonly gauges: () => Promise<Gauges>; readonly telemetry: Telemetry } => {
  const env = readFunctionEnv(GaugesEnv, process.env);
  const table = openDynamoDbTable({ table: env.TABLE, access: awsAccess('dynamodb'), random });
  const telemetry = openTelemetry(env.FUNCTION, clock);
  return {
    gauges: openGauges({
      table,
      oldestUnsequenced: () => oldestUnsequenced(table),
      clock,
      log: telemetry.log,
    }),
    telemetry,
  };
};
