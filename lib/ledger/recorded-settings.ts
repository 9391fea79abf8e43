import { hash } from 'node:crypto';
import { wentThrough } from '../fault.ts';
import type { AlgorithmName, KeyStore, Signer } from '../keys/keys.ts';
import type { Json, Table, Value, Write } from '../store/store.ts';
import type { RecordDraft } from './contract.ts';

/**
 * Settings that are not in the trust domain: keys with which the service signs in its own name, and the witnesses of
 * its log. Each is recorded at its first use and whenever it changes.
 *
 *   settings  {name}  SettingRow
 */
type SettingRow = { readonly value: Json };

export interface RecordedSettings {
  /** The record is durable when this resolves. Costs one read where nothing has changed. */
  record(setting: string, value: Value): Promise<void>;
  /** Opens or makes a key. Resolves with it only when its record is durable. Faults: those of `KeyStore.create`. */
  key(keys: KeyStore, id: string, algorithm: AlgorithmName): Promise<Signer>;
}

export const openRecordedSettings = (deps: {
  readonly table: Table;
  readonly recorder: { prepare(draft: RecordDraft): Promise<{ readonly writes: readonly Write[] }> };
}): RecordedSettings => {
  const { table, recorder } = deps;

  const record = async (setting: string, value: Value): Promise<void> => {
    const key = { pk: 'settings', sk: setting };
    for (;;) {
      const row = await table.get<SettingRow>(key);
      if (row && JSON.stringify(row.value.value) === JSON.stringify(value)) return;
      const { writes } = await recorder.prepare({
        kind: 'setting',
        actor: 'service',
        details: { setting, value, ...(row && { before: row.value.value }) },
      });
      const put = { put: key, value: { value }, if: row ? { version: row.version } : 'absent' } as const;
      if (await wentThrough(table.write([put, ...writes]))) return;
      // Another process has recorded this value, or another one, meanwhile: read again.
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
