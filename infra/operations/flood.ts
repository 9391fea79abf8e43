import { PRICES } from './prices.ts';
import { count, table, usd } from './table.ts';

/**
 * The bill of a flood of OCSP questions: a million of them from nobody in particular, each about ten numbers that were
 * never issued. docs/cost-model.md has the table and says what it rests on.
 */

/** What one answered question consumes. The write units are counted from the writes of the code, staged and sequenced. */
interface Answer {
  readonly writeUnits: number;
  /** Bytes of the table that its record keeps. */
  readonly keptBytes: number;
}

/** How a deployment is set. */
export interface Defence {
  readonly answer: Answer;
  /** WAF's limit for one address. */
  readonly requestsPerMinute: number;
  /** The public stage's throttle, and how many requests it lets through at once. */
  readonly requestsPerSecond: number;
  readonly burst: number;
}

/** Where the questions come from. */
export interface Flood {
  readonly questions: number;
  readonly perSecond: number;
  /** The addresses; of a flood that stays below WAF's limit, as many as that takes. */
  readonly sources: number | 'enough';
}

const BEFORE: Defence = {
  answer: { writeUnits: 34.6, keptBytes: 3_369 },
  requestsPerMinute: 6_000,
  requestsPerSecond: 10_000,
  burst: 5_000,
};
const AFTER: Defence = {
  answer: { writeUnits: 14.3, keptBytes: 1_371 },
  requestsPerMinute: 1_200,
  requestsPerSecond: 500,
  burst: 1_000,
};

const SERIALS = 10;
const ANSWER = { reads: SERIALS + 0.5, gbSeconds: 0.008, bytes: 2_900, traces: 0.05 };
/** AWS: WAF usually notices in less than 30 seconds. */
const NOTICE_SECONDS = 30;
const MONTHS_KEPT = 7 * 12;

export interface Bill {
  /** Questions that WAF lets through, and those of them that a function answers. */
  readonly passed: number;
  readonly answered: number;
  /** US dollars: on the bill of that day, and for keeping the records through their legal period. */
  readonly atOnce: number;
  readonly keeping: number;
}

export const billOf = (flood: Flood, defence: Defence): Bill => {
  const p = (name: keyof typeof PRICES): number => PRICES[name].usd;
  const { questions, perSecond, sources } = flood;
  const { answer, requestsPerMinute, requestsPerSecond, burst } = defence;
  const perSource = sources === 'enough' ? 0 : perSecond / sources;
  const isBlocked = perSource * 60 > requestsPerMinute;
  const secondsUntilBlocked = requestsPerMinute / perSource + NOTICE_SECONDS;
  const seconds = Math.min(questions / perSecond, isBlocked ? secondsUntilBlocked : Number.POSITIVE_INFINITY);
  const passed = Math.min(questions, perSecond * seconds);
  const answered = Math.min(passed, requestsPerSecond * seconds + burst);
  const each =
    answer.writeUnits * p('writeUnit') +
    ANSWER.reads * p('readUnit') +
    p('lambdaRequest') +
    ANSWER.gbSeconds * p('lambdaGbSecond') +
    p('apiRequest') +
    (ANSWER.bytes / 1e9) * p('cdnGb') +
    ANSWER.traces * p('trace');
  return {
    passed,
    answered,
    atOnce:
      questions * p('webAclRequest') +
      passed * p('cdnRequest') +
      (questions - passed) * p('blockedRequest') +
      (passed - answered) * p('throttledRequest') +
      answered * each,
    keeping: ((answered * answer.keptBytes) / 1e9) * MONTHS_KEPT * (p('tableGb') + p('recoveryGb')),
  };
};

const MILLION = 1_000_000;
export const FLOODS = [
  { name: 'five addresses, 2,000 a second', questions: MILLION, perSecond: 2_000, sources: 5 },
  { name: 'spread, 500 a second', questions: MILLION, perSecond: 500, sources: 'enough' },
  { name: 'spread, 10,000 a second', questions: MILLION, perSecond: 10_000, sources: 'enough' },
  {
    name: 'spread, 10,000 a second, a whole day',
    questions: 864 * MILLION,
    perSecond: 10_000,
    sources: 'enough',
  },
] as const satisfies readonly (Flood & { readonly name: string })[];
export const DEFENCES = { before: BEFORE, after: AFTER } as const;

/** The table of docs/cost-model.md. */
export const bill = (): string =>
  table([
    ['', 'answered', 'at once, US dollars', 'keeping the records for seven years'],
    ...FLOODS.flatMap((flood) =>
      Object.entries(DEFENCES).map(([when, defence]) => {
        const { answered, atOnce, keeping } = billOf(flood, defence);
        return [`${flood.name}: ${when}`, count(answered), usd(atOnce), usd(keeping)];
      }),
    ),
  ]);
