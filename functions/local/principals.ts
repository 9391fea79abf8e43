import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Core } from '../../lib/app.ts';
import type { LocalEnv } from '../../lib/env.ts';
import type { Clock } from '../../lib/ports.ts';
import type { Objects } from '../../lib/store/store.ts';
import type { KeysFor, TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { CERTIFICATES_FOLDER, CREDENTIALS_FOLDER, TABLE_FILE } from './backup/names.ts';
import { certifyPrincipals, NONE_YET } from './certificates.ts';
import { assertMayAsk, demonstrationCredentials, isDemonstration } from './demonstration.ts';
import { readPeople } from './demonstration-people.ts';
import { readRequests, requestsFolder } from './requests.ts';

const HOW_TO = [
  `${NONE_YET}: two operators have a file approved that adds the operator, under another id or again after it was`,
  '  withdrawn, and its request stands beside that file at the start: docs/runbook.md, "An operator of the file without a key".',
];

/** How the operators of the file get their certificates: by their own requests, or as the demonstration's. */
export interface PrincipalsAtStart {
  readonly isShipped: boolean;
  /** Absent for the demonstration, whose principals ask for nothing. */
  readonly keysFor: KeysFor | undefined;
  /** Faults: those of `demonstration.ts`. */
  assertMayAsk(objects: Objects): Promise<void>;
  /** After the ceremony. Resolves with what it did, and with what the person at the terminal is told of the principals. */
  certify(
    core: Core,
    objects: Objects,
    clock: Clock,
  ): Promise<{ readonly steps: readonly string[]; readonly lines: readonly string[] }>;
}

/** `asked`: for whom somebody wants new credentials. Before a first start the requests are checked. Faults: those of `readRequests`. */
export const openPrincipals = async (
  env: Pick<LocalEnv, 'TRUST_DOMAIN' | 'DATA_DIR'>,
  { trustDomain, text }: { readonly trustDomain: TrustDomain; readonly text: string },
  asked: readonly string[],
): Promise<PrincipalsAtStart> => {
  const dataDir = resolve(env.DATA_DIR);
  const isShipped = await isDemonstration(text);
  const people = await readPeople();
  const requests = resolve(requestsFolder(env.TRUST_DOMAIN));
  const keysFor: KeysFor = async (added) => readRequests(requests, trustDomain, added);
  // The ceremony asks again. This is asked before the data folder is made.
  if (!isShipped && !existsSync(join(dataDir, TABLE_FILE))) {
    await keysFor(trustDomain.operators.map(({ id }) => id));
  }
  const credentials = join(dataDir, CREDENTIALS_FOLDER);
  const certificates = join(dataDir, CERTIFICATES_FOLDER);

  return {
    isShipped,
    keysFor: isShipped ? undefined : keysFor,
    assertMayAsk: (objects) => assertMayAsk({ objects, trustDomain, people, isShipped, asked }),

    certify: async (core, objects, clock) => {
      const played = await demonstrationCredentials({
        core,
        objects,
        trustDomain,
        people,
        isShipped,
        folder: credentials,
        asked,
        clock,
      });
      const others = trustDomain.operators.filter(({ id }) => !played.own.has(id));
      const certified = await certifyPrincipals(core, trustDomain, {
        principals: others.map(({ id }) => id),
        requests,
        folder: certificates,
        clock,
      });
      const notes = new Map([...played.without, ...certified.notes]);
      const enrolled = people.principals.filter(({ id }) => played.own.has(id));
      const listed = [...trustDomain.operators, ...enrolled].map(({ id, role, office, tenant, name }) => {
        const note = notes.get(id);
        const place = office ?? tenant;
        return `  ${id.padEnd(24)} ${role}${place === undefined ? '' : ` of ${place}`}, ${name.ja}${note === undefined ? '' : ` (${note})`}`;
      });
      return {
        steps: [
          ...(played.made.length > 0 ? [`credentials made for ${played.made.join(', ')}`] : []),
          ...certified.written.map(
            ({ principal, publicKeyDigest }) =>
              `${principal}: certificate in ${join(certificates, principal)}, for the key with the fingerprint ${publicKeyDigest}`,
          ),
        ],
        lines: [
          isShipped
            ? `Credentials, one folder for each principal: ${credentials}`
            : `Certificates of the first operators, one folder for each who has one: ${certificates}`,
          ...listed,
          ...([...certified.notes].some(([, note]) => note === NONE_YET) ? HOW_TO : []),
        ],
      };
    },
  };
};
