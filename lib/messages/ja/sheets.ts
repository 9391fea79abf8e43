/** Files for spreadsheets: lib/sheets. */
export const SHEETS = {
  'A cell of an XLSX file holds {0} characters, and one of the texts is longer; take a CSV file.':
    'XLSX ファイルの 1 セルに入るのは {0} 文字までです。それより長い文字列があるため、CSV ファイルを使ってください。',
  'An XLSX file holds {0} rows, and there are more; take a CSV file.':
    'XLSX ファイルに入るのは {0} 行までです。行数がそれより多いため、CSV ファイルを使ってください。',
};
