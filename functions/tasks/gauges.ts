import { loadGauges } from '../lambda/parts.ts';
import { taskPipeline } from '../lambda/pipeline.ts';
import { clock } from '../lambda/runtime.ts';

const DAY_MS = 86_400_000;

let loaded: ReturnType<typeof loadGauges> | undefined;

/** Writes the age of things as metrics, so that alarms notice work that never ran as well as work that failed. */
export const handler = taskPipeline(async (): Promise<void> => {
  loaded ??= loadGauges();
  const { gauges, telemetry } = loaded;
  const { authorities, oldestUnsequenced, rowsSetAside, crlAlarms, leavesBehind } = await gauges();
  const now = clock();
  const left = (until: Date | undefined): number => (until === undefined ? 0 : until.getTime() - now);
  for (const { ca, crlNextUpdate, responderNotAfter } of authorities) {
    telemetry.measure('CrlSecondsLeft', left(crlNextUpdate) / 1000, ca);
    telemetry.measure('ResponderDaysLeft', left(responderNotAfter) / DAY_MS, ca);
  }
  const age = oldestUnsequenced === undefined ? 0 : now - oldestUnsequenced.getTime();
  telemetry.measure('OldestUnsequencedRecord', age / 1000);
  telemetry.measure('RowsSetAside', rowsSetAside);
  telemetry.measure('CrlAlarms', crlAlarms);
  telemetry.measure('LeavesBehind', leavesBehind);
});
