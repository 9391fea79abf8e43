import { html } from 'hono/html';
import type { Fault } from '../../lib/fault.ts';
import type { View } from '../../web/document.ts';
import type { Reader } from '../../web/reader.ts';

/** How one signs in. */
export const signInHelp = ({ t }: Reader) => html`<h2>${t`With a client certificate`}</h2>
<p>${t`Open this service by its HTTPS address in a browser that has your certificate and its key. The browser asks which certificate to show.`}</p>
<p><a class="button" href="/console/sign-in">${t`Sign in with a certificate`}</a></p>
<h2>${t`On the machine of the service`}</h2>
<p>${t`This command opens a one-time address that signs you in:`}</p>
<pre><code>npx akashi console --as ID</code></pre>`;

/** For who has not signed in, or not any more. */
export const signedOutView = (reader: Reader, fault: Fault): View => ({
  title: reader.t`Sign in`,
  status: 401,
  main: html`<p>${reader.say(fault.phrase)}</p>${signInHelp(reader)}`,
});
