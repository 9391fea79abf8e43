import { html } from 'hono/html';
import type { Html } from './document.ts';
import type { Reader } from './reader.ts';

/** The values that somebody has filled in, by the names of the fields. */
export type Filled = Readonly<Record<string, string>>;

export interface Field {
  readonly name: string;
  /** The name unless given: two forms of one page may ask for the same. */
  readonly id?: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string | undefined;
  readonly isRequired?: boolean;
  /** `text` unless given. */
  readonly kind?: 'text' | 'area' | 'file' | 'date';
  readonly choices?: readonly (readonly [value: string, text: string])[];
  readonly error?: string | undefined;
  /** The language of what is written there. */
  readonly lang?: string;
}

/** A label, a hint, what is wrong, and the control; the control names the hint and what is wrong. */
export const field = ({ t }: Reader, one: Field): Html => {
  const { name, id = name, label, hint, value = '', isRequired = false, kind = 'text', choices, error } = one;
  const described = [...(hint ? [`${id}-hint`] : []), ...(error ? [`${id}-error`] : [])].join(' ');
  const common = html`id="${id}" name="${name}"${isRequired ? html` required` : ''}${
    described ? html` aria-describedby="${described}"` : ''
  }${error ? html` aria-invalid="true"` : ''}${one.lang ? html` lang="${one.lang}"` : ''}`;
  const control = choices
    ? html`<select ${common}>${choices.map(
        ([choice, text]) =>
          html`<option value="${choice}"${choice === value ? html` selected` : ''}>${text}</option>`,
      )}</select>`
    : kind === 'area'
      ? html`<textarea ${common} rows="6">${value}</textarea>`
      : kind === 'file'
        ? html`<input type="file" ${common}>`
        : html`<input type="${kind}" value="${value}" ${common}>`;
  return html`<div class="field">
<label for="${id}">${label}${isRequired ? html` <span class="required">${t`required`}</span>` : ''}</label>
${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
${error && html`<p class="error" id="${id}-error">${error}</p>`}
${control}
</div>`;
};

/** A box that has to be ticked before the form is taken. */
export const tick = (
  { t }: Reader,
  { name, label, isTicked = false, error }: Pick<Field, 'name' | 'label' | 'error'> & { isTicked?: boolean },
): Html => html`<div class="field tick">
${error && html`<p class="error" id="${name}-error">${error}</p>`}
<input type="checkbox" id="${name}" name="${name}" value="yes" required${isTicked ? html` checked` : ''}${
  error ? html` aria-invalid="true" aria-describedby="${name}-error"` : ''
}> <label for="${name}">${label} <span class="required">${t`required`}</span></label>
</div>`;

/** Goes along with the form and is not shown. */
export const hidden = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}">`;

/** A form that is posted to `action`; with `hasFile`, as parts. */
export const form = (
  action: string,
  { button, isDanger = false, hasFile = false }: { button: string; isDanger?: boolean; hasFile?: boolean },
  ...inside: readonly Html[]
): Html => html`<form method="post" action="${action}"${hasFile ? html` enctype="multipart/form-data"` : ''}>
${inside}
<p><button${isDanger ? html` class="danger"` : ''}>${button}</button></p>
</form>`;

/** A form that asks for a page. */
export const filter = (action: string, button: string, ...inside: readonly Html[]): Html =>
  html`<form method="get" action="${action}" class="filter">${inside}<p><button class="quiet">${button}</button></p></form>`;
