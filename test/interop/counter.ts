import { join } from 'node:path';
import { principalCredentials } from '../../functions/local-credentials.ts';
import {
  collectInto,
  issueThroughOffice,
  type Options,
  opensslRequest,
  type Service,
  serveService,
} from '../service.ts';

export interface Held {
  readonly ref: { readonly ca: string; readonly serial: string };
  /** Files in PEM. */
  readonly certificate: string;
  readonly ca: string;
}

/** The service behind its doors, principals with their credentials in `credentials`, and certificates by name as files. */
export interface Counter {
  readonly service: Service & { readonly url: string; readonly tlsPort: number };
  at(name: string): string;
  issue(name: string, profile: string): Promise<Held>;
  get(name: string): Held;
}

export const openCounter = async (
  folder: string,
  options: Omit<Options, 'publicUrl'> = {},
): Promise<Counter> => {
  const at = (name: string): string => join(folder, name);
  const service = await serveService(at('data'), options);
  await principalCredentials(service.works, at('credentials'), service.trustDomain, service.now);
  const held = new Map<string, Held>();
  return {
    service,
    at,
    issue: async (name, profile) => {
      const request = await issueThroughOffice(service, profile, opensslRequest(folder, name));
      const one = { ref: request.certificate, ...(await collectInto(service, request.id, folder, name)) };
      held.set(name, one);
      return one;
    },
    get: (name) => {
      const found = held.get(name);
      if (!found) throw new Error(`no certificate ${name}`);
      return found;
    },
  };
};
