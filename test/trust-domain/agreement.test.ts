import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Key, Value } from '../../lib/store/store.ts';
import type { AmendmentRow } from '../../lib/trust-domain/amendment-rows.ts';
import type { InForceRow } from '../../lib/trust-domain/contract.ts';
import { keepFile } from '../../lib/trust-domain/files.ts';
import {
  codeOf,
  fileOf,
  type Ground,
  type HouseFile,
  openGround,
  openHouse,
  SECOND,
} from '../authority/house.ts';
import type { Service } from '../service.ts';
import { allRecords } from '../world.ts';

/*
 * An attacker who can write to the table and supply a file forges rows that say two operators agreed on it. The file does
 * not come into force, and no record names a person who did not approve it.
 */

type Change = (file: HouseFile) => void;
type Draft<T> = { -readonly [K in keyof T]: T[K] };

const arrivalOf =
  (id: string, person = id): Change =>
  (file) => {
    file.operators.push({ id, person, name: { ja: '新', en: 'New' } });
  };
const arrives = arrivalOf('operator-new');
const other = arrivalOf('operator-other');
const digestOf = (change?: Change): string => hash('sha256', fileOf(change));

const LATER = '2027-01-01T00:00:00Z';

const IN_FORCE: Key = { pk: 'trust-domain', sk: 'ceremony' };
const amendmentKey = (id: string): Key => ({ pk: 'trust-domain-amendments', sk: id });

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterEach(() => ground.close());

const edit = async <T extends Value>(key: Key, change: (value: Draft<T>) => void): Promise<void> => {
  const item = await ground.table.get<T>(key);
  if (!item) throw new Error(`no row ${key.pk} ${key.sk}`);
  const value = structuredClone(item.value);
  change(value);
  await ground.table.write([{ put: key, value, if: { version: item.version } }]);
};

const propose = async (change: Change): Promise<string> => {
  house.advance(SECOND);
  const { id } = await house.app.amendments.propose(house.principal('operator-sakai'), fileOf(change));
  return id;
};

const agree = async (change: Change): Promise<string> => {
  const id = await propose(change);
  house.advance(SECOND);
  await house.app.amendments.approve(house.principal('operator-noda'), id);
  house.advance(SECOND);
  return id;
};

const start = (change?: Change): Promise<string> => codeOf(openHouse(ground, change && { domain: change }));

const appliedAnything = async (): Promise<boolean> =>
  (await allRecords(house)).some(
    (record) => record.kind === 'trust-domain' && record.details.step === 'applied',
  );

describe('a trust domain that forged rows call approved', () => {
  it('is not applied if one operator proposed it and nobody approved it', async () => {
    const id = await propose(arrives);
    await edit<AmendmentRow>(amendmentKey(id), (row) => {
      row.state = 'approved';
      row.approved = {
        by: 'operator-noda',
        at: '2026-11-22T09:00:02Z',
        record: row.proposed.record,
        lapses: LATER,
      };
    });
    await edit<InForceRow>(IN_FORCE, (row) => {
      row.approved = { amendment: id, digest: digestOf(arrives) };
    });
    expect(await start(arrives)).toBe('amendment-not-recorded');
    expect(await appliedAnything()).toBe(false);
    // The file in force stays, and operators can reject the forged proposal and agree on a real one.
    expect(await start()).toBe('none');
    await house.app.amendments.reject(house.principal('operator-noda'), id);
    await agree(arrives);
    expect(await start(arrives)).toBe('none');
  });

  it.each<[string, (row: Draft<AmendmentRow>) => void]>([
    [
      'the record of its approval is that of its proposal',
      (row) => {
        row.approved = { by: 'operator-noda', at: '', record: row.proposed.record, lapses: LATER };
      },
    ],
    [
      'no record of its approval is named',
      (row) => {
        delete row.approved;
      },
    ],
    [
      'the record of its approval is not there',
      (row) => {
        row.approved = { by: 'operator-noda', at: '', record: '0'.repeat(32), lapses: LATER };
      },
    ],
    [
      'somebody else is said to have approved it',
      (row) => {
        row.approved = { by: 'operator-other', at: '', record: row.approved?.record ?? '', lapses: LATER };
      },
    ],
    [
      'somebody else is said to have proposed it',
      (row) => {
        row.proposed = { ...row.proposed, by: 'operator-other' };
      },
    ],
  ])('is not applied where %s', async (_, change) => {
    const id = await agree(arrives);
    await edit<AmendmentRow>(amendmentKey(id), change);
    expect(await start(arrives)).toBe('amendment-not-recorded');
    expect(await appliedAnything()).toBe(false);
  });

  it('is not applied if they agreed on another file', async () => {
    const id = await agree(arrives);
    await keepFile(ground.table, fileOf(other));
    await edit<AmendmentRow>(amendmentKey(id), (row) => {
      row.after = digestOf(other);
    });
    await edit<InForceRow>(IN_FORCE, (row) => {
      row.approved = { amendment: id, digest: digestOf(other) };
    });
    expect(await start(other)).toBe('amendment-not-recorded');
    expect(await appliedAnything()).toBe(false);
  });

  it('is not applied if both operators were one person, whom the row did not name', async () => {
    const twice = arrivalOf('operator-s2', 'operator-sakai');
    await agree(twice);
    const on = await openHouse(ground, { domain: twice });
    const more: Change = (file) => {
      twice(file);
      arrives(file);
    };
    const { id } = await on.app.amendments.propose(on.principal('operator-sakai'), fileOf(more));
    await edit<AmendmentRow>(amendmentKey(id), (row) => {
      row.proposed = { ...row.proposed, person: 'somebody' };
    });
    // The act says who proposed it; the row does not.
    expect(await codeOf(on.app.amendments.approve(on.principal('operator-s2'), id))).toBe('same-person');
    expect(await start(more)).toBe('trust-domain-changed');
  });

  it('does not start if only the row, and no record, names it as in force', async () => {
    await edit<InForceRow>(IN_FORCE, (row) => {
      row.digest = digestOf(arrives);
    });
    expect(await start(arrives)).toBe('trust-domain-changed');
    // The file in force goes on, and its row is made again.
    expect(await start()).toBe('none');
    expect((await ground.table.get(IN_FORCE))?.value).toMatchObject({ digest: digestOf(), done: true });
  });

  it('starts after real amendments, each with its records', async () => {
    const first = await agree(arrives);
    house = await openHouse(ground, { domain: arrives });
    const both: Change = (file) => {
      arrives(file);
      other(file);
    };
    const second = await agree(both);
    house = await openHouse(ground, { domain: both });
    expect(await start(both)).toBe('none');
    const records = await allRecords(house);
    const stepOf = (amendment: string, step: string) => {
      const found = records.find(
        ({ kind, ...rest }) =>
          kind === 'trust-domain' &&
          'details' in rest &&
          rest.details.amendment === amendment &&
          rest.details.step === step,
      );
      if (found?.kind !== 'trust-domain') throw new Error(`no record of ${step}`);
      return found;
    };
    for (const id of [first, second]) {
      expect(stepOf(id, 'applied').details).toMatchObject({
        proposedBy: 'operator-sakai',
        approvedBy: 'operator-noda',
        basis: [stepOf(id, 'proposed').id, stepOf(id, 'approved').id],
      });
    }
  });
});
