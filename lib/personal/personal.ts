/** The door of the personal room: what names persons. */
export type { DataKeyId, DataKeys } from './contract.ts';
