import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Fault } from '../lib/fault.ts';
import { Akashi, readEnvironment } from './akashi.ts';

/**
 * `npx cdk synth`: needs no account, no credentials and no network. The settings are the object `akashi` of cdk.json, or
 * those of another file (`-c settings=FILE`). Bad settings end it with one line and code 1.
 */
const synthesise = (): void => {
  const app = new App();
  const { place, settings } = readEnvironment((name) => app.node.tryGetContext(name));
  const stack = new Stack(app, 'Akashi', {
    env: place,
    description: 'Akashi: certificates, their status, and who was told',
  });
  new Akashi(stack, 'Akashi', settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
};

try {
  synthesise();
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  process.stderr.write(`${error.code}: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = 1;
}
