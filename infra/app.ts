import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readSettings } from './settings.ts';
import { AkashiStack } from './stack.ts';

/** `npx cdk synth`: needs no account, no credentials and no network. */
const app = new App();
const settings = readSettings(app.node.tryGetContext('akashi'));
const { account, region } = settings;
new AkashiStack(app, 'Akashi', {
  settings,
  env: { account, region },
  description: 'Akashi: certificates, their status, and who was told',
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
