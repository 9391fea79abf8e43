import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { keyListParts, keyListText, readKeyList, sortedKeyList } from '../../lib/keys/keys.ts';
import type { CertificateRef } from '../../lib/principal.ts';
import type { Objects } from '../../lib/store/store.ts';
import { negatedP256, newP256, spki } from '../keys/variants.ts';
import { FIELDS, type Service } from '../service.ts';
import { allRecords } from '../world.ts';
import { codeOf, DAY, type Ground, openGround, openHouse } from './house.ts';

/** The list of keys that others report as compromised: two operators, one object, and the newest act decides. */

let ground: Ground;
let house: Service;
beforeEach(async () => {
  ground = await openGround();
  house = await openHouse(ground);
});
afterEach(() => ground.close());

const lists = (service = house) => service.app.authority.keyLists;
const sakai = () => house.principal('operator-sakai');
const noda = () => house.principal('operator-noda');

const digestOf = (key: Uint8Array): string => hash('sha256', key);

const upload = async (lines: readonly string[], service = house): Promise<readonly string[]> => {
  const parts: string[] = [];
  const list = sortedKeyList(readKeyList(Buffer.from(`${lines.join('\n')}\n`)));
  for (const part of keyListParts(list)) {
    parts.push((await lists(service).putPart(Buffer.from(keyListText(part)))).part);
  }
  return parts;
};

const propose = async (lines: readonly string[]) => lists().propose(sakai(), await upload(lines));

const load = async (lines: readonly string[]) => {
  const { proposal } = await propose(lines);
  return lists().approve(noda(), proposal?.id ?? '');
};

let orders = 0;
const certify = (subjectPublicKeyInfo: Uint8Array, service = house): Promise<CertificateRef> =>
  service.core.authority.issue({
    order: `order-${orders++}`,
    profile: 'person-signature',
    office: 'mizusaki-higashi',
    fields: FIELDS['person-signature'] ?? {},
    subjectPublicKeyInfo,
    actor: 'test',
  });

const claim = (subjectPublicKeyInfo: Uint8Array, service = house) =>
  codeOf(
    service.core.authority.claimKey({
      profile: 'person-signature',
      office: 'mizusaki-higashi',
      subjectPublicKeyInfo,
    }),
  );

const actsOf = async () =>
  (await allRecords(house))
    .flatMap((record) => (record.kind === 'key-list' ? [[record.actor, record.details.step]] : []))
    .toReversed();

describe('a list of compromised keys', () => {
  it('matches exactly its keys once another operator has approved it, in every process at once', async () => {
    const [listed, other] = [newP256(), spki(newP256())];
    const beside = await openHouse(ground);
    expect(await claim(spki(listed), beside)).toBe('none');
    const lines = [
      digestOf(spki(listed)),
      ...Array.from({ length: 50 }, (_, i) => digestOf(Buffer.from([i]))),
    ];
    const { proposal } = await propose(lines);
    expect(await claim(spki(listed))).toBe('none');
    const approved = await lists().approve(noda(), proposal?.id ?? '');
    const text = `${lines.toSorted().join('\n')}\n`;
    expect(approved).toEqual({ inForce: { list: hash('sha256', text), keys: 51 } });
    for (const service of [house, beside, await openHouse(ground)]) {
      expect(await claim(spki(listed), service)).toBe('compromised-key');
      expect(await codeOf(certify(spki(listed), service))).toBe('compromised-key');
      expect(await claim(other, service)).toBe('none');
      // The list is of SubjectPublicKeyInfos, and this is another one.
      expect(await claim(spki(negatedP256(listed)), service)).toBe('none');
    }
    expect(await actsOf()).toEqual([
      ['operator-sakai', 'proposed'],
      ['operator-noda', 'approved'],
    ]);
  });

  it('is withdrawn by two operators again, and the next list replaces it', async () => {
    const [first, second] = [spki(newP256()), spki(newP256())];
    await load([digestOf(first)]);
    const replaced = await load([digestOf(second)]);
    expect(replaced.inForce?.keys).toBe(1);
    expect([await claim(first), await claim(second)]).toEqual(['none', 'compromised-key']);
    const { proposal } = await lists().propose(noda());
    expect(proposal).toMatchObject({ by: 'operator-noda', keys: 0 });
    expect(await claim(second)).toBe('compromised-key');
    expect(await lists().approve(sakai(), proposal?.id ?? '')).toEqual({});
    expect(await claim(second)).toBe('none');
    await certify(second);
    expect(await codeOf(lists().propose(noda()))).toBe('key-list-unchanged');
  });

  it('is not for one operator alone, in whatever role', async () => {
    const key = spki(newP256());
    const { proposal } = await propose([digestOf(key)]);
    expect(await codeOf(lists().approve(sakai(), proposal?.id ?? ''))).toBe('same-person');
    const twin = { ...sakai(), id: 'operator-twin' };
    expect(await codeOf(lists().approve(twin, proposal?.id ?? ''))).toBe('same-person');
    expect(await claim(key)).toBe('none');
  });

  it('is approved once: an approval that is repeated or comes too late changes nothing', async () => {
    const key = spki(newP256());
    const { proposal } = await propose([digestOf(key)]);
    const id = proposal?.id ?? '';
    const approved = await lists().approve(noda(), id);
    // The answer to the first call may have been lost.
    expect(await lists().approve(noda(), id)).toEqual(approved);
    expect(await actsOf()).toHaveLength(2);
    const withdrawal = await lists().propose(sakai());
    expect(await codeOf(lists().approve(noda(), id))).toBe('confirmation-differs');
    await lists().approve(noda(), withdrawal.proposal?.id ?? '');
    expect(await codeOf(lists().approve(noda(), id))).toBe('nothing-awaited');
    expect(await claim(key)).toBe('none');
  });

  it('that was rejected or has lapsed cannot be approved any more', async () => {
    const key = spki(newP256());
    const rejected = (await propose([digestOf(key)])).proposal?.id ?? '';
    expect(await lists().reject(noda(), rejected)).toEqual({});
    expect(await codeOf(lists().approve(noda(), rejected))).toBe('nothing-awaited');
    const lapsed = (await propose([digestOf(key)])).proposal?.id ?? '';
    ground.time.now += 8 * DAY;
    expect(await codeOf(lists().approve(noda(), lapsed))).toBe('nothing-awaited');
    expect(await lists().view()).toEqual({});
    expect(await claim(key)).toBe('none');
  });

  it('of the same digest is one object, is proposed once, and not again while it is in force', async () => {
    const lines = [digestOf(Buffer.from('a')), digestOf(Buffer.from('b'))];
    const once = await propose(lines);
    // In another order, and with a key twice, it is the same list.
    expect(await propose([...lines.toReversed(), lines[0] as string])).toEqual(once);
    expect(await codeOf(lists().propose(noda(), await upload(lines)))).toBe('confirmation-differs');
    await lists().approve(noda(), once.proposal?.id ?? '');
    expect(await codeOf(propose(lines))).toBe('key-list-unchanged');
    const { keys } = await ground.objects.list('key-lists/', { limit: 10 });
    expect(keys).toEqual([`key-lists/${once.proposal?.list}`]);
  });

  it('decided by two at the same moment is approved or rejected, and never both', async () => {
    const key = spki(newP256());
    const { proposal } = await propose([digestOf(key)]);
    const id = proposal?.id ?? '';
    const beside = await openHouse(ground);
    const outcomes = await Promise.all([
      codeOf(lists().approve(noda(), id)),
      codeOf(lists(beside).reject(sakai(), id)),
    ]);
    expect(outcomes.toSorted()).toEqual(['none', 'nothing-awaited']);
    expect(await claim(key)).toBe(outcomes[0] === 'none' ? 'compromised-key' : 'none');
  });

  it('finds each of many keys, and reads no more than the part that may have it', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => digestOf(Buffer.from(String(i))));
    const [low, high] = [spki(newP256()), spki(newP256())];
    const all = [...lines, digestOf(low), digestOf(high)];
    await load(all);
    let read = 0;
    const fresh = await openHouse(ground, {
      objects: (objects): Objects => ({
        ...objects,
        get: (path) => {
          if (path.startsWith('key-list')) read++;
          return objects.get(path);
        },
      }),
    });
    expect(await claim(low, fresh)).toBe('compromised-key');
    expect(read).toBe(2);
    for (let i = 0; i < 3; i++) expect(await claim(low, fresh)).toBe('compromised-key');
    expect(read).toBe(2);
    expect(await claim(high, fresh)).toBe('compromised-key');
    expect(await claim(spki(newP256()), fresh)).toBe('none');
    expect(read).toBeLessThanOrEqual(4);
  });

  it('whose objects are damaged or gone lets no key pass', async () => {
    const key = spki(newP256());
    const { inForce } = await load([digestOf(key)]);
    for (const body of [undefined, Buffer.from('x')]) {
      const damaged = await openHouse(ground, {
        objects: (objects): Objects => ({
          ...objects,
          get: async (path) => {
            const object = await objects.get(path);
            if (!path.startsWith('key-list-parts/')) return object;
            return body && object && { ...object, body };
          },
        }),
      });
      expect(await claim(key, damaged)).toBe('act-object-invalid');
    }
    expect(inForce).toBeDefined();
  });

  it('of parts that were not uploaded, or not in their order, is refused', async () => {
    const many = Array.from({ length: 8_193 }, (_, i) => digestOf(Buffer.from(String(i))));
    const [first, second] = await upload(many);
    for (const parts of [['00'.repeat(32)], [second, first], [first, first], []] as string[][]) {
      expect(await codeOf(lists().propose(sakai(), parts))).toBe('malformed-key-list');
    }
    expect(await actsOf()).toEqual([]);
  });
});

describe('a list with a wrong line', () => {
  const good = 'ab'.repeat(32);
  const next = 'ac'.repeat(32);

  it.each([
    ['short', `${good}\n${good.slice(1)}\n`, 2],
    ['long', `${good}\n${good}0\n`, 2],
    ['in upper case', `${good}\n${next.toUpperCase()}\n`, 2],
    ['of other letters', `${good}\n${'xy'.repeat(32)}\n`, 2],
    ['with a space at its end', `${good} \n${next}\n`, 1],
    ['ended by carriage return and line feed', `${good}\r\n${next}\r\n`, 1],
    ['empty', `${good}\n\n${next}\n`, 2],
    ['empty at the end', `${good}\n${next}\n\n`, 3],
    ['with a byte order mark', `\ufeff${good}\n`, 1],
    ['that is the only one, and empty', '\n', 1],
    ['that is not there', '', 1],
  ])('that is %s is refused as a whole, with the number of the line', async (_, text, line) => {
    const refused = await lists()
      .putPart(Buffer.from(text))
      .catch((error: unknown) => error);
    if (!Fault.is(refused)) throw new Error('no refusal');
    expect([refused.code, refused.facts]).toEqual(['malformed-key-list', { line }]);
    expect((await ground.objects.list('key-list', { limit: 10 })).keys).toEqual([]);
  });

  it('is read by its whole number, and without its last line feed', () => {
    const text = Array.from({ length: 1_000 }, (_, i) => digestOf(Buffer.from(String(i))));
    expect(readKeyList(Buffer.from(text.join('\n')))).toHaveLength(32_000);
    text[776] = 'x';
    expect(() => readKeyList(Buffer.from(text.join('\n')))).toThrow('Line 777 ');
  });

  it('that is out of order or twice in a part is refused', async () => {
    for (const text of [`${next}\n${good}\n`, `${good}\n${good}\n`]) {
      expect(await codeOf(lists().putPart(Buffer.from(text)))).toBe('malformed-key-list');
    }
  });
});
