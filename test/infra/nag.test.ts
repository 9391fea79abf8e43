import { App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { privateSettings, publicSettings, standIn, synthesise } from './synthesised.ts';

/** The findings of cdk-nag without the acknowledgements. */
const unanswered = (app: App): AwsSolutionsChecks =>
  Object.assign(new AwsSolutionsChecks(app), { isAcknowledged: () => false });

const findings = (pack: AwsSolutionsChecks, scope: App): readonly string[] =>
  pack
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    )
    .sort();

interface Acknowledged {
  readonly path: string;
  readonly rule: string;
  readonly reason: string;
}

const acknowledged = (scope: App): readonly Acknowledged[] =>
  scope.node.findAll().flatMap((construct: IConstruct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(data as Record<string, string>).flatMap(([id, reason]) => {
          const rule = /AwsSolutions-.*$/.exec(id)?.[0];
          return rule === undefined ? [] : [{ path: construct.node.path, rule, reason: String(reason) }];
        }),
      ),
  );

describe.each([
  ['public', publicSettings],
  ['private', privateSettings],
])('cdk-nag, AwsSolutions, %s network', (_kind, settings) => {
  const { app } = synthesise(settings(), { codeOf: standIn });

  it('finds nothing', () => {
    expect(findings(new AwsSolutionsChecks(app), app)).toEqual([]);
  });

  it('has a reason for each rule that is not followed, and for no other rule', () => {
    const all = findings(unanswered(app), app);
    const answered = acknowledged(app);
    expect(answered.length).toBeGreaterThan(0);
    const needless = answered.filter(
      ({ rule, path }) => !all.some((found) => found.startsWith(`${rule} ${path}`)),
    );
    expect(needless).toEqual([]);
    expect(answered.filter(({ reason }) => reason.length < 40)).toEqual([]);
  });
});

it('cdk-nag finds a fault in a stack that has one', () => {
  const app = new App();
  new Bucket(new Stack(app, 'Plain'), 'Bucket');
  expect(findings(new AwsSolutionsChecks(app), app)).toContain('AwsSolutions-S1 Plain/Bucket/Resource');
});
