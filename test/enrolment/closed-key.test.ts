import { afterAll, expect, it } from 'vitest';
import { openService, temporaryFolder } from '../service.ts';
import { firstChief, openMinami, ownCertificate } from './people.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

it('people and offices stay known after the key that signed their acts was closed', async () => {
  const before = await openService(folder.path);
  await openMinami(before);
  const { pem } = await firstChief(before);
  // The log had no leaf then, so nothing that the key signed is proven by its leaf.
  await before.objects.put('act-keys-closed/enrolment-1', Buffer.from('{"size":0}'), { if: 'absent' });
  await before.close();
  const service = await openService(folder.path);
  try {
    const { principals, enrolment } = service.app;
    const chief = await principals.byCertificate(ownCertificate(pem));
    expect(chief).toMatchObject({ id: 'minami-chief', office: 'minami' });
    expect(await enrolment.offices.get(chief, 'minami')).toMatchObject({ standing: 'open' });
    const { items } = await enrolment.people.list(chief, { limit: 5 });
    expect(items).toMatchObject([{ id: 'minami-chief', name: { en: 'Minami 責任者' } }]);
  } finally {
    await service.close();
  }
});
