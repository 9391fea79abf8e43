export { templateOf } from './columns.ts';
export {
  type BulkProfile,
  type CellProblem,
  ENCODINGS,
  type Encoding,
  type FileForm,
  FORMATS,
  type Format,
  MAX_CELL_BYTES,
  MAX_KEY,
  MAX_ROW_BYTES,
  MAX_ROWS,
  type OpenFile,
  type RequestRow,
  type Row,
  type RowProblem,
  type Value,
} from './contract.ts';
export { columnOfFault, errorsFile } from './errors-file.ts';
export { openFile } from './open-file.ts';
export { requestsOf } from './requests.ts';
export { spoiled } from './spoiled.ts';

/** The door of the room for files of many rows. It reads them: bytes become rows, and rows of requests become submissions. */
