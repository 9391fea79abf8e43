import type { Clock } from '../../lib/ports.ts';
import { logEntry, METRICS, NAMESPACE, type Telemetry } from './telemetry.ts';

/** Telemetry without a library, for the OCSP function: Powertools would make its first answer later. */
export const openLeanTelemetry = (
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
