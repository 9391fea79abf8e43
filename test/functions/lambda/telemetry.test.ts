import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLeanTelemetry } from '../../../functions/lambda/lean-telemetry.ts';
import { taskPipeline } from '../../../functions/lambda/pipeline.ts';
import { telemetry } from '../../../functions/lambda/powertools.ts';
import type { Telemetry } from '../../../functions/lambda/telemetry.ts';

// What Powertools would take from the environment, and the function's name, before its module is loaded.
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

/** An invocation, at whose end metrics without a CA are written. */
const invoke = async (act: () => void): Promise<void> => {
  await taskPipeline(async () => act())({}, { awsRequestId: 'aws-1', functionName: 'Stack-1' } as Context);
};

const lean = openLeanTelemetry('the-function', () => NOW);

describe.each<[string, Telemetry]>([
  ['the OCSP function', lean],
  ['every other function', telemetry],
])('the telemetry of %s', (_whose, { log, measure }) => {
  it('says a thing in one line of JSON, with the trace where there is one', () => {
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

  it('keeps the metrics of CAs and of the service apart, and writes each once', async () => {
    await invoke(() => {
      telemetry.measure('KmsThrottled', 1);
      telemetry.measure('ResponderDaysLeft', 7, 'organisation-1');
      telemetry.measure('KmsThrottled', 1);
      telemetry.measure('OldestUnsequencedRecord', 3);
    });
    await invoke(() => {});
    const written = lines.map((line) => JSON.parse(line));
    expect(written).toHaveLength(2);
    expect(written[0]).toMatchObject({ CA: 'organisation-1', ResponderDaysLeft: 7 });
    expect(written[0]).not.toHaveProperty('KmsThrottled');
    expect(written[1]).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [[]] }] },
      KmsThrottled: [1, 1],
      OldestUnsequencedRecord: 3,
    });
    expect(written[1]).not.toHaveProperty('CA');
  });

  it('writes what an invocation measured before it failed', async () => {
    const failing = invoke(() => {
      telemetry.measure('KmsThrottled', 1);
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect(last()).toMatchObject({ KmsThrottled: 1 });
  });

  it('writes no message of an error that is not a Fault', () => {
    telemetry.log('error', 'Failed', { why: new Error('奈良 花子') });
    expect(lines[0]).not.toContain('奈良');
    expect(last()).toMatchObject({ message: 'Failed', why: { error: 'Error' } });
  });
});
