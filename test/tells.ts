/**
 * Which of the values a text has: as they are, in JSON's escapes, in base64, or in UTF-16 within base64. A certificate has them in
 * UTF-8.
 */
export const tellsOf =
  (values: readonly string[]) =>
  (text: string): readonly string[] => {
    const shown = text.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    const decoded = (text.match(/[A-Za-z0-9+/_-]{24,}={0,2}/g) ?? []).flatMap((part) => {
      const bytes = Buffer.from(part, 'base64');
      return [bytes.toString('utf8'), bytes.toString('utf16le')];
    });
    return values.filter((value) => [shown, ...decoded].some((one) => one.includes(value)));
  };
