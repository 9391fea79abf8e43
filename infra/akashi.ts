import type { Construct } from 'constructs';
import type { AkashiSettings } from './contract.ts';
import { bundle } from './lambda/bundle.ts';
import { Service } from './service.ts';

export type { AkashiSettings } from './contract.ts';
export { readEnvironment, stackOf } from './environment.ts';

/** The service. Its functions are bundled from this project's sources. */
export class Akashi extends Service {
  constructor(scope: Construct, id: string, settings: AkashiSettings) {
    super(scope, id, settings, bundle);
  }
}
