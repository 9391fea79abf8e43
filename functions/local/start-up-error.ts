import { Fault } from '../../lib/fault.ts';

/** Why the service did not start, for the person at the terminal, and what to do if that is known. */
export const startUpErrorText = (error: unknown): string => {
  if (Fault.is(error)) return textOfFault(error);
  if (!(error instanceof Error)) return String(error);
  const advice = adviceFor(error);
  return advice ?? error.stack ?? error.message;
};

const textOfFault = ({ message, facts, cause }: Fault): string => {
  const { issues } = facts;
  if (Array.isArray(issues)) {
    return [message, ...issues.map(({ path, message }) => `  ${path}: ${message}`)].join('\n');
  }
  const reason = systemCauseOf(cause);
  return reason === undefined ? message : `${message} (${reason})`;
};

/** The code of the system, or the text of SQLite. */
const systemCauseOf = (cause: unknown): string | undefined => {
  if (!(cause instanceof Error) || Fault.is(cause)) return undefined;
  const [text, code] = [Reflect.get(cause, 'errstr'), Reflect.get(cause, 'code')];
  if (typeof text === 'string') return text;
  return typeof code === 'string' ? code : undefined;
};

const adviceFor = (error: NodeJS.ErrnoException & { readonly port?: number }): string | undefined => {
  const { code, syscall, port, path } = error;
  if (code === undefined || syscall === undefined) return undefined;
  if (syscall === 'listen') {
    return code === 'EADDRINUSE'
      ? `Port ${port} is taken; stop the program that listens there, or choose another PORT or TLS_PORT.`
      : `The service cannot listen at port ${port} (${code}); choose another HOST, PORT or TLS_PORT.`;
  }
  // The name of HOST is looked up before anything listens.
  if (syscall === 'getaddrinfo') {
    return `The address of HOST cannot be found (${code}); choose an address of this machine as HOST.`;
  }
  const where = path ?? 'The data folder';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `${where} cannot be written: the disk is full (${code}). Make room and start again; nothing is lost.`;
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return `${where} cannot be read and written by this user (${code}); choose another DATA_DIR, or change its permissions.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${where} cannot be made, since a file is in its way (${code}); choose another DATA_DIR.`;
    case 'ENOENT':
      // File systems in which no folder can be made, such as /proc, say this.
      return syscall === 'mkdir'
        ? `${where} cannot be made (${code}): its parent folder is read-only or missing; choose another DATA_DIR.`
        : undefined;
    default:
      return undefined;
  }
};
