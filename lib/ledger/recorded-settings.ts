import { hash } from 'node:crypto';
import { wentThrough } from '../fault.ts';
import type { AlgorithmName, KeyStore, Signer } from '../keys/keys.ts';
import type { Json, Table, Value, Write } from '../store/store.ts';
import type { RecordDraft } from './contract.ts';

/**
 * What the service was set up with and no trust domain says: keys that it signs with in its own name, and the witnesses
 * whom its log asks. Each is recorded when it is first used, and when it is another one than before.
 *
 *   settings  {name}  SettingRow
 */
type SettingRow = { readonly value: Json };

export interface RecordedSettings {
  /** Its record is durable when it resolves. Where nothing has changed this is one read. */
  record(setting: string, value: Value): Promise<void>;
  /** Opens or makes a key, and gives it away only when its record is durable. Faults: those of `KeyStore.create`. */
  key(keys: KeyStore, id: string, algorithm: AlgorithmName): Promise<Signer>;
}

export const openRecordedSettings = (deps: {
  readonly table: Table;
  readonly recorder: { prepare(draft: RecordDraft): { readonly writes: readonly Write[] } };
}): RecordedSettings => {
  const { table, recorder } = deps;

  const record = async (setting: string, value: Value): Promise<void> => {
    const key = { pk: 'settings', sk: setting };
    for (;;) {
      const row = await table.get<SettingRow>(key);
      if (row && JSON.stringify(row.value.value) === JSON.stringify(value)) return;
      const { writes } = recorder.prepare({
        kind: 'setting',
        actor: 'service',
        details: { setting, value, ...(row && { before: row.value.value }) },
      });
      const put = { put: key, value: { value }, if: row ? { version: row.version } : 'absent' } as const;
      if (await wentThrough(table.write([put, ...writes]))) return;
      // Another process has recorded it, or something else in its place: look again.
    }
  };

  return {
    record,
    key: async (keys, id, algorithm) => {
      const signer = await keys.create(id, algorithm);
      await record(`key/${id}`, {
        algorithm,
        publicKeyDigest: hash('sha256', signer.subjectPublicKeyInfo),
      });
      return signer;
    },
  };
};
