/** Escapes text for HTML, in an element or in a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

export type Bilingual = { readonly ja: string; readonly en: string };

const JST_AHEAD_MS = 9 * 3_600_000;

/** On pages: the second of an RFC 3339 time in Japan Standard Time, which is said. */
export const jstTime = (time: string): string => {
  const ms = Date.parse(time);
  // A row of a certificate may hold anything.
  if (Number.isNaN(ms)) return escapeHtml(time);
  const local = new Date(ms + JST_AHEAD_MS).toISOString();
  return `<time datetime="${escapeHtml(time)}">${local.slice(0, 10)} ${local.slice(11, 19)} JST</time>`;
};

/** On pages with such times. */
export const TIMES_ARE_JST: Bilingual = {
  ja: '日時は日本標準時(JST、協定世界時より9時間先)です。署名付き電子ファイルの日時は協定世界時です。',
  en: 'Times are Japan Standard Time (JST, UTC+9). Times in the signed file are UTC.',
};

/** On pages, in place of a purpose that the recipient did not name. */
export const NO_PURPOSE: Bilingual = { ja: '申告なし', en: 'None named' };

/** On pages, after a purpose that the recipient did not name. */
export const ASSUMED_PURPOSE: Bilingual = {
  ja: '(提供先の申告ではなく、登録により推定)',
  en: '(assumed by registration, not named by the recipient)',
};

export const bilingual = ({ ja, en }: Bilingual): string =>
  `${escapeHtml(ja)} <span lang="en">${escapeHtml(en)}</span>`;

/** A page that loads nothing from anywhere and reads well on paper. `body` is HTML already. */
export const htmlPage = (title: Bilingual, body: string): string => `<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title.ja)} / ${escapeHtml(title.en)}</title>
<style>
body { font-family: sans-serif; line-height: 1.5; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #111; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
[lang="en"] { color: #444; font-size: 0.85em; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; }
th, td { border: 1px solid #999; padding: 0.25rem 0.4rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #eee; } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; } dd { margin: 0; overflow-wrap: anywhere; }
pre { font-size: 0.7rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } thead { display: table-header-group; } tr { break-inside: avoid; } @page { size: A4 landscape; margin: 12mm; } }
</style>
</head>
<body>
<h1>${bilingual(title)}</h1>
${body}
</body>
</html>
`;
