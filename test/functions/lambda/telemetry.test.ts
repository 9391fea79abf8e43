import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLeanTelemetry } from '../../../functions/lambda/lean-telemetry.ts';
import { taskPipeline } from '../../../functions/lambda/pipeline.ts';
import { telemetry } from '../../../functions/lambda/powertools.ts';
import type { Telemetry } from '../../../functions/lambda/telemetry.ts';

// Set before the module is loaded: the function's name, and variables that Powertools would read.
vi.hoisted(() => {
  process.env.FUNCTION = 'the-function';
  process.env.POWERTOOLS_SERVICE_NAME = 'another';
  process.env.POWERTOOLS_METRICS_NAMESPACE = 'Another';
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  process.env.POWERTOOLS_LOG_LEVEL = 'CRITICAL';
  process.env.POWERTOOLS_DEV = 'true';
});

const NOW = Date.UTC(2026, 10, 22, 5, 6, 7);
const lines: string[] = [];
const keep = (text: unknown): boolean => {
  lines.push(String(text).replace(/\n$/, ''));
  return true;
};
const last = () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  lines.length = 0;
  delete process.env._X_AMZN_TRACE_ID;
});

/** An invocation. */
const invoke = async (act: () => unknown, awsRequestId = 'aws-1'): Promise<void> => {
  await taskPipeline(async () => act())({}, { awsRequestId, functionName: 'Stack-1' } as Context);
};

const lean = openLeanTelemetry('the-function', () => NOW);

describe.each<[string, Telemetry]>([
  ['the OCSP function', lean],
  ['every other function', telemetry],
])('the telemetry of %s', (_whose, { log, measure }) => {
  it('writes an entry as one line of JSON, with the trace if there is one', () => {
    log('warn', 'A thing\nhappened', { ca: 'organisation-1' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    const { request: _ofLastInvocation, ...entry } = last();
    expect(entry).toEqual({
      time: '2026-11-22T05:06:07.000Z',
      level: 'warn',
      function: 'the-function',
      message: 'A thing\nhappened',
      ca: 'organisation-1',
    });
    process.env._X_AMZN_TRACE_ID = 'Root=1-67f';
    log('info', 'Another');
    expect(last().trace).toBe('Root=1-67f');
  });

  it('measures in the embedded metric format', async () => {
    measure('CrlSecondsLeft', 42, 'organisation-1');
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
      function: 'the-function',
      CA: 'organisation-1',
      CrlSecondsLeft: 42,
    });
    await invoke(() => measure('KmsThrottled', 1));
    expect(last()).toEqual({
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          { Namespace: 'Akashi', Dimensions: [[]], Metrics: [{ Name: 'KmsThrottled', Unit: 'Count' }] },
        ],
      },
      function: 'the-function',
      KmsThrottled: 1,
    });
  });
});

describe('the telemetry of every other function', () => {
  it('names the request in its lines', async () => {
    await invoke(() => telemetry.log('info', 'Within'));
    expect(last()).toMatchObject({ request: 'aws-1', function: 'the-function' });
  });

  it('writes each metric once, at once, and keeps those of CAs and of the service apart', async () => {
    const written: unknown[] = [];
    await invoke(() => {
      telemetry.measure('KmsThrottled', 1);
      telemetry.measure('ResponderDaysLeft', 7, 'organisation-1');
      telemetry.measure('OldestUnsequencedRecord', 3);
      written.push(...lines.map((line) => JSON.parse(line)));
    });
    await invoke(() => {});
    expect(lines).toHaveLength(3);
    expect(written).toMatchObject([
      { _aws: { CloudWatchMetrics: [{ Dimensions: [[]] }] }, KmsThrottled: 1 },
      { _aws: { CloudWatchMetrics: [{ Dimensions: [['CA']] }] }, CA: 'organisation-1', ResponderDaysLeft: 7 },
      { _aws: { CloudWatchMetrics: [{ Dimensions: [[]] }] }, OldestUnsequencedRecord: 3 },
    ]);
    for (const one of [written[0], written[2]]) expect(one).not.toHaveProperty('CA');
  });

  it('names the request that a line is about, if it is written after its answer', async () => {
    let later: (() => void) | undefined;
    const after = new Promise<void>((go) => {
      later = go;
    });
    let late: Promise<void> | undefined;
    process.env._X_AMZN_TRACE_ID = 'trace-1';
    await invoke(() => {
      late = after.then(() => telemetry.log('warn', 'Late'));
    }, 'r1');
    process.env._X_AMZN_TRACE_ID = 'trace-2';
    await invoke(async () => {
      later?.();
      await late;
      telemetry.log('info', 'Next');
    }, 'r2');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'Late', request: 'r1', trace: 'trace-1' },
      { message: 'Next', request: 'r2', trace: 'trace-2' },
    ]);
  });

  it('writes facts that are null or empty, and none in the place of its own members', () => {
    telemetry.log('error', 'Failed', { none: null, empty: '', message: 'Another', level: 'info' });
    expect(last()).toMatchObject({ message: 'Failed', level: 'error', none: null, empty: '' });
  });

  it('writes no message of an error that is not a Fault', () => {
    telemetry.log('error', 'Failed', { why: new Error('奈良 花子') });
    expect(lines[0]).not.toContain('奈良');
    expect(last()).toMatchObject({ message: 'Failed', why: { error: 'Error' } });
  });
});
