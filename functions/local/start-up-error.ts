import { Fault } from '../../lib/fault.ts';

/** What went wrong at the start, for the person at the terminal: one sentence that says what to do, where that is known. */
export const explain = (error: unknown): string => {
  if (Fault.is(error)) return explainFault(error);
  if (!(error instanceof Error)) return String(error);
  const advice = explainSystem(error);
  return advice ?? error.stack ?? error.message;
};

const explainFault = ({ message, facts, cause }: Fault): string => {
  const { issues } = facts;
  if (Array.isArray(issues)) {
    return [message, ...issues.map(({ path, message }) => `  ${path}: ${message}`)].join('\n');
  }
  const below = belowOf(cause);
  return below === undefined ? message : `${message} (${below})`;
};

/** What the system, or SQLite, called it. */
const belowOf = (cause: unknown): string | undefined => {
  if (!(cause instanceof Error) || Fault.is(cause)) return undefined;
  const [text, code] = [Reflect.get(cause, 'errstr'), Reflect.get(cause, 'code')];
  if (typeof text === 'string') return text;
  return typeof code === 'string' ? code : undefined;
};

const explainSystem = (error: NodeJS.ErrnoException & { readonly port?: number }): string | undefined => {
  const { code, syscall, port, path } = error;
  if (code === undefined || syscall === undefined) return undefined;
  if (syscall === 'listen') {
    return code === 'EADDRINUSE'
      ? `Port ${port} is taken; stop the program that listens there, or choose another PORT or TLS_PORT.`
      : `The service cannot listen at port ${port} (${code}); choose another HOST, PORT or TLS_PORT.`;
  }
  const where = path ?? 'The data folder';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `${where} cannot be written: the disk is full (${code}). Make room and start again; nothing is lost.`;
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return `${where} is not for this user to read and write (${code}); choose another DATA_DIR, or change who may.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${where} cannot be made, since a file is in its way (${code}); choose another DATA_DIR.`;
    case 'ENOENT':
      // What file systems say that make no folders, such as /proc.
      return syscall === 'mkdir'
        ? `${where} cannot be made (${code}): what it would be in is read-only or not there; choose another DATA_DIR.`
        : undefined;
    default:
      return undefined;
  }
};
