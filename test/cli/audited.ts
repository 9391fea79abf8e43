import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { expect } from 'vitest';
import { serveService } from '../served-service.ts';
import { type Options, openService, type Service, temporaryFolder } from '../service.ts';
import { akashi, type Ended } from './in-process.ts';

/** Lets a test tamper with a stopped service's real files, and audit the service when it runs again. */
export interface Audited {
  /** The folder of the service's data, which tests may change. */
  readonly data: string;
  /** Puts back the original data. */
  restore(): void;
  /** Runs a statement on the table. It must change a row. */
  sql(statement: string, ...values: readonly SQLInputValue[]): void;
  /** The same on the table of personal data. */
  personalSql(statement: string, ...values: readonly SQLInputValue[]): void;
  rows(statement: string, ...values: readonly SQLInputValue[]): readonly Record<string, unknown>[];
  /** Runs the service for a while, over the data as they are. */
  run(act: (service: Service) => Promise<void>): Promise<void>;
  verify(...more: readonly string[]): Promise<Ended>;
  /** The same by an auditor whose clock is `ahead` milliseconds ahead. */
  verifyLater(ahead: number): Promise<Ended>;
  /** The same while the service is at work: `act` is done again and again until the verdict is there. */
  verifyBeside(act: (service: Service) => Promise<void>): Promise<Ended>;
  remove(): void;
}

export interface Found {
  readonly damage: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export const sequenceAll = async (service: Service): Promise<void> => {
  while ((await service.core.sequencer.sequence()).leaves > 0);
};

const changing =
  (statement: string, values: readonly SQLInputValue[]) =>
  (db: DatabaseSync): void => {
    expect(db.prepare(statement).run(...values).changes).toBeGreaterThan(0);
  };

const PUBLIC_URL = 'http://127.0.0.1:1';

/** `prepare` gives the service the history that is audited. It begins `ago` milliseconds before now, under that trust domain. */
export const openAudited = async (
  prepare: (service: Service, folder: string) => Promise<void>,
  { ago = 0, domain }: { readonly ago?: number; readonly domain?: Options['domain'] } = {},
): Promise<Audited> => {
  const folder = temporaryFolder();
  const clean = join(folder.path, 'clean');
  const data = join(folder.path, 'data');
  const keyFile = join(folder.path, 'log.vkey');
  const state = join(folder.path, 'state.json');
  const options: Options = { publicUrl: PUBLIC_URL, ...(domain && { domain }) };

  const runOver = async (
    place: string,
    act: (service: Service) => Promise<void>,
    ahead = 0,
  ): Promise<void> => {
    const service = await openService(place, { ...options, ahead });
    try {
      await act(service);
      await sequenceAll(service);
    } finally {
      await service.close();
    }
  };
  await runOver(
    clean,
    async (service) => {
      await prepare(service, folder.path);
      await sequenceAll(service);
      writeFileSync(keyFile, `${await service.app.transparencyLog.verifierKey()}\n`);
    },
    -ago,
  );

  const inTable = <T>(act: (db: DatabaseSync) => T, file = 'table.sqlite'): T => {
    const db = new DatabaseSync(join(data, file));
    try {
      return act(db);
    } finally {
      db.close();
    }
  };

  type Verify = (more?: readonly string[], ahead?: number) => Promise<Ended>;
  const serving = async (run: (service: Service, verify: Verify) => Promise<Ended>): Promise<Ended> => {
    const service = await serveService(data, options);
    try {
      const { token } = await service.app.principals.issueToken(service.principal('auditor'));
      const auditor = ['--url', service.url, '--token', token];
      const log = ['--key', keyFile, '--state', state];
      return await run(service, (more = [], ahead = 0) =>
        akashi(['audit', 'verify', ...auditor, ...log, '--json', ...more], { now: () => Date.now() + ahead }),
      );
    } finally {
      await service.close();
    }
  };

  return {
    data,
    restore: () => {
      rmSync(data, { recursive: true, force: true });
      rmSync(state, { force: true });
      cpSync(clean, data, { recursive: true });
    },
    sql: (statement, ...values) => inTable(changing(statement, values)),
    personalSql: (statement, ...values) => inTable(changing(statement, values), 'personal.sqlite'),
    rows: (statement, ...values) => inTable((db) => db.prepare(statement).all(...values)),
    run: (act) => runOver(data, act),
    verify: (...more) => serving((_, verify) => verify(more)),
    verifyLater: (ahead) => serving((_, verify) => verify([], ahead)),
    verifyBeside: (act) =>
      serving(async (service, verify) => {
        let over = false;
        const verdict = verify().finally(() => {
          over = true;
        });
        while (!over) await act(service);
        return verdict;
      }),
    remove: () => folder.remove(),
  };
};

export const findings = ({ out, err }: Ended): readonly Found[] => {
  expect(out, err).not.toBe('');
  return (JSON.parse(out) as { findings: Found[] }).findings;
};

export const damages = (ended: Ended): readonly string[] => [
  ...new Set(findings(ended).map(({ damage }) => damage)),
];
