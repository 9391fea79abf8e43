import type { Table } from '../../store/store.ts';
import { ACCESS_CHANNELS } from '../accesses.ts';
import type { RecordPage, RecordQuery } from '../contract.ts';
import { monthOf } from '../ids.ts';
import { channelPk, kindPk } from '../rows.ts';
import { mergePartitions, type Stretch } from './merging.ts';
import { backwards, monthlyIndexOf } from './partitions.ts';
import type { Bounds } from './position.ts';

/**
 * Accesses of everybody to everything: no index of one name has them all. That of a tenant has them among many more answers by
 * OCSP.
 */
export const isAskedOfAll = ({ tenant: _, onlyRecordsOfTenant: __, ...query }: RecordQuery): boolean =>
  query.accesses === true &&
  query.certificate === undefined &&
  query.request === undefined &&
  monthlyIndexOf(query) === undefined;

/** Month by month, from the indexes of the channels, and from that of files that were begun. */
export const mergeAccesses = (table: Table, query: RecordQuery, bounds: Bounds): Promise<RecordPage> => {
  const { from, to } = bounds;
  const stretchOf = (month: string): Stretch => ({
    pks: [...ACCESS_CHANNELS.map((channel) => channelPk(channel, month)), kindPk('export', month)],
    from: Math.max(from, Date.parse(`${month}-01T00:00:00Z`)),
  });
  return mergePartitions(table, query, bounds, backwards(from, to, monthOf, stretchOf));
};
