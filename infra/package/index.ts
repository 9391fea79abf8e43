import type { Construct } from 'constructs';
import type { AkashiSettings } from '../contract.ts';
import { Service } from '../service.ts';
import { packedCode } from './code.ts';

export type { AkashiSettings, PrivateNetworkSettings, PublicNetworkSettings } from '../contract.ts';

/**
 * Akashi inside the importer's stack, whose account and Region must be explicit. Its subsystems are stacks nested there;
 * a public deployment has one more stack beside it, in us-east-1, with the web ACL of its CDN.
 */
export class Akashi extends Service {
  constructor(scope: Construct, id: string, settings: AkashiSettings) {
    super(scope, id, settings, packedCode);
  }
}
