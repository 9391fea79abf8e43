import { randomBytes } from 'node:crypto';
import { type App, compose, type Works } from '../../lib/app.ts';
import { PUBLIC_URL, type Service } from '../service.ts';

/** Another service over the same stores and keys, as another process has it: with a memory of its own. */
export const openAnother = async (
  service: Service,
): Promise<{ readonly works: Works; readonly app: App }> => {
  const works = compose({
    trustDomain: service.trustDomain,
    trustDomainText: '',
    publicUrls: [PUBLIC_URL],
    table: service.table,
    bucket: service.bucket,
    keys: service.keys,
    responderKeys: service.keys,
    clock: service.now,
    random: (n) => randomBytes(n),
    log: () => {},
  });
  const signer = await works.tokenIssuerKey();
  const app = await works.open({ embedded: { signer, issuer: PUBLIC_URL, audience: PUBLIC_URL } });
  return { works, app };
};
