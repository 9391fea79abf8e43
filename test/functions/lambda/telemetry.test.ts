import { afterEach, describe, expect, it } from 'vitest';
import { openTelemetry } from '../../../functions/lambda/lean-telemetry.ts';

const NOW = Date.UTC(2026, 10, 22, 5, 6, 7);
const lines: string[] = [];
const telemetry = openTelemetry(
  'ocsp',
  () => NOW,
  (line) => lines.push(line),
);
const last = () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;

afterEach(() => {
  lines.length = 0;
  delete process.env._X_AMZN_TRACE_ID;
});

describe('telemetry', () => {
  it('says a thing in one line of JSON, with the trace where there is one', () => {
    telemetry.log('warn', 'A thing\nhappened', { ca: 'organisation-1' });
    expect(lines[0]).not.toContain('\n');
    expect(last()).toEqual({
      time: '2026-11-22T05:06:07.000Z',
      level: 'warn',
      function: 'ocsp',
      message: 'A thing\nhappened',
      ca: 'organisation-1',
    });
    process.env._X_AMZN_TRACE_ID = 'Root=1-67f';
    telemetry.log('info', 'Another');
    expect(last().trace).toBe('Root=1-67f');
  });

  it('measures in the embedded metric format', () => {
    telemetry.measure('CrlSecondsLeft', 42, 'organisation-1');
    expect(last()).toEqual({
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          {
            Namespace: 'Akashi',
            Dimensions: [['CA']],
            Metrics: [{ Name: 'CrlSecondsLeft', Unit: 'Seconds' }],
          },
        ],
      },
      function: 'ocsp',
      CA: 'organisation-1',
      CrlSecondsLeft: 42,
    });
    telemetry.measure('KmsThrottled', 1);
    expect(last()).toMatchObject({ KmsThrottled: 1, _aws: { CloudWatchMetrics: [{ Dimensions: [[]] }] } });
  });
});
