import { LANGUAGES, type Language } from '../lib/messages/messages.ts';

/**
 * The language of failures where the command line names none: AKASHI_LANGUAGE, or that of messages as POSIX finds it (XBD
 * 8.2), which is LC_ALL, else LC_MESSAGES, else LANG, each where it is not empty. Japanese in another encoding than UTF-8
 * is no choice, because the commands write UTF-8 only.
 */
export const languageOfTerminal = (environment: NodeJS.ProcessEnv): Language => {
  const { AKASHI_LANGUAGE, LC_ALL, LC_MESSAGES, LANG } = environment;
  const chosen = LANGUAGES.find((language) => language === AKASHI_LANGUAGE);
  if (chosen) return chosen;
  const locale = LC_ALL || LC_MESSAGES || LANG || '';
  return /^ja(_[A-Za-z]+)?(\.utf-?8)?(@.*)?$/i.test(locale) ? 'ja' : 'en';
};
