import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * A long file that begins last keeps one worker busy while the others have nothing to do. Vitest knows how long files take
 * from its last run, which a fresh clone does not have; the longest are named here.
 */
const SLOWEST = [
  'test/infra/as-deployed/as-deployed.test.ts',
  'test/pages/browser.test.ts',
  'test/pages/batch-browser.test.ts',
  'test/cli/bulk-killed.test.ts',
  'test/faults/kill.test.ts',
  'test/infra/package.test.ts',
  'test/cli/package.test.ts',
  'test/batches/faults.test.ts',
  'test/cli/service.test.ts',
  'test/faults/hanging-store.test.ts',
  'test/faults/amendment.test.ts',
  'test/faults/full-disk.test.ts',
  'test/cli/audit-service.test.ts',
  'test/cli/audit-incidents.test.ts',
  'test/cli/bulk.test.ts',
  'test/authority/ceremony.test.ts',
  'test/authority/serials.test.ts',
  'test/status/crls/attacked.test.ts',
  'test/authority/correcting.test.ts',
  'test/store/dynamodb.test.ts',
  'test/keys/sealed.test.ts',
  'test/ledger/table-behind.test.ts',
  'test/ledger/export.test.ts',
  'test/functions/local/start.test.ts',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = SLOWEST.findIndex((file) => moduleId.endsWith(`/${file}`));
  return place < 0 ? SLOWEST.length : place;
};

export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
