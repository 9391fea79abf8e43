import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Fault } from '../lib/fault.ts';
import { Akashi, readEnvironment, stackOf } from './akashi.ts';

/**
 * `npx cdk synth`: needs no account, no credentials and no network. The settings are the object `akashi` of cdk.json, or
 * those of another file (`-c settings=FILE`). Bad settings end it with one line and code 1.
 */
const synthesise = (): void => {
  const app = new App();
  const environment = readEnvironment((name) => app.node.tryGetContext(name));
  new Akashi(stackOf(app, environment), 'Akashi', environment.settings);
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
