export {
  formatCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
export { proveConsistency } from './consistency.ts';
export { cosignatureTime } from './cosignature.ts';
export { proveInclusion } from './inclusion.ts';
export { base64 } from './lines.ts';
export { append, EMPTY_ROOT, foldRoot, leafHash, rightEdge } from './merkle.ts';
export { formatNote, type NoteSignature, noteSigner, parseNote } from './note.ts';
export { trustedLog, type WitnessPolicy, witnessPolicy } from './policy.ts';
export { formatProof, type ProofPolicy, type ProvenInclusion, parseProof, verifyProof } from './proof.ts';
export {
  decodeEntries,
  encodeEntries,
  growTiles,
  newTiles,
  parseTilePath,
  TILE_WIDTH,
  type Tile,
  tilePath,
} from './tile.ts';
export { type ReadPath, TileReader } from './tile-reader.ts';
export { formatVkey, noteKeyOf } from './vkey.ts';
export { formatAddCheckpoint, readWitnessAnswer, type WitnessAnswer } from './witness.ts';
export { openWitness, type WitnessService } from './witness-service.ts';

/** The door of the transparency log's formats (C2SP tlog-tiles, tlog-checkpoint, tlog-proof, tlog-witness). */
