import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPeople } from '../../functions/local/demonstration-people.ts';
import { openProfiles, readTrustDomain } from '../../lib/trust-domain/trust-domain.ts';
import { principalsOf, type TestPeople } from '../demonstration-people.ts';

/** What the profiles of the demonstration look like to those who ask by them. */
const domain = readTrustDomain(
  readFileSync(new URL('../../domains/demonstration.json', import.meta.url), 'utf8'),
);
const people = await readPeople();
const principals = principalsOf(domain, people as TestPeople);
const listFor = (id: string) => {
  const actor = principals.find((principal) => principal.id === id);
  if (!actor) throw new Error(`no principal ${id}`);
  return openProfiles(domain, async (office) => people.offices.find((one) => one.id === office)).list(actor);
};
const idsFor = async (id: string) => (await listFor(id)).map((profile) => profile.id);

describe('the profiles', () => {
  it.each(['higashi-counter', 'nishi-counter', 'hatanoura-counter'])(
    'of an officer are those of its office: %s',
    async (id) => {
      const officer = principals.find((principal) => principal.id === id);
      const office = people.offices.find((one) => one.id === officer?.office);
      expect((await idsFor(id)).sort()).toEqual([...(office?.profiles ?? [])].sort());
      for (const { offices } of await listFor(id)) expect(offices).toEqual([office?.id]);
    },
  );

  it('of an operator are those that offices can ask for, without the offices and those of the service itself', async () => {
    expect(await idsFor('operator-noda')).toEqual([
      'official-position',
      'organisation-server',
      'organisation-client',
      'person-signature',
      'person-authentication',
    ]);
    for (const profile of await listFor('operator-noda')) expect(profile).not.toHaveProperty('offices');
  });

  it('say which CA issues, which keys are taken, whether a hold ends, and what each field has to be', async () => {
    const all = await listFor('operator-noda');
    const server = all.find(({ id }) => id === 'organisation-server');
    expect(server).toMatchObject({ ca: 'organisation-1', version: 1, kind: 'organisation' });
    expect(server?.fields).toContainEqual({
      name: 'dnsNames',
      label: { ja: expect.any(String), en: expect.any(String) },
      kind: 'dnsName',
      required: true,
      maxLength: 253,
      maxItems: expect.any(Number),
      searched: true,
      certified: true,
    });
    const person = all.find(({ id }) => id === 'person-signature');
    expect(person).toMatchObject({ ca: 'signature-1', hold: 'final', sameKey: 'refused' });
    expect(person?.fields.find(({ name }) => name === 'sex')?.choices?.map(({ value }) => value)).toEqual([
      '1',
      '2',
      '3',
    ]);
    const { pattern = '' } = person?.fields.find(({ name }) => name === 'holderId') ?? {};
    expect(new RegExp(pattern, 'u').test('2026112200000001')).toBe(true);
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
  });

  it('say the rule of each pattern in words, in both languages', async () => {
    const fields = domain.profiles.flatMap((profile) => profile.fields).filter(({ pattern }) => pattern);
    expect(fields.length).toBeGreaterThan(4);
    for (const { name, rule, pattern } of fields) {
      expect(rule, name).toEqual({ ja: expect.stringMatching(/例：/), en: expect.stringMatching(/as in /) });
      // The example follows the rule.
      const example = /例：(.+?)）。/.exec(rule?.ja ?? '')?.[1] ?? '';
      expect(pattern?.test(example), example).toBe(true);
      expect(rule?.en).toContain(example);
    }
    const [person] = (await listFor('higashi-counter')).filter(({ id }) => id === 'person-signature');
    expect(person?.fields.find(({ name }) => name === 'holderId')?.rule?.ja).toContain('個人番号');
  });

  it('say which values go into the certificate', async () => {
    const kept = (await listFor('operator-noda')).flatMap(({ id, fields }) =>
      fields.filter(({ certified }) => !certified).map(({ name }) => `${id}.${name}`),
    );
    expect(kept).toEqual(['person-signature.kana']);
  });
});
