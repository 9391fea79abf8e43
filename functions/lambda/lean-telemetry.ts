import type { Clock } from '../../lib/ports.ts';
import { logEntry, METRICS, NAMESPACE, type Telemetry } from './telemetry.ts';

/** Telemetry without a library: one would take half as long to load as Node itself, and somebody waits for an answer. */
export const openTelemetry = (
  name: string,
  clock: Clock,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Telemetry => ({
  log: (level, message, facts = {}) =>
    write(JSON.stringify(logEntry({ time: new Date(clock()), level, name, message }, facts))),
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
