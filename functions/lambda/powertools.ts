import { AsyncLocalStorage } from 'node:async_hooks';
import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { errorFacts } from '../http/problems.ts';
import { logEntry, METRICS, NAMESPACE, type Telemetry } from './telemetry.ts';

/**
 * The telemetry of every function but the OCSP one, by Powertools. pipeline.ts uses `logger` as a middleware, and
 * everything else uses `telemetry`.
 */

// Powertools reads variables of the environment. One of them logs every event, and events hold personal data; another
// switches metrics off. So all of them are removed, and the settings are made below.
for (const variable of Object.keys(process.env)) {
  if (variable.startsWith('POWERTOOLS_')) delete process.env[variable];
}

/**
 * The invocation for which code runs. Work may go on after its answer, when the function already has the next event. The
 * log lines of that work still name their own request.
 */
interface Invocation {
  readonly request: string;
  readonly trace: string | undefined;
}

const invocations = new AsyncLocalStorage<Invocation>();

/** Wraps a handler: everything that runs below it finds its invocation. */
export const knownInvocation =
  <E, R>(handler: (event: E, context: Context) => Promise<R>) =>
  (event: E, context: Context): Promise<R> =>
    invocations.run({ request: context.awsRequestId, trace: process.env._X_AMZN_TRACE_ID }, () =>
      handler(event, context),
    );

/** Keeps members that are null or empty, as lean-telemetry.ts does. Powertools would drop them. */
class EntryItem extends LogItem {
  override prepareForPrint(): void {}
}

/** Writes the same members as lean-telemetry.ts. */
class EntryFormatter extends LogFormatter {
  formatAttributes(
    { timestamp, logLevel, serviceName, message, lambdaContext }: UnformattedAttributes,
    { facts }: LogAttributes,
  ): LogItem {
    const level = logLevel.toLowerCase();
    const invocation = invocations.getStore();
    const request = invocation?.request ?? lambdaContext?.awsRequestId;
    return new EntryItem({
      attributes: logEntry(
        { time: timestamp, level, name: serviceName, message, trace: invocation?.trace },
        { ...(request !== undefined && { request }), ...(facts as object | undefined) },
      ),
    });
  }

  /** The message of an error may hold personal data. */
  override formatError(error: Error): LogAttributes {
    return errorFacts(error);
  }
}

/** lib/env.ts refuses an environment without the name, before anything is answered. */
const name = process.env.FUNCTION ?? 'unnamed';

export const logger = new Logger({
  serviceName: name,
  logLevel: 'INFO',
  sampleRateValue: 0,
  logFormatter: new EntryFormatter(),
});

const silent = (): void => {};

const metrics = new Metrics({
  namespace: NAMESPACE,
  serviceName: name,
  // Powertools warns of each invocation that measured nothing, and most measure nothing.
  logger: { debug: silent, info: silent, warn: silent, error: silent },
});
// Alarms watch metrics by CA or without a dimension, and Powertools adds the service as one.
metrics.clearDefaultDimensions();

export const telemetry: Telemetry = {
  log: (level, message, facts = {}) => logger[level](message, { facts }),
  measure: (metric, value, ca) => {
    // Each value is written at once. Values kept until the invocation ends would be lost if Lambda stopped it.
    const line = metrics.singleMetric();
    line.addMetadata('function', name);
    line.clearDefaultDimensions();
    // Always one set of dimensions; without a CA the set is empty.
    line.addDimensions(ca === undefined ? {} : { CA: ca });
    line.addMetric(metric, METRICS[metric], value);
  },
};
