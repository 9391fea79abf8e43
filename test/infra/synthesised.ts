import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { type Bundle, type bundle, ROOT } from '../../infra/lambda/bundle.ts';
import { readSettings, type Settings } from '../../infra/settings.ts';
import { AkashiStack } from '../../infra/stack.ts';

/** The stack as the tests synthesise it: the settings of cdk.json, and variants of them. */

const context = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context as Record<string, unknown>;

/** What `npx cdk synth` makes, with the operations CA of a ceremony that has been held. */
export const publicSettings = (): Settings => {
  const settings = readSettings(context().akashi);
  if (settings.network.kind !== 'public') throw new Error('cdk.json is expected to be of the public kind');
  const certificates = { ...settings.network.certificates, clientCa: CLIENT_CA };
  return { ...settings, network: { ...settings.network, certificates } };
};

export const privateSettings = (): Settings => ({
  ...readSettings(context().akashi),
  network: {
    kind: 'private',
    vpcCidr: '10.20.0.0/16',
    availabilityZones: ['ap-northeast-1a', 'ap-northeast-1c'],
    clients: ['10.0.0.0/8'],
    host: 'pki.akashi.lgwan.example',
    certificateArn:
      'arn:aws:acm:ap-northeast-1:111122223333:certificate/00000000-0000-0000-0000-000000000004',
    clientCa: CLIENT_CA,
  },
});

/** Any PEM will do: API Gateway reads it, we only say where it is. */
const CLIENT_CA = 'test/infra/client-ca.pem';

/** In place of a bundle: a function that says its name. */
export const standIn: typeof bundle = ({ id }): Bundle => {
  const folder = join(mkdtempSync(join(tmpdir(), 'bundle-')), id);
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.cjs'), `// ${id}\n`);
  const digest = createHash('sha256').update(id).digest('hex');
  return { folder, digest, metafile: { inputs: {}, outputs: {} } };
};

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Synthesised {
  readonly app: App;
  readonly stack: AkashiStack;
  readonly resources: Readonly<Record<string, Resource>>;
  /** The template without what differs from machine to machine. */
  readonly template: unknown;
  /** Of that type, by logical id. */
  ofType(type: string): readonly (readonly [string, Resource])[];
  /** Logical id of a function's resource, by the function's id. */
  functionId(id: string): string;
  roleId(id: string): string;
}

export const synthesise = (
  settings: Settings,
  options: {
    readonly bundle?: typeof bundle;
    /** By the CDK's own validation of templates, which takes longer than all the rest. */
    readonly validated?: boolean;
  } = {},
): Synthesised => {
  const app = new App({
    context: context(),
    outdir: mkdtempSync(join(tmpdir(), 'cdk-')),
    builtinCloudFormationValidation: options.validated ?? false,
  });
  const { account, region } = settings;
  const stack = new AkashiStack(app, 'Akashi', {
    settings,
    env: { account, region },
    ...(options.bundle && { bundle: options.bundle }),
  });
  const { template } = app.synth().getStackByName('Akashi') as {
    template: { Resources: Record<string, Resource> };
  };
  const resources = template.Resources;
  const logicalId = (construct: unknown): string => stack.getLogicalId(construct as never);
  const find = (id: string) => {
    const found = stack.functions.get(id);
    if (!found) throw new Error(`There is no function ${id}.`);
    return found;
  };
  return {
    app,
    stack,
    resources,
    template,
    ofType: (type) => Object.entries(resources).filter(([, resource]) => resource.Type === type),
    functionId: (id) => logicalId(find(id).lambda.node.defaultChild),
    roleId: (id) => logicalId(find(id).role.node.defaultChild),
  };
};
