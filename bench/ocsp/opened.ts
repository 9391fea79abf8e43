import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { App } from '../../lib/app.ts';
import { openSealedKeys } from '../../lib/keys/sealed.ts';
import {
  issuerTermsOf,
  openIssuers,
  openOcsp,
  openRegister,
  openResponders,
} from '../../lib/status/status.ts';
import type { Opened } from './store.ts';

/**
 * The service over an existing store, recorded or unrecorded. Only the benchmark has the unrecorded service, whose
 * recorder does nothing: the difference is the cost of recording.
 */
export const openApp = async (
  folder: string,
  { core, table, trustDomain }: Opened,
  mode: string,
): Promise<App> => {
  const app = await core.open({});
  if (mode === 'recorded') return app;
  const ports = { table, clock: () => Date.now(), log: () => {} };
  const keys = await openSealedKeys({
    folder: join(folder, 'keys'),
    passphrase: 'benchmark',
    random: (n) => randomBytes(n),
  });
  const terms = trustDomain.authorities.map(issuerTermsOf);
  const issuers = openIssuers({ ...ports, terms, isCertificateOf: async () => true });
  const register = openRegister(table);
  const { ocsp } = openOcsp({
    ...ports,
    issuers,
    register,
    responders: openResponders({ ...ports, register, keys }),
    recorder: { append: async () => [], appendSigned: async () => [] },
    requestorOf: () => Promise.reject(new Error('no signed requests here')),
    assertAnswers: async () => {},
    currentCrl: async () => undefined,
    crlUrlOf: async () => undefined,
  });
  return { ...app, status: { ...app.status, ocsp } };
};
