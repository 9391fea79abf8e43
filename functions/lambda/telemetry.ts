import type { Clock, Log } from '../../lib/ports.ts';

/**
 * What a function on AWS says: one JSON line for each thing, which CloudWatch Logs reads as structured. Metrics are
 * such lines too (the embedded metric format), so they cost no request and no library: one for both would take as long
 * to load as half of Node itself, in functions whose first answer somebody waits for.
 */
export interface Telemetry {
  readonly log: Log;
  /** One value, of the whole service or of one CA. */
  measure(metric: Metric, value: number, ca?: string): void;
}

const NAMESPACE = 'Akashi';

/** Every metric of ours, by name, with its CloudWatch unit. Alarms in infra/ watch them. */
const METRICS = {
  /** Seconds until the current CRL's nextUpdate; negative when it is past. */
  CrlSecondsLeft: 'Seconds',
  /** Days until the certificate of a CA's OCSP responder ends. */
  ResponderDaysLeft: 'None',
  /** Age in seconds of the oldest record that is not settled yet; 0 where there is none. */
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
