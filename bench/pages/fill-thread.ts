import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { fillPersonal } from './fill-personal.ts';
import { fillTable } from './fill-table.ts';
import type { Prepared } from './prepared.ts';

/** A thread of filling.ts. The tables are different files, so two threads fill one folder. */
const { part, folder, prepared, requests } = workerData as {
  readonly part: 'table' | 'personal';
  readonly folder: string;
  readonly prepared: Prepared;
  readonly requests: number;
};

if (part === 'personal') {
  fillPersonal(folder, prepared, requests);
  parentPort?.postMessage(undefined);
} else {
  // The streams of a thread wait for its event loop, which has no turn before the end.
  const say = (line: string): void => {
    writeSync(2, `${line}\n`);
  };
  parentPort?.postMessage(await fillTable(folder, prepared, requests, say));
}
