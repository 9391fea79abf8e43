import type { Clock, Log } from '../../lib/ports.ts';

/**
 * The log and the metrics of a function on AWS. Each log entry is one JSON line, which CloudWatch Logs parses. A metric
 * is such a line too (the embedded metric format), so it costs no request. A library for both would take half as long
 * to load as Node itself, and somebody waits for a function's first answer.
 */
export interface Telemetry {
  readonly log: Log;
  /** One value, for the whole service or for one CA. */
  measure(metric: Metric, value: number, ca?: string): void;
}

const NAMESPACE = 'Akashi';

/** Every metric of the service, with its CloudWatch unit. Alarms in infra/ watch them. */
const METRICS = {
  /** Seconds until the current CRL's nextUpdate; negative when it is past. */
  CrlSecondsLeft: 'Seconds',
  /** Days until the certificate of a CA's OCSP responder ends. */
  ResponderDaysLeft: 'None',
  /** Age in seconds of the oldest record without a leaf in the log; 0 where every record has one. */
  OldestUnsequencedRecord: 'Seconds',
  /** Requests that KMS throttled. */
  KmsThrottled: 'Count',
} as const;

export type Metric = keyof typeof METRICS;

export const openTelemetry = (
  name: string,
  clock: Clock,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Telemetry => ({
  log: (level, message, facts = {}) => {
    const time = new Date(clock()).toISOString();
    // Set by the runtime for each invocation; it ties the line to the trace.
    const trace = process.env._X_AMZN_TRACE_ID;
    write(JSON.stringify({ time, level, function: name, message, ...(trace && { trace }), ...facts }));
  },
  measure: (metric, value, ca) => {
    const dimensions = ca === undefined ? {} : { CA: ca };
    write(
      JSON.stringify({
        _aws: {
          Timestamp: clock(),
          CloudWatchMetrics: [
            {
              Namespace: NAMESPACE,
              Dimensions: [Object.keys(dimensions)],
              Metrics: [{ Name: metric, Unit: METRICS[metric] }],
            },
          ],
        },
        function: name,
        ...dimensions,
        [metric]: value,
      }),
    );
  },
});
