/*
 * Sends a file of requests in parts, because no door of the service takes a large file whole. After any interruption the same file is
 * chosen again: the service then gives the same batch, and says which parts are missing. What people read comes from the page, in
 * their language.
 */

const form = document.querySelector('#batch-file');
const fields = form.querySelector('fieldset');
const sending = document.querySelector('#batch-sending');
const bar = sending.querySelector('progress');
// The count changes too often to be read out.
const [status, count] = sending.querySelectorAll('p');
const alertBox = document.querySelector('#batch-problem');
const { batches, partBytes, maxParts, ...texts } = form.dataset;

const SECONDS = 1000;
/** Between two tries to send the same. */
const PAUSES = [1, 2, 4, 8, 15, 30, 30, 30].map((seconds) => seconds * SECONDS);
/** Answers that a later try may not get. */
const PASSING = new Set([408, 429, 502, 503, 504]);

const text = (name, ...values) => texts[name].replace(/\{(\d)\}/g, (_, place) => String(values[place]));

const showSent = (done, all) => {
  count.textContent = text('count', done, all);
  Object.assign(bar, { max: all, value: done });
};

/** What the service has said is wrong, or what this script says itself. */
class Problem extends Error {
  constructor(title, lines) {
    super(title);
    this.lines = lines;
  }
}

const problemIn = async (answer) => {
  const { title, lines } = await answer.json().catch(() => ({}));
  return new Problem(title ?? texts.failed, lines ?? [text('status', answer.status)]);
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Repeats what the network has lost. Nothing is done twice: a batch and its parts are known by their digests. */
const send = async (address, type, body) => {
  for (let tries = 0; ; tries++) {
    const before = status.textContent;
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
      redirect: 'error',
    }).catch(() => undefined);
    // The network may lose the rest of an answer, too.
    const said = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
    if (said) return said;
    const isRefusal = answer?.ok === false;
    if (isRefusal && !PASSING.has(answer.status)) throw await problemIn(answer);
    if (tries === PAUSES.length)
      throw isRefusal ? await problemIn(answer) : new Problem(texts.failed, [texts.unreached]);
    status.textContent = text('waiting', PAUSES[tries] / SECONDS);
    await pause(PAUSES[tries]);
    status.textContent = before;
  }
};

const bytesOf = async (blob) => {
  try {
    return await blob.arrayBuffer();
  } catch {
    // It was moved or changed after it was chosen.
    throw new Problem(texts.failed, [texts.unreadable]);
  }
};

const digestOf = async (bytes) =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

const partsOf = (file) => {
  const size = Number(partBytes);
  return Array.from({ length: Math.ceil(file.size / size) }, (_, at) =>
    file.slice(at * size, (at + 1) * size),
  );
};

const formatOf = ({ name }) => (/\.(ndjson|jsonl)$/i.test(name) ? 'ndjson' : 'csv');

const sendFile = async (file, { profile, format, encoding }) => {
  if (file.size === 0) throw new Problem(texts.failed, [texts.empty]);
  const parts = partsOf(file);
  if (parts.length > Number(maxParts)) throw new Problem(texts.failed, [texts.large]);
  status.textContent = texts.reading;
  count.textContent = '';
  bar.removeAttribute('value');
  const terms = {
    profile,
    format: format || formatOf(file),
    ...(encoding && { encoding }),
    bytes: file.size,
    digest: await digestOf(await bytesOf(file)),
    parts: [],
  };
  for (const part of parts) terms.parts.push(await digestOf(await bytesOf(part)));
  const { id, missing } = await send(form.action, 'application/json', JSON.stringify(terms));
  const address = `${batches}/${encodeURIComponent(id)}`;
  let sent = parts.length - missing.length;
  status.textContent = texts.sending;
  for (const number of missing) {
    showSent(sent, parts.length);
    const bytes = await bytesOf(parts[number - 1]);
    await send(`${address}/parts/${number}`, 'application/octet-stream', bytes);
    sent++;
  }
  showSent(sent, parts.length);
  status.textContent = texts.sent;
  location.assign(address);
};

const show = ({ message, lines = [] }) => {
  const [title, ...rest] = alertBox.children;
  title.textContent = message;
  for (const line of rest) line.remove();
  for (const line of lines)
    alertBox.append(Object.assign(document.createElement('p'), { textContent: line }));
  alertBox.hidden = false;
  alertBox.focus();
};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { file, ...chosen } = Object.fromEntries(new FormData(form));
  alertBox.hidden = true;
  fields.disabled = true;
  sending.hidden = false;
  sending.focus();
  try {
    await sendFile(file, chosen);
  } catch (error) {
    sending.hidden = true;
    show(error instanceof Problem ? error : new Problem(texts.failed, [String(error)]));
  } finally {
    fields.disabled = false;
  }
});

document.querySelector('#batch-without-script').hidden = true;
form.hidden = false;
