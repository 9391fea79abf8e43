import { afterAll, beforeAll, describe, it } from 'vitest';
import { temporaryFolder } from '../service.ts';
import { checkWorld } from '../world.ts';
import { aside } from './aside.ts';
import { doors } from './doors.ts';
import { own } from './own.ts';
import { openTwoTenants, type TwoTenants } from './two-tenants.ts';

/** One service with two tenants, for everything that is asked of it. */
const folder = temporaryFolder();
let service: TwoTenants;

beforeAll(async () => {
  service = await openTwoTenants(folder.path);
}, 120_000);

afterAll(async () => {
  await service.close();
  folder.remove();
});

describe("another tenant's", () => doors(() => service));
describe("a tenant's own", () => own(() => service));
describe("aside, another tenant's", () => aside(() => service));

it('all stores agree in the end', async () => {
  await checkWorld(service, { requests: [], signed: [], answers: [], revoked: [] });
});
