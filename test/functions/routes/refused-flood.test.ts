import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiskFloor } from '../../../functions/local/disk-floor.ts';
import { Fault } from '../../../lib/fault.ts';
import { checkWorld } from '../../world.ts';
import { REQUEST, testApp } from '../app.ts';
import { open } from '../wire.ts';
import { type Doors, openDoors, type Provision } from './who-looked.ts';

/** Anybody can have credentials refused as often as he likes. What that leaves is bounded, and nobody waits for it in vain. */

const CONNECTIONS = 64;
const PATH = '/api/v1/requests';

let isDown = false;
const disk: { level: DiskFloor['level'] } = { level: 'enough' };
let doors: Doors;

beforeAll(async () => {
  doors = await openDoors({
    disk,
    table: (table) => ({
      ...table,
      get: table.get.bind(table),
      query: table.query.bind(table),
      write: async (writes) => {
        if (isDown) throw new Fault('store-unavailable', 'The table does not answer (a test).');
        return table.write(writes);
      },
      ...(table.beforeCommit && { beforeCommit: table.beforeCommit.bind(table) }),
    }),
  });
}, 120_000);
afterAll(() => doors.close());

/** Status codes of so many refusals, over so many connections that are kept. */
const refuse = async (count: number, connections: number): Promise<ReadonlySet<number>> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { port } = new URL(doors.service.url);
  const codes = new Set<number>();
  let left = count;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left-- > 0) {
        const sent = httpRequest({
          host: '127.0.0.1',
          port,
          path: PATH,
          agent,
          headers: { authorization: 'Bearer x.y.z' },
        });
        const answered = once(sent, 'response');
        sent.end();
        const [response] = await answered;
        codes.add(response.statusCode);
        for await (const _ of response);
      }
    }),
  );
  agent.destroy();
  return codes;
};

const refusals = async (): Promise<readonly Provision[]> => {
  const page = await doors.service.app.ledger.query({ recipient: 'public', channel: 'sign-in', limit: 1000 });
  return page.records as readonly Provision[];
};

/** Rows of the table. The service has locked the file, so a copy is read. */
const rowsOf = (statement: string, ...values: readonly string[]): readonly Record<string, unknown>[] => {
  const copy = mkdtempSync(join(doors.folder, 'copy-'));
  for (const end of ['', '-wal']) {
    const from = join(doors.folder, 'data', `table.sqlite${end}`);
    if (existsSync(from)) copyFileSync(from, join(copy, `table.sqlite${end}`));
  }
  const db = new DatabaseSync(join(copy, 'table.sqlite'));
  try {
    return db.prepare(statement).all(...values);
  } finally {
    db.close();
  }
};

/** Octets of all rows: keys and values. */
const octets = (): number =>
  Number(rowsOf('SELECT sum(length(pk) + length(sk) + length(value)) AS octets FROM item')[0]?.octets);

const total = (records: readonly Provision[]): number => records.reduce((sum, { count }) => sum + count, 0);

const leafAll = async (): Promise<void> => {
  while ((await doors.service.core.sequencer.sequence()).leaves > 0);
};

describe('refusals that come together', () => {
  it('share records: the more come, the fewer octets each leaves', async () => {
    const alone = 20;
    await leafAll();
    let before = octets();
    expect(await refuse(alone, 1)).toEqual(new Set([401]));
    await leafAll();
    const each = (octets() - before) / alone;
    const had = await refusals();
    expect(total(had)).toBe(alone);

    before = octets();
    const together = 3200;
    expect(await refuse(together, CONNECTIONS)).toEqual(new Set([401]));
    await leafAll();
    const shared = (octets() - before) / together;
    const records = await refusals();
    expect(total(records)).toBe(alone + together);
    console.log(
      `refusals: ${Math.round(each)} octets alone; ${shared.toFixed(1)} of ${CONNECTIONS} at a time, ${records.length - had.length} records for ${together}`,
    );
    expect(shared).toBeLessThan(each / 10);
    // One that counts many is no longer than one that counts one.
    const longest = Math.max(...records.map((record) => JSON.stringify(record).length));
    expect(longest).toBeLessThan(400);
  }, 120_000);

  it('have one row in an index for each record', async () => {
    const one = (await refusals())[0]?.id ?? '';
    const rows = rowsOf('SELECT pk FROM item WHERE sk = ?', one) as { pk: string }[];
    expect(rows.map(({ pk }) => pk.replace(/\/[\d-]+$/, '')).sort()).toEqual(['channel/sign-in', 'record']);
  });
});

describe('a refusal that cannot be recorded', () => {
  it('is a refusal all the same while the store is down, and the log says so', async () => {
    const before = total(await refusals());
    isDown = true;
    expect(await refuse(3, 1)).toEqual(new Set([401]));
    isDown = false;
    expect(total(await refusals())).toBe(before);
    const said = doors.service.logged.filter(
      ({ message }) => message === 'Refused credentials were not recorded',
    );
    expect(said).toHaveLength(3);
    expect(said[0]?.facts).toMatchObject({ code: 'store-unavailable', refusal: 'token-invalid' });
  });

  it('is one all the same below the floor of the disk, where it leaves nothing', async () => {
    const before = total(await refusals());
    disk.level = 'low';
    expect(await refuse(3, 1)).toEqual(new Set([401]));
    disk.level = 'enough';
    expect(total(await refusals())).toBe(before);
    expect(await refuse(1, 1)).toEqual(new Set([401]));
    expect(total(await refusals())).toBe(before + 1);
  });

  it('has the rate of its source: what exceeds it is not judged and not recorded', async () => {
    const app = testApp();
    const served = await open(app, { rate: 1 });
    const ask = async () =>
      (
        await fetch(`http://127.0.0.1:${served.port}${PATH}/${REQUEST}`, {
          headers: { authorization: 'Bearer x.y.z' },
        })
      ).status;
    const codes: number[] = [];
    for (let n = 0; n < 30; n++) codes.push(await ask());
    await served.stop();
    const refused = codes.filter((code) => code === 401).length;
    expect(refused).toBeLessThan(20);
    expect(codes).toContain(429);
    expect(app.records).toHaveLength(refused);
  });
});

it('the world is whole', () =>
  checkWorld(doors.service, { requests: [], signed: [], answers: [], revoked: [] }));
