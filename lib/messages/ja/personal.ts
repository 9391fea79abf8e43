/** Searches in personal data: lib/personal. */
export const PERSONAL = {
  'A search text has no control characters and no half of a character.':
    '検索する文字列に、制御文字や壊れた文字は使えません。',
  'A search text has at most {0} characters.': '検索する文字列は {0} 文字以内で指定してください。',
  'A search takes no wildcards: the beginning of a name is enough, or two characters of it.':
    '検索にワイルドカードは使えません。名前の先頭部分か、名前の中の 2 文字を指定してください。',
  'A search takes at least two characters, white space and hyphens not counted.':
    '検索する文字列は、空白とハイフンを除いて 2 文字以上で指定してください。',
};
