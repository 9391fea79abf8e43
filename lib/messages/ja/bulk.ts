/** Files of requests and of officers: lib/bulk. */
export const BULK = {
  'of the cell': 'セルの',
  'of the line': '行の',
  'Character {0} {1} is the control character {2}; remove it.':
    '{1} {0} 文字目に制御文字 {2} があります。取り除いてください。',
  'Character {0} {1} is a byte order mark (U+FEFF), which stands only at the beginning of a file; remove it.':
    '{1} {0} 文字目に BOM（U+FEFF）があります。BOM を置けるのはファイルの先頭だけです。取り除いてください。',
  'Character {0} {1} is U+FFFD, which stands for a character that was lost; type it again.':
    '{1} {0} 文字目が、失われた文字を表す U+FFFD になっています。その文字を入力し直してください。',
  'Character {0} {1} is {2}, a user-defined character, which differs from machine to machine; write the character that Unicode has for it.':
    '{1} {0} 文字目の {2} は外字で、環境によって異なる文字になります。Unicode にある文字に置き換えてください。',
  'Character {0} {1} cannot be read as {2}; type it again, or name the encoding that the file has.':
    '{1} {0} 文字目を {2} として読み取れません。その文字を入力し直すか、ファイルの文字コードを指定してください。',
  'The row has more than the {0} bytes that are taken. Lines end with CRLF or LF.':
    '行が、受け付ける上限の {0} バイトを超えています。改行には CRLF か LF を使ってください。',
  'The cell has more than the {0} bytes that are taken.':
    'セルが、受け付ける上限の {0} バイトを超えています。',
  'The quotation mark at the beginning of this cell has no partner at its end, within the {0} bytes that a row may have.':
    'セルの先頭の引用符（"）に対応する終わりの引用符が、1 行の上限である {0} バイト以内にありません。',
  'Text follows the quotation mark that ends this cell; a quotation mark inside such a cell is written twice.':
    'セルを閉じる引用符（"）の後に文字があります。引用符で囲んだセルの中の引用符は、二つ重ねて書いてください。',
  'A cell with a quotation mark in it stands in quotation marks as a whole, and the mark inside is written twice.':
    '引用符（"）を含むセルは、全体を引用符で囲み、中の引用符を二つ重ねて書いてください。',
  'The cell has the end of a line as CR alone. Save the file with lines that end with CRLF or LF.':
    'セルに CR だけの改行があります。改行を CRLF か LF にして、ファイルを保存し直してください。',
  'The row is taken to end with line {0}, because the lines up to there are no rows of the table.':
    'ファイルの {0} 行目までは、表の行になっていないため、この行の一部とみなしました。',
  'The row has {0} cells, and the header has {1}. A cell with a comma or a line end in it stands in quotation marks.':
    'この行のセルは {0} 個ですが、見出し行のセルは {1} 個です。コンマや改行を含むセルは引用符（"）で囲んでください。',
  'The line is not one JSON object.': 'この行は、一つの JSON オブジェクトではありません。',
  'The value is a text, a number, true or false, or a list of these.':
    '値は、文字列、数値、true、false のいずれか、またはそれらの配列にしてください。',
  'The text holds half of a surrogate pair.': '文字列に、対になっていないサロゲートがあります。',
  'The object has the member "{0}" twice.': 'オブジェクトに「{0}」が二度あります。',
  'The file is UTF-16. Save it as UTF-8 (spreadsheets offer CSV UTF-8).':
    'ファイルの文字コードが UTF-16 です。UTF-8 で保存してください（表計算ソフトでは「CSV UTF-8」を選びます）。',
  'The file is a spreadsheet or an archive (ZIP). Save it as CSV.':
    'ファイルが、表計算ソフトの形式か圧縮ファイル（ZIP）です。CSV で保存してください。',
  'The file is a spreadsheet (XLS). Save it as CSV.':
    'ファイルが表計算ソフトの形式（XLS）です。CSV で保存してください。',
  'The file begins with the byte order mark of UTF-8, and is said to be {0}.':
    'ファイルの文字コードとして {0} が指定されていますが、先頭に UTF-8 の BOM があります。',
  'The file has no rows.': 'ファイルに行がありません。',
  'A file has at most {0} rows; put this one into another file.':
    '一つのファイルの行は {0} 行までです。この行は別のファイルに入れてください。',
  'The columns of this profile are: {0}.': 'この証明書プロファイルの列は次のとおりです: {0}。',
  'The column {0} is there twice.': '列 {0} が二つあります。',
  'More than one column is called "{0}". Use its name, which stands before its label in the list.':
    '「{0}」に当たる列が二つ以上あります。一覧で表示名の前にある名前を使ってください。',
  'Column {0} has no name.': '{0} 列目に名前がありません。',
  'There is no column "{0}".': '「{0}」という列はありません。',
  'The column {0} is missing.': '列 {0} がありません。',
  'The row needs a key of its own, which no other row of the file has.':
    'ファイルの中で重複しない整理番号を入力してください。',
  'The key of a row has 1 to {0} characters, all of which show.':
    '整理番号は、表示される文字 1～{0} 文字で入力してください。',
  'Row {0} has the same key.': '{0} 番目の行に同じ整理番号があります。',
  'The row needs a certification request.': '証明書発行要求（CSR）を入力してください。',
  'The certification request is PEM, or DER in base64 on one line.':
    '証明書発行要求（CSR）は、PEM か、DER を base64 にした 1 行の文字列にしてください。',
  'The column has one value, and no list.': 'この列の値は一つです。配列にはできません。',
};
