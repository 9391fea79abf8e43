import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Running {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

/** Functions, each in a thread with an environment of its own, started at its first event. */
export const openFunctions = (options: {
  readonly folderOf: (id: string) => string;
  readonly environmentOf: (id: string) => Readonly<Record<string, string>>;
  readonly keys: { readonly url: string; readonly body: string };
  /** Where the threads leave what they have compiled; without it, each compiles for itself, as at a cold start. */
  readonly compiled?: string;
}) => {
  const running = new Map<string, Running>();
  let written = '';
  let next = 0;

  const start = (id: string): Running => {
    const folder = options.folderOf(id);
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { file: join(folder, 'index.cjs'), name: id, keys: options.keys },
      env: {
        ...options.environmentOf(id),
        LAMBDA_TASK_ROOT: folder,
        AWS_LAMBDA_FUNCTION_NAME: id,
        ...(options.compiled !== undefined && { NODE_COMPILE_CACHE: options.compiled }),
      },
      stdout: true,
      stderr: true,
    });
    const pending = new Map<number, Pending>();
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        written += text;
      });
    }
    worker.on('message', ({ id: of, result, error }: { id: number; result?: unknown; error?: string }) => {
      const waiting = pending.get(of);
      pending.delete(of);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(`${id}: ${error}`));
    });
    worker.on('error', (error) => {
      for (const { reject } of pending.values()) reject(error as Error);
    });
    const started = { worker, pending };
    running.set(id, started);
    return started;
  };

  return {
    /** `ahead`: milliseconds by which the function's clock is put forward before the event. */
    invoke: (id: string, event: unknown, ahead = 0): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const { worker, pending } = running.get(id) ?? start(id);
        const of = ++next;
        pending.set(of, { resolve, reject });
        worker.postMessage({ id: of, event, forward: ahead });
      }),
    /** Everything that functions have written to their logs. */
    log: (): string => written,
    /** Ends the process, as Lambda does after idle time. The next event starts a new one. */
    recycle: async (id: string): Promise<void> => {
      await running.get(id)?.worker.terminate();
      running.delete(id);
    },
    stop: async (): Promise<void> => {
      await Promise.all([...running.values()].map(({ worker }) => worker.terminate()));
    },
  };
};

export type Functions = ReturnType<typeof openFunctions>;
