import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runTask, type TaskName } from '../../functions/tasks/housekeeping.ts';
import type { CertificateRef, Duty } from '../../lib/principal.ts';
import { akashi } from '../cli/in-process.ts';
import { type Answer, type Credential, type Json, openDoors } from '../functions/routes/enrolment/doors.ts';
import { newCsr } from '../registration/csr.ts';
import { serveService } from '../served-service.ts';
import { type DomainFile, FIELDS } from '../service.ts';
import { type NotingTable, notingTable, type Snapshot } from '../store/row-attacks.ts';
import { MINAMI, officer } from './people.ts';

/** What an office does in a year, by the service's public doors and by commands. */

export type Who = string | Credential;
export type Year = Awaited<ReturnType<typeof openYear>>;

export const SAKAI = 'operator-sakai';
export const NODA = 'operator-noda';
export const NISHI = 'mizusaki-nishi';
/** Nishi's responsible person. */
export const NISHI_CHIEF = 'nishi-examiner';
export const TERMS = {
  ...MINAMI,
  officeApproval: true,
  profiles: ['official-position', 'person-authentication'],
};

/** CRLs that hold for the whole story: no task publishes on the days between its steps. */
const longCrls = ({ authorities }: DomainFile): void => {
  for (const { crl } of authorities) Object.assign(crl, { interval: 'P900D', nextUpdate: 'P1000D' });
};

const TASKS: readonly TaskName[] = ['due', 'recovery', 'responders', 'closings', 'publication', 'reports'];

/** The rows of enrolment and of requests. */
const BEHIND_RIGHTS = /^(enrolled-|request\/|requests\b|request-idempotency\/|issued-to\/)/;

/** The service as it is at that time in Japan. */
export const openYear = async (folder: string, jst: string) => {
  let rows: NotingTable | undefined;
  const service = await serveService(folder, {
    domain: longCrls,
    ahead: Date.parse(`${jst}+09:00`) - Date.now(),
    table: (table) => {
      rows = notingTable(table, (pk) => BEHIND_RIGHTS.test(pk));
      return rows;
    },
  });
  const { ask, ok, enter, refused: codeOf } = openDoors(service);
  const people: Record<string, Credential> = {};
  const who = (id: string): Credential => people[id] as Credential;
  const principal = (id: string, step: string): string => `/api/v1/principals/${id}/${step}`;

  const refused = (by: Who | undefined, ...asked: readonly [string, string, object?]): Promise<string> =>
    codeOf(ask(by, ...asked));

  /** The clock comes to that time, and the housekeeping has its turn. Gives the principals that changed. */
  const comes = async (time: string): Promise<readonly string[]> => {
    service.advance(Date.parse(`${time}+09:00`) - service.now());
    const changed: string[] = [];
    for (const task of TASKS)
      await runTask(task, service.core, (level, message, facts) => {
        expect({ level, message, facts }).toMatchObject({ level: 'info' });
        if (task === 'due') changed.push(...(facts as { readonly done: readonly string[] }).done);
      });
    return changed.sort();
  };

  /** The responsible person invites an officer of Minami, who brings a key. */
  const enrol = async (id: string, duties: readonly Duty[], more: object = {}): Promise<void> => {
    const terms = { ...officer(id, ...duties), ...more };
    const { invitation } = await ok(201, ask(who('chief'), 'POST', principal(id, 'invitation'), terms));
    people[id] = await enter(invitation, who('chief'));
  };

  const submit = async (by: Who, more: object = {}, profile = 'official-position'): Promise<Answer> =>
    ask(by, 'POST', '/api/v1/requests', { profile, csr: await newCsr(), fields: FIELDS[profile], ...more });

  const examine = (by: Who, id = '', decision: object = { decision: 'approve' }): Promise<Answer> =>
    ask(by, 'POST', `/api/v1/requests/${id}/examinations`, decision);

  /** Each of them approves. Gives the request. */
  const approved = async (id: string | undefined, ...by: readonly Who[]): Promise<Json> => {
    let request: Json;
    for (const one of by) request = await ok(200, examine(one, id));
    return request;
  };

  const revoke = (by: Who, ref: CertificateRef | undefined, reason: string): Promise<Answer> =>
    ask(by, 'POST', `/api/v1/certificates/${ref?.ca}/${ref?.serial}/revocation`, { reason });

  const tokenOf = async (by: Who): Promise<string> =>
    typeof by === 'object'
      ? (await ok(200, ask(by, 'POST', '/token'))).token
      : (await service.app.principals.issueToken(service.principal(by))).token;

  /** The command reads these lines from a file. Gives what it says of each row, and of all. */
  const fromFile = async (by: Who, step: string, ...lines: readonly string[]): Promise<readonly Json[]> => {
    const file = join(folder, `${step}.csv`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    const caller = ['--url', service.url, '--token', await tokenOf(by), '--json'];
    const { out, err } = await akashi(['officers', step, '--file', file, ...caller]);
    expect(err).toBe('');
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  /** By an auditor of the service, with the command. */
  const verify = async () => {
    while ((await service.core.sequencer.sequence()).leaves > 0);
    const key = join(folder, 'log.vkey');
    writeFileSync(key, `${await service.app.transparencyLog.verifierKey()}\n`);
    const log = ['--key', key, '--state', join(folder, 'audit.json'), '--no-queries'];
    const caller = ['--url', service.url, '--token', await tokenOf('auditor'), '--json'];
    return akashi(['audit', 'verify', ...log, ...caller], { now: service.now });
  };

  return {
    service,
    rows: rows as NotingTable,
    people,
    /** What the story has made so far, by its names there. */
    certificates: {} as Record<string, CertificateRef>,
    requests: {} as Record<string, string>,
    /** The rows that stand behind rights, at points of the story. */
    snapshots: {} as Record<string, Snapshot>,
    ...{ ask, ok, enter, codeOf, who, principal, refused, comes, enrol, submit, examine, approved, revoke },
    ...{ fromFile, verify },
    /** The request's id. */
    submits: async (by: Who, more?: object, profile?: string): Promise<string> =>
      (await ok(201, submit(by, more, profile))).id,
    known: (id: string): Promise<Json> => ok(200, ask(who(id), 'GET', '/api/v1/whoami')),
    closed: (id: string): Promise<string> => refused(who(id), 'GET', '/api/v1/whoami'),
  };
};
