import type { Answered, openDoor } from './door.ts';

type Ask = ReturnType<typeof openDoor>;

/** A form as it was sent back: its hidden inputs, and what was typed. */
export const hiddenIn = ({ text }: Answered): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [
        name,
        value
          .replaceAll('&quot;', '"')
          .replaceAll('&#39;', "'")
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&amp;', '&'),
      ],
    ),
  );

const HOST = 'api.akashi.example';

/** A browser at the certificate door, or, without a certificate, one that comes through the CDN. It keeps the session. */
export const openBrowser = (ask: Ask, certificate?: string) => {
  let session: string | undefined;

  const send = async (method: string, address: string, filled?: Readonly<Record<string, string>>) => {
    const [path = '', query = ''] = address.split('?');
    const answer = await ask(method, path, {
      query,
      ...(certificate !== undefined && { certificate }),
      cookies: ['__Host-akashi-language=ja', ...(session === undefined ? [] : [session])],
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(certificate === undefined && { 'akashi-origin-host': 'pki.akashi.example' }),
        ...(filled && {
          origin: certificate === undefined ? 'https://pki.akashi.example' : `https://${HOST}`,
          'content-type': 'application/x-www-form-urlencoded',
        }),
      },
      ...(filled && { body: String(new URLSearchParams(filled)) }),
    });
    const [cookie = ''] = (answer.headers['set-cookie'] ?? '').split(';');
    if (cookie.startsWith('__Host-akashi-session=')) session = cookie;
    return answer;
  };

  return {
    get: (address: string) => send('GET', address),
    post: (address: string, filled: Readonly<Record<string, string>> = {}) => send('POST', address, filled),
    get session() {
      return session;
    },
  };
};

export type Browser = ReturnType<typeof openBrowser>;
