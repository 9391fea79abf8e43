import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROUTE_FUNCTIONS, TASK_FUNCTIONS } from '../../infra/functions.ts';
import { ROOT } from '../../infra/lambda/bundle.ts';
import { allows, leadingKeys, list, named, roleStatements, type Statement } from './policies.ts';
import { privateSettings, publicSettings, standIn, synthesise } from './synthesised.ts';

const ALL_RIGHTS = ['list', 'open', 'make', 'destroy'] as const;
type Right = (typeof ALL_RIGHTS)[number];

/** Functions that show, change or end personal data; and their rights on data keys. */
const GRANTED: Readonly<Record<string, readonly Right[]>> = {
  'request-submit': ['open', 'make'],
  requests: ['open'],
  'request-exports': ['open'],
  'request-examinations': ['open', 'make'],
  'request-withdrawal': ['open', 'make'],
  'request-certificate': ['open'],
  'batch-files': ['open', 'make'],
  batches: ['open'],
  'batch-examining': ['open', 'make'],
  'batch-submissions': ['open', 'make'],
  'batch-examinations': ['open', 'make'],
  enrolled: ['open'],
  'principal-acts': ['open', 'make'],
  invitations: ['open'],
  'principal-enrolment': ['open', 'make'],
  'principal-ends': ['open'],
  certificates: ['open'],
  'certificate-lists': ['open'],
  'certificate-exports': ['open'],
  certificate: ['open'],
  'disclosure-bundles': ['open'],
  'data-orders': ['list'],
  'data-erasure': ['open'],
  'data-end': ['open', 'make', 'destroy'],
  'session-pages': ['open'],
  'request-pages': ['open'],
  'certificate-pages': ['open'],
  ceremony: ['open', 'make'],
  'scheduled-recovery': ['open', 'make'],
  'scheduled-closings': ['open', 'make'],
  'scheduled-retention': ALL_RIGHTS,
};

describe.each([
  ['public', publicSettings],
  ['private', privateSettings],
])('personal data, %s network', (_kind, settings) => {
  const made = synthesise(settings(), { codeOf: standIn });
  const { ofType, roleId, service } = made;
  const functions = [...ROUTE_FUNCTIONS, ...TASK_FUNCTIONS].filter(({ id }) => service.functions.has(id));
  const [, items = '', dataKeys = ''] = ofType('AWS::DynamoDB::GlobalTable').map(([id]) => id);
  const [key = ''] = ofType('AWS::KMS::Key')
    .filter(([, { Properties }]) => Properties.Description === 'Personal data and their data keys')
    .map(([id]) => id);

  const statementsOn = (id: string, resource: string): readonly Statement[] =>
    roleStatements(made, roleId(id)).filter(({ Resource }) =>
      list(Resource as unknown).some((one) => named(one) === resource),
    );
  const having = (action: string, resource: string): readonly string[] =>
    functions
      .filter(({ id }) => statementsOn(id, resource).some((statement) => allows(statement, action)))
      .map(({ id }) => id)
      .sort();
  const withRight = (...rights: readonly Right[]): readonly string[] =>
    Object.entries(GRANTED)
      .filter(([, granted]) => rights.some((right) => granted.includes(right)))
      .map(([id]) => id)
      .sort();

  it('are reached by the functions that show, change or end them; not by OCSP, CRLs, the log or reports', () => {
    const all = Object.keys(GRANTED).sort();
    const reaching = (resource: string): readonly string[] =>
      functions
        .filter(({ id }) => statementsOn(id, resource).length > 0)
        .map(({ id }) => id)
        .sort();
    expect(reaching(dataKeys)).toEqual(all);
    expect(reaching(key)).toEqual(all);
    expect(reaching(items)).toEqual(withRight('open'));
    const environments = functions.filter(({ id }) => {
      const { Environment } = made.resources[made.functionId(id)]?.Properties ?? {};
      return 'PERSONAL_TABLE' in (Environment as { Variables: object }).Variables;
    });
    expect(environments.map(({ id }) => id).sort()).toEqual(all);
  });

  it('have data keys that are listed, opened, made and destroyed by as few', () => {
    expect(having('dynamodb:GetItem', dataKeys)).toEqual(withRight('open', 'make', 'destroy'));
    expect(having('dynamodb:PutItem', dataKeys)).toEqual(withRight('make'));
    expect(having('dynamodb:DeleteItem', dataKeys)).toEqual(withRight('destroy'));
    expect(having('dynamodb:Query', dataKeys)).toEqual(withRight('list'));
    for (const action of ['dynamodb:Scan', 'dynamodb:UpdateItem', 'dynamodb:BatchGetItem']) {
      expect([having(action, dataKeys), having(action, items)], action).toEqual([[], []]);
    }
  });

  it('have a key that is used for data keys by name, and otherwise through DynamoDB alone', () => {
    const byName = (sid: string): readonly string[] =>
      functions
        .filter(({ id }) => statementsOn(id, key).some(({ Sid }) => Sid === sid))
        .map(({ id }) => id)
        .sort();
    expect(byName('DataKeyOpen')).toEqual(withRight('open'));
    expect(byName('DataKeyMake')).toEqual(withRight('make'));
    for (const id of Object.keys(GRANTED)) {
      for (const { Sid, Condition, Action } of statementsOn(id, key)) {
        if (Sid === 'PersonalTablesKey') {
          expect(Condition?.StringEquals?.['kms:ViaService'], id).toMatch(/^dynamodb\./);
          continue;
        }
        expect(list(Action)).toEqual([Sid === 'DataKeyOpen' ? 'kms:Decrypt' : 'kms:GenerateDataKey']);
        expect(Condition, id).toEqual({
          'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['data-key'] },
          Null: { 'kms:EncryptionContextKeys': 'false' },
        });
      }
    }
  });

  it('are never granted whole: each role has its partitions', () => {
    for (const id of Object.keys(GRANTED)) {
      for (const resource of [items, dataKeys]) {
        for (const statement of statementsOn(id, resource)) {
          const keys = leadingKeys(statement) ?? [];
          expect(keys.length, `${id} ${statement.Sid}`).toBeGreaterThan(0);
          expect(keys, `${id} ${statement.Sid}`).not.toContain('*');
        }
      }
    }
  });

  it('leave each role below what IAM takes of inline policies', () => {
    for (const [id, { Properties }] of ofType('AWS::IAM::Role')) {
      const policies = list(Properties.Policies as { PolicyDocument: unknown }[] | undefined);
      const size = policies.reduce((sum, { PolicyDocument }) => sum + sizeOf(PolicyDocument), 0);
      expect(size, id).toBeLessThan(MOST_INLINE);
    }
  });
});

/** IAM: all inline policies of a role together, without white space. */
const MOST_INLINE = 10_240;

/** With the longest of names: CloudFormation makes them of the stack, the logical id and 13 characters. */
const sizeOf = (document: unknown): number => {
  const arn = (id: string): string =>
    `arn:aws:dynamodb:ap-northeast-1:111122223333:table/${'a'.repeat(21)}-${id}-${'A'.repeat(13)}`;
  const named = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(named);
    if (typeof value !== 'object' || value === null) return value;
    const {
      Ref,
      'Fn::GetAtt': attribute,
      'Fn::Join': join,
    } = value as {
      Ref?: string;
      'Fn::GetAtt'?: [string, string];
      'Fn::Join'?: [string, unknown[]];
    };
    if (Ref !== undefined) return Ref.startsWith('AWS::') ? 'ap-northeast-1' : arn(Ref);
    if (attribute) return /Bucket/.test(attribute[0]) ? `arn:aws:s3:::${'b'.repeat(63)}` : arn(attribute[0]);
    if (join) return (named(join[1]) as string[]).join(join[0]);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, named(inner)]));
  };
  return JSON.stringify(named(document)).length;
};

describe('copies of data keys', () => {
  const recoveryWith = (dataKeyCopies: string): unknown => {
    const settings = publicSettings();
    const file = JSON.parse(readFileSync(join(ROOT, settings.trustDomain), 'utf8'));
    const trustDomain = join(mkdtempSync(join(tmpdir(), 'copies-')), 'trust-domain.json');
    writeFileSync(trustDomain, JSON.stringify({ ...file, retention: { ...file.retention, dataKeyCopies } }));
    const { ofType } = synthesise({ ...settings, trustDomain }, { codeOf: standIn });
    const tables = ofType('AWS::DynamoDB::GlobalTable').map(([, { Properties }]) => {
      const [replica] = Properties.Replicas as [Record<string, Record<string, unknown>>];
      return replica.PointInTimeRecoverySpecification?.RecoveryPeriodInDays;
    });
    return tables;
  };

  it('end after the days that the trust domain says, and those of rows after 35', () => {
    expect(recoveryWith('P7D')).toEqual([35, 35, 7]);
    // The shortest month.
    expect(recoveryWith('P1M')).toEqual([35, 35, 28]);
  });

  it.each(['P36D', 'P2M', 'PT12H'])('cannot last %s on AWS, and the refusal says what to write', (period) => {
    expect(() => recoveryWith(period)).toThrow(/retention\.dataKeyCopies is \d+ days; .* 1 to 35, .* P30D\./);
  });
});
