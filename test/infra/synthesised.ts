import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnElement, NestedStack, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { AkashiSettings } from '../../infra/contract.ts';
import { readEnvironment } from '../../infra/environment.ts';
import { bundle, ROOT } from '../../infra/lambda/bundle.ts';
import type { CodeOf } from '../../infra/lambda/code.ts';
import { Service } from '../../infra/service.ts';
import type { Settings } from '../../infra/settings.ts';
import { type Flattened, flatten, type Resource, type Template } from './flattened.ts';

export type { Resource } from './flattened.ts';

/** The stack as the tests synthesise it: the settings of cdk.json, and variants of them. */

const context = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context as Record<string, unknown>;

/** The settings of `npx cdk synth`, with the operations CA of a past ceremony. */
export const publicSettings = (): Settings => {
  const { settings } = readEnvironment((name) => context()[name]);
  if (settings.network.kind !== 'public') throw new Error('cdk.json is expected to be of the public kind');
  const certificates = { ...settings.network.certificates, clientCa: CLIENT_CA };
  return { ...settings, network: { ...settings.network, certificates } };
};

/** The settings of `npx cdk synth -c settings=environments/private.json`, likewise. */
export const privateSettings = (): Settings => {
  const { settings } = readEnvironment((name) => ({ settings: PRIVATE_EXAMPLE })[name as 'settings']);
  if (settings.network.kind !== 'private')
    throw new Error('The example is expected to be of the private kind');
  return { ...settings, network: { ...settings.network, clientCa: CLIENT_CA } };
};

export const PRIVATE_EXAMPLE = join(ROOT, 'environments', 'private.json');

/** Any PEM will do: API Gateway reads it, and the template only has its address. */
const CLIENT_CA = 'test/infra/client-ca.pem';

/** In place of bundled code: a function that says its name. */
export const standIn: CodeOf = ({ id }) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'bundle-')), id);
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.cjs'), `// ${id}\n`);
  return { folder, digest: createHash('sha256').update(id).digest('hex') };
};

export interface Synthesised extends Flattened {
  readonly app: App;
  readonly stack: Stack;
  readonly service: Service;
  /** The resources of that type, by the name of the stack and the logical id in one text. */
  ofType(type: string): readonly (readonly [string, Resource])[];
  /** Logical id of a function's resource, by the function's id. */
  functionId(id: string): string;
  roleId(id: string): string;
  /** Template of the web ACL's stack, where there is one. */
  readonly cdn: Template | undefined;
}

/** The account and Region of every variant. */
export const PLACE = { account: '111122223333', region: 'ap-northeast-1' };

export const synthesise = (
  settings: AkashiSettings,
  options: {
    readonly codeOf?: CodeOf;
    /** Runs the CDK's own validation of templates, which takes longer than all the rest. */
    readonly validated?: boolean;
    readonly place?: typeof PLACE;
  } = {},
): Synthesised => {
  const app = new App({
    context: context(),
    outdir: mkdtempSync(join(tmpdir(), 'cdk-')),
    builtinCloudFormationValidation: options.validated ?? false,
  });
  const stack = new Stack(app, 'Akashi', { env: options.place ?? PLACE });
  const service = new Service(stack, 'Akashi', settings, options.codeOf ?? bundle);
  const assembly = app.synth();
  const files = new Map(
    stack.node
      .findAll()
      .filter((construct) => construct instanceof NestedStack)
      .map((nested) => [
        stack.resolve(nested.nestedStackResource?.ref).Ref as string,
        join(assembly.directory, nested.templateFile),
      ]),
  );
  const flat = flatten(assembly.getStackByName('Akashi').template, (id) => files.get(id) ?? '');
  const { resources } = flat;
  const idOf = (construct: IConstruct): string => {
    const made = construct.node.defaultChild as CfnElement;
    const within = Stack.of(made);
    return `${within.nested ? within.node.id : ''}${within.getLogicalId(made)}`;
  };
  const find = (id: string) => {
    const found = service.functions.get(id);
    if (!found) throw new Error(`There is no function ${id}.`);
    return found;
  };
  return {
    ...flat,
    app,
    stack,
    service,
    cdn: assembly.stacks.find(({ id }) => id.endsWith('-Cdn'))?.template,
    ofType: (type) => Object.entries(resources).filter(([, resource]) => resource.Type === type),
    functionId: (id) => idOf(find(id).lambda),
    roleId: (id) => idOf(find(id).role),
  };
};
