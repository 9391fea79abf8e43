/** The door of the store room: the ports behind which all state lives. The composers choose the adapters. */
export { markBucketFormat } from './bucket-format.ts';
export {
  type About,
  ADDRESS_SECONDS,
  type Bucket,
  type Condition,
  type HandOver,
  type Item,
  type Json,
  type Key,
  MAX_PAGE,
  MAX_PK_BYTES,
  MAX_SK_BYTES,
  MAX_VALUE_BYTES,
  MAX_WRITES,
  type ObjectPage,
  type Objects,
  type Page,
  type Query,
  type StoredObject,
  type Table,
  type Value,
  type Write,
} from './contract.ts';
export { readCursor, writeCursor } from './cursor.ts';
export { everyItem } from './every-item.ts';
export { everyObject } from './every-object.ts';
export { syncFolder } from './folder.ts';
