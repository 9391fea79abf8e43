import { randomBytes } from 'node:crypto';
import { type App, type Core, compose } from '../../lib/app.ts';
import { PUBLIC_URL, type Service } from '../service.ts';

/** Another service over the same stores and keys, as another process has it: with a memory of its own. */
export const openAnother = async (service: Service): Promise<{ readonly core: Core; readonly app: App }> => {
  const core = compose({
    trustDomain: service.trustDomain,
    trustDomainText: service.trustDomainText,
    publicUrls: [PUBLIC_URL],
    table: service.table,
    personal: service.personal,
    dataKeys: service.dataKeys,
    bucket: service.bucket,
    objects: service.objects,
    actKeys: service.actKeys,
    keys: service.keys,
    responderKeys: service.keys,
    clock: service.now,
    random: (n) => randomBytes(n),
    log: () => {},
  });
  const signer = await core.tokenIssuerKey();
  const app = await core.open({ embedded: { signer, issuer: PUBLIC_URL, audience: PUBLIC_URL } });
  return { core, app };
};
