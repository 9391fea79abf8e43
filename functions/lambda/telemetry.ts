import type { Log } from '../../lib/ports.ts';

/**
 * The log and the metrics of a function on AWS. Each log entry is one JSON line, which CloudWatch Logs parses. A metric
 * is such a line too (the embedded metric format), so it costs no request. The OCSP function writes its lines itself
 * (lean-telemetry.ts); every other function writes them by Powertools (powertools.ts).
 */
export interface Telemetry {
  readonly log: Log;
  /** One value, for the whole service or for one CA. */
  measure(metric: Metric, value: number, ca?: string): void;
}

export const NAMESPACE = 'Akashi';

/** Every metric of the service, with its CloudWatch unit. Alarms in infra/ watch them. */
export const METRICS = {
  /** Seconds until the current CRL's nextUpdate; negative when it is past. */
  CrlSecondsLeft: 'Seconds',
  /** Days until the certificate of a CA's OCSP responder ends. */
  ResponderDaysLeft: 'None',
  /** Age in seconds of the oldest record without a leaf in the log; 0 where every record has one. */
  OldestUnsequencedRecord: 'Seconds',
  /** Rows that the ledger has set aside since the day before, because it did not write them so. */
  RowsSetAside: 'Count',
  /** What publications of CRLs found since the day before that the service itself never leaves. */
  CrlAlarms: 'Count',
  LeavesBehind: 'Count',
  /** Requests that KMS throttled. */
  KmsThrottled: 'Count',
} as const;

export type Metric = keyof typeof METRICS;

/** A log entry. Both writers make it here, so that an operator searches all functions by the same members. */
export const logEntry = (
  { time, level, name, message, trace = process.env._X_AMZN_TRACE_ID }: LogEntry,
  facts: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const entry = { time: time.toISOString(), level, function: name, message, ...(trace && { trace }) };
  // No fact may overwrite one of these members.
  return { ...entry, ...facts, ...entry };
};

interface LogEntry {
  readonly time: Date;
  readonly level: string;
  /** The function's name in infra/. */
  readonly name: string;
  readonly message: string;
  /** Ties the line to a trace. Without it, the line has the trace that the runtime set for the present invocation. */
  readonly trace?: string | undefined;
}
