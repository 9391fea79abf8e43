import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../infra/lambda/bundle.ts';
import { LOADS, monthlyCost, privateCaCost, tables, total } from '../../infra/operations/cost-model.ts';
import { billOf, DEFENCES, FLOODS } from '../../infra/operations/flood.ts';
import { PRICES_AS_OF } from '../../infra/operations/prices.ts';
import { publicSettings, standIn, synthesise } from './synthesised.ts';

const { ofType, cdn } = synthesise(publicSettings(), { codeOf: standIn });

describe('the cost model', () => {
  const text = readFileSync(join(ROOT, 'docs', 'cost-model.md'), 'utf8');

  it('gives the tables of the document', () => {
    const between = /<!-- tables: begin -->\n\n([\s\S]*)\n\n<!-- tables: end -->/.exec(text)?.[1];
    expect(between).toBe(tables());
    expect(text).toContain(PRICES_AS_OF);
  });

  it('grows with every part of the load', () => {
    for (const load of LOADS) {
      const before = total(monthlyCost(load));
      for (const what of [
        'certificates',
        'issued',
        'revoked',
        'ocspAnswers',
        'ocspCached',
        'provisions',
        'crlBytes',
        'yearsOfRecords',
      ] as const) {
        expect(
          total(monthlyCost({ ...load, [what]: load[what] * 10 + 1 })),
          `${load.name} ${what}`,
        ).toBeGreaterThan(before);
      }
    }
  });

  it('has a price for each kind of thing in the template that is billed', () => {
    const lines = new Set(monthlyCost(LOADS[0] as (typeof LOADS)[number]).map(({ what }) => what));
    const billed: Readonly<Record<string, string>> = {
      'AWS::DynamoDB::GlobalTable': 'DynamoDB writes',
      'AWS::Lambda::Function': 'Lambda',
      'AWS::ApiGatewayV2::Api': 'API Gateway',
      'AWS::CloudFront::Distribution': 'CloudFront',
      'AWS::KMS::Key': 'KMS',
      'AWS::SecretsManager::Secret': 'Secrets Manager',
      'AWS::S3::Bucket': 'S3',
      'AWS::CloudWatch::Alarm': 'Logs, metrics, alarms, traces',
    };
    expect(Object.values(cdn?.Resources ?? {}).map(({ Type }) => Type)).toEqual(['AWS::WAFv2::WebACL']);
    expect(lines).toContain('WAF');
    for (const [type, line] of Object.entries(billed)) {
      expect(ofType(type).length, type).toBeGreaterThan(0);
      expect(lines, type).toContain(line);
    }
    // Four CAs, the log, the sealing key, the data key, the key of personal data: as many as the model counts.
    expect(ofType('AWS::KMS::Key')).toHaveLength((LOADS[0] as (typeof LOADS)[number]).cas + 4);
  });

  it('counts the tiers of AWS Private CA as its list does', () => {
    const [load] = LOADS as [(typeof LOADS)[number]];
    const issuing = (issued: number) => privateCaCost({ ...load, issued })[1]?.usd;
    expect(issuing(1_000)).toBe(750);
    expect(issuing(10_000)).toBe(750 + 3_150);
    expect(issuing(11_000)).toBe(750 + 3_150 + 1);
  });
});

describe('the bill of a flood', () => {
  const [few, slow, fast, day] = FLOODS;
  const { before, after } = DEFENCES;

  it('is under one dollar for a million questions from a few addresses, most of it WAF’s', () => {
    const { atOnce, passed, answered } = billOf(few, after);
    expect(few.questions).toBe(1_000_000);
    expect(atOnce).toBeLessThan(1);
    expect(atOnce).toBeGreaterThan(0.6);
    expect(answered).toBeLessThan(passed);
    expect(passed).toBeLessThan(few.questions / 10);
    expect(billOf(few, before).atOnce).toBeGreaterThan(2.5 * atOnce);
  });

  it('is less than before for every flood, and bounded for each second', () => {
    for (const flood of FLOODS) {
      const [then, now] = [billOf(flood, before), billOf(flood, after)];
      expect(now.atOnce, flood.name).toBeLessThan(then.atOnce);
      expect(now.keeping, flood.name).toBeLessThan(then.keeping);
    }
    expect(billOf(slow, after).answered).toBe(1_000_000);
    expect(billOf(fast, after).answered).toBe(500 * 100 + 1_000);
    expect(billOf(day, after).answered).toBe(500 * 86_400 + 1_000);
  });

  it('is that of the template: WAF’s limit and the throttle are those of the settings', () => {
    expect(JSON.stringify(cdn)).toContain(`"Limit":${after.requestsPerMinute}`);
    const throttles = ofType('AWS::ApiGatewayV2::Stage').map(
      ([, { Properties }]) => Properties.DefaultRouteSettings,
    );
    expect(throttles).toContainEqual({
      ThrottlingRateLimit: after.requestsPerSecond,
      ThrottlingBurstLimit: after.burst,
    });
  });
});
