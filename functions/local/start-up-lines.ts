import type { App } from '../../lib/app.ts';
import type { LocalEnv } from '../../lib/env.ts';
import type { TrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import type { Served } from './server.ts';

/** What the person at the terminal reads when the service listens. */
export const startUpLines = async (
  app: App,
  env: LocalEnv,
  trustDomain: TrustDomain,
  served: Served,
  principals: readonly string[],
  isDemonstration: boolean,
): Promise<readonly string[]> => {
  const behind = await app.tableStanding.behind();
  const logKey = await app.transparencyLog.verifierKey().catch(() => undefined);
  return [
    ...(behind === undefined
      ? []
      : [
          `WARNING: the table is ${behind.published - behind.table} leaves behind its log (${behind.table} of ${behind.published}).`,
          '  Nothing is issued and OCSP answers tryLater. Two operators record what was lost: npx akashi recover',
        ]),
    `Akashi listens, trust domain "${trustDomain.name}" (${trustDomain.title.ja}):`,
    `  http://localhost:${served.port}    pages for everybody, CA certificates, CRLs, OCSP; the API with a token, from this machine only`,
    `  https://localhost:${served.tlsPort}   the console and the API with a client certificate`,
    ...principals,
    ...(logKey === undefined ? [] : [`Verifier key of the log, for auditors to keep: ${logKey}`]),
    'Try next:',
    ...nextCommands(env, trustDomain, served, isDemonstration).map((command) => `  ${command}`),
  ];
};

/** Opens the pages in a browser, signed in. */
const CONSOLE = 'npx akashi console --as';

/** Commands that can be pasted into another shell; those of a real office need its people's own credentials. */
const nextCommands = (
  env: LocalEnv,
  trustDomain: TrustDomain,
  served: Served,
  isDemonstration: boolean,
): readonly string[] => {
  const [operator] = trustDomain.operators;
  const where = [
    ...(served.port === 8080 ? [] : [`AKASHI_URL=http://localhost:${served.port}`]),
    ...(served.tlsPort === 8443 ? [] : [`AKASHI_TLS_URL=https://localhost:${served.tlsPort}`]),
    // The people of a real office have their credentials on machines of their own.
    ...(env.DATA_DIR === './data' || !isDemonstration ? [] : [`DATA_DIR=${env.DATA_DIR}`]),
  ];
  return [
    ...(isDemonstration
      ? [
          'npm run demo',
          `${CONSOLE} higashi-counter`,
          'npx akashi requests --as higashi-counter',
          'npx akashi provisions --as auditor',
        ]
      : [
          `npx akashi offices list --as ${operator?.id}`,
          `npx akashi requests --as ${operator?.id}`,
          `${CONSOLE} ${operator?.id}`,
        ]),
  ].map((command) => [...where, command].join(' '));
};
