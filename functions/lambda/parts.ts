import type { z } from 'zod';
import { type Core, compose } from '../../lib/app.ts';
import {
  CdnLogsEnv,
  EnrollingEnv,
  FollowingEnv,
  GaugesEnv,
  HandingEnv,
  IssuingEnv,
  PublishedEnv,
  ReportingEnv,
  RowsEnv,
  readFunctionEnv,
  SequencingEnv,
} from '../../lib/env.ts';
import { leavesBehind, oldestUnsequenced, recentlySetAside } from '../../lib/ledger/ledger.ts';
import type { Log } from '../../lib/ports.ts';
import { type Gauges, openGauges } from '../../lib/status/status.ts';
import { type Bucket, markBucketFormat } from '../../lib/store/store.ts';
import {
  digestOf,
  openInForce,
  readTrustDomain,
  type TrustDomain,
} from '../../lib/trust-domain/trust-domain.ts';
import type { Edge } from '../http/stack.ts';
import { random } from '../random.ts';
import { witnessesAt } from '../witness/client.ts';
import {
  actKeys,
  addressesOf,
  bucketOf,
  caKeys,
  type FunctionPorts,
  type Granted,
  handOverOf,
  noPersonalData,
  noPorts,
  noTokenUsers,
  type PortContext,
  rowsTable,
  sealedKeys,
  tokenUsers,
} from './function-ports.ts';
import { telemetry } from './powertools.ts';
import { clock, readBundled, tokenIssuers } from './runtime.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * The parts of the service that functions on AWS load. Each function calls one loader, and its bundle holds the adapters
 * of that part only. Every other port refuses: a function that calls one is wired wrongly, and its role would not allow
 * the call either. `load…Core` is for tasks; the loaders of an `Edge` are for routes, and can identify callers.
 */

/** What a task or a ceremony runs with. */
export interface TaskContext {
  readonly core: Core;
  readonly trustDomain: TrustDomain;
  readonly trustDomainDigest: string;
  readonly log: Log;
}

/** Fault: `trust-domain-changed` where the deployed file is neither in force nor approved to follow. */
const composeCore = async (
  env: z.output<typeof RowsEnv>,
  granted: readonly Granted[],
  portsOf: (context: PortContext) => FunctionPorts,
): Promise<TaskContext> => {
  const trustDomainText = readBundled('trust-domain.json');
  const trustDomain = readTrustDomain(trustDomainText);
  const trustDomainDigest = digestOf(trustDomainText);
  const table = rowsTable(env);
  await openInForce(table).assertMayAnswer(trustDomainDigest);
  const { log } = telemetry;
  const [first = '', ...others] = env.PUBLIC_URLS.split(' ');
  // Every function looks up the ends of acts; its role says which objects it reads and puts.
  const bucket = bucketOf(env.BUCKET);
  const core = compose({
    trustDomain,
    trustDomainText,
    publicUrls: [first, ...others],
    table,
    bucket,
    objects: bucket,
    actKeys: actKeys(env, bucket, telemetry),
    logOrigin: env.LOG_ORIGIN,
    ...(env.TOKEN_ISSUER !== undefined && { tokenUsers: noTokenUsers }),
    ...portsOf({ telemetry, trustDomain, table }),
    ...noPersonalData,
    ...Object.assign({}, ...granted.map((open) => open({ telemetry }))),
    clock,
    random,
    log,
  });
  // The newest object says which file is in force, and under which addresses.
  await core.assertInForce();
  return { core, trustDomain, trustDomainDigest, log };
};

const edge = async (env: z.output<typeof RowsEnv>, { core, log }: TaskContext): Promise<Edge> => ({
  app: await core.open(tokenIssuers(env)),
  clock,
  log,
});

/** Rows, and the objects that prove acts. */
export const loadRowsCore = async (...granted: readonly Granted[]): Promise<TaskContext> =>
  composeCore(readFunctionEnv(RowsEnv, process.env), granted, () => noPorts);

export const loadRows = async (...granted: readonly Granted[]): Promise<Edge> =>
  edge(readFunctionEnv(RowsEnv, process.env), await loadRowsCore(...granted));

/** A published object that is too large for an answer is fetched from its own address. */
export const loadPublished = async (...granted: readonly Granted[]): Promise<Edge> => {
  const env = readFunctionEnv(PublishedEnv, process.env);
  return {
    ...(await edge(env, await loadRowsCore(...granted))),
    largeAnswers: { addressOf: addressesOf(env) },
  };
};

/** Rows, and a bucket for answers that are too large. */
export const loadHanding = async (...granted: readonly Granted[]): Promise<Edge> => {
  const env = readFunctionEnv(HandingEnv, process.env);
  return { ...(await edge(env, await loadRowsCore(...granted))), largeAnswers: handOverOf(env) };
};

/** Annual reports, and a bucket for answers that are too large. */
export const loadReporting = async (): Promise<Edge> => {
  const env = readFunctionEnv(ReportingEnv, process.env);
  return { ...(await edge(env, await loadRowsCore())), largeAnswers: handOverOf(env) };
};

/** Rows and the CA keys. */
export const loadIssuingCore = async (...granted: readonly Granted[]): Promise<TaskContext> => {
  const env = readFunctionEnv(IssuingEnv, process.env);
  return composeCore(env, granted, (context) => ({ ...noPorts, keys: caKeys(env, context) }));
};

export const loadIssuing = async (...granted: readonly Granted[]): Promise<Edge> =>
  edge(readFunctionEnv(RowsEnv, process.env), await loadIssuingCore(...granted));

/** Rows, and the users of tokens, who follow the acts on principals. */
export const loadFollowingCore = async (...granted: readonly Granted[]): Promise<TaskContext> => {
  const env = readFunctionEnv(FollowingEnv, process.env);
  return composeCore(env, granted, () => ({ ...noPorts, ...tokenUsers(env) }));
};

export const loadFollowing = async (...granted: readonly Granted[]): Promise<Edge> =>
  edge(readFunctionEnv(RowsEnv, process.env), await loadFollowingCore(...granted));

/** Rows, the CA keys and the users of tokens: for the confirmation of a principal's key. */
export const loadEnrolling = async (...granted: readonly Granted[]): Promise<Edge> => {
  const env = readFunctionEnv(EnrollingEnv, process.env);
  const portsOf = (context: PortContext) => ({
    ...noPorts,
    keys: caKeys(env, context),
    ...tokenUsers(env),
  });
  return edge(env, await composeCore(env, granted, portsOf));
};

/** Rows, the key of the log, and the bucket in which the log's files are published: for the sequencer. */
export const loadSequencingCore = async (): Promise<TaskContext> => {
  const env = readFunctionEnv(SequencingEnv, process.env);
  const bucket = bucketOf(env.BUCKET);
  const core = await composeCore(env, [], (context) => ({
    ...noPorts,
    keys: caKeys(env, context),
    witnesses: witnessesAt(env.LOG_WITNESSES),
    witnessThreshold: env.LOG_WITNESS_THRESHOLD,
  }));
  // The log begins with the first record, which may be older than the ceremony.
  await markBucketFormat(bucket);
  return core;
};

/**
 * Rows, the CA keys, and the keys of responders: for renewing the responders. It certifies the public halves of their
 * keys and never signs with the private ones.
 */
export const loadRenewingCore = async (): Promise<TaskContext> => {
  const env = readFunctionEnv(IssuingEnv, process.env);
  return composeCore(env, [], (context) => ({
    ...noPorts,
    keys: caKeys(env, context),
    responderKeys: sealedKeys(env, context),
  }));
};

/** Rows, and the key that signs disclosures, which is kept with those of the responders. */
export const loadDisclosing = async (...granted: readonly Granted[]): Promise<Edge> => {
  const env = readFunctionEnv(RowsEnv, process.env);
  const portsOf = (context: PortContext) => ({ ...noPorts, responderKeys: sealedKeys(env, context) });
  return edge(env, await composeCore(env, granted, portsOf));
};

/** The same, and a bucket for answers that are too large. */
export const loadBundling = async (...granted: readonly Granted[]): Promise<Edge> => ({
  ...(await loadDisclosing(...granted)),
  largeAnswers: handOverOf(readFunctionEnv(HandingEnv, process.env)),
});

/** Rows, and the access logs of the CDN. */
export const loadCdnLogs = async (): Promise<
  TaskContext & { readonly logs: Bucket; readonly prefix: string }
> => {
  const env = readFunctionEnv(CdnLogsEnv, process.env);
  return {
    ...(await composeCore(env, [], () => noPorts)),
    logs: bucketOf(env.LOG_BUCKET),
    prefix: env.LOG_PREFIX,
  };
};

/** Every key, for the ceremony. */
export const loadCeremonyCore = async (...granted: readonly Granted[]): Promise<TaskContext> => {
  const env = readFunctionEnv(IssuingEnv, process.env);
  const bucket = bucketOf(env.BUCKET);
  const core = await composeCore(env, granted, (context) => ({
    ...noPorts,
    keys: caKeys(env, context),
    responderKeys: sealedKeys(env, context),
  }));
  await markBucketFormat(bucket);
  return core;
};

/** Reads how old things are, without the service, and says it as metrics. */
export const loadGauges = (): { readonly gauges: () => Promise<Gauges>; readonly telemetry: Telemetry } => {
  const env = readFunctionEnv(GaugesEnv, process.env);
  const table = rowsTable(env);
  const gauges = openGauges({
    table,
    oldestUnsequenced: () => oldestUnsequenced(table),
    rowsSetAside: () => recentlySetAside(table, clock()),
    leavesBehind: () => leavesBehind(table),
    clock,
    log: telemetry.log,
  });
  return { gauges, telemetry };
};
