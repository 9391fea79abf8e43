import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { errorFacts } from '../http/problems.ts';
import { logEntry, METRICS, NAMESPACE, type Telemetry } from './telemetry.ts';

/**
 * The telemetry of every function but the OCSP one, by Powertools. pipeline.ts uses `logger` and `metrics` as
 * middlewares; everything else uses `telemetry`.
 */

// Powertools reads variables of the environment. One of them logs every event, and events hold personal data; another
// switches metrics off. So none of them counts: what counts is set below.
for (const variable of Object.keys(process.env)) {
  if (variable.startsWith('POWERTOOLS_')) delete process.env[variable];
}

/** Writes the same members as lean-telemetry.ts. */
class EntryFormatter extends LogFormatter {
  formatAttributes(
    { timestamp, logLevel, serviceName, message, lambdaContext }: UnformattedAttributes,
    { facts }: LogAttributes,
  ): LogItem {
    const level = logLevel.toLowerCase();
    const request = lambdaContext?.awsRequestId;
    return new LogItem({
      attributes: logEntry(
        { time: timestamp, level, name: serviceName, message },
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

export const metrics = new Metrics({
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
    // A line has one set of dimensions. A CA's metric gets a line of its own, the others are written together when the
    // invocation ends.
    const line = ca === undefined ? metrics : metrics.singleMetric();
    line.addMetadata('function', name);
    if (ca !== undefined) {
      line.clearDefaultDimensions();
      line.addDimension('CA', ca);
    } else if (!metrics.hasStoredMetrics()) {
      // One set, and no dimension in it.
      metrics.addDimensions({});
    }
    line.addMetric(metric, METRICS[metric], value);
  },
};
