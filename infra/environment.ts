import { readFileSync } from 'node:fs';
import { type App, Stack } from 'aws-cdk-lib';
import type { Place } from './contract.ts';
import { refusal } from './refusal.ts';
import { fileOf, readPlaced, type Settings } from './settings.ts';

export interface Environment {
  readonly place: Place;
  readonly settings: Settings;
}

/**
 * The stack of an environment, by the name in its settings: another environment in the same account and Region is another
 * stack, and a deployment of one never changes the other.
 */
export const stackOf = (app: App, { place, settings }: Environment): Stack =>
  new Stack(app, settings.name, {
    env: place,
    description: 'Akashi: certificates, their status, and who was told',
  });

/**
 * The settings of one environment: those of the file that the context names (`-c settings=FILE`, a path from the folder of
 * the synthesis or an absolute one), or else the object `akashi` of cdk.json. Fault: `configuration-invalid`.
 */
export const readEnvironment = (contextOf: (name: string) => unknown): Environment => {
  const path = contextOf('settings');
  if (path === undefined) return readPlaced(contextOf('akashi'), '"akashi" in the context of cdk.json');
  if (typeof path !== 'string' || path === '') {
    throw refusal(['settings: give the path of a file, as in -c settings=environments/private.json']);
  }
  return readPlaced(contentOf(fileOf('settings', path)), path);
};

const contentOf = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refusal([`settings: ${file} is not JSON (${(error as Error).message})`]);
  }
};
