/*
 * Shows how far the service has got with a batch, and loads the page again when it is done. Without this script the page has a link
 * that does so.
 */

const shown = document.querySelector('#batch-progress');
const bar = shown.querySelector('progress');
const [count, over] = shown.querySelectorAll('p');
const { address, text } = shown.dataset;

/** Each look is an answer that the service records, so looks become rarer. */
const FIRST_MS = 3_000;
const LAST_MS = 30_000;
const GROWTH = 1.2;

/** Nobody has begun to write. */
const isUntouched = () =>
  Array.from(document.querySelectorAll('textarea'), ({ value }) => value).every((one) => one === '');

const look = async () => {
  const answer = await fetch(address, { redirect: 'error' }).catch(() => undefined);
  // Signed out, or not allowed any more: the page stays as it is.
  if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) return false;
  // Where the network loses the answer, or its rest, the next look shows more.
  const { isOver, done, rows } = answer?.ok ? await answer.json().catch(() => ({})) : {};
  if (isOver) {
    over.hidden = false;
    if (isUntouched()) location.reload();
    return false;
  }
  if (rows !== undefined) {
    Object.assign(bar, { max: rows, value: done });
    count.textContent = text.replace('{0}', done).replace('{1}', rows);
  }
  return true;
};

const watch = (ms) =>
  setTimeout(async () => {
    if (document.hidden || (await look())) watch(Math.min(ms * GROWTH, LAST_MS));
  }, ms);

watch(FIRST_MS);
